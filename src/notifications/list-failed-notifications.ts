import type { Filter } from 'mongodb';
import type { Database, StoredNotification } from '../database/collections.ts';
import { AppError } from '../errors.ts';
import { Page, type PageArguments } from '../graphql/connection.ts';
import type { CursorCodec } from '../graphql/cursor.ts';
import type { FailedNotification } from './failed-notification-types.ts';

/** What reading undelivered messages needs. */
export interface FailedNotificationsDependencies {
  readonly database: Database;
  readonly cursors: CursorCodec;
}

/** The part of a viewer that the use cases about messages look at. */
export interface NotificationViewer {
  readonly id: string;
  readonly role: string;
}

/**
 * The messages that will not be tried again, the newest first.
 *
 * @throws AppError FORBIDDEN to all but admins; BAD_USER_INPUT naming `after`.
 */
export async function listFailedNotifications(
  { database, cursors }: FailedNotificationsDependencies,
  viewer: NotificationViewer | null,
  { first, after }: PageArguments,
): Promise<Page<FailedNotification>> {
  if (viewer?.role !== 'ADMIN') throw new AppError('FORBIDDEN', 'Only admins may read messages.');
  const place = after === null ? null : cursors.decode(after, listName);
  const found = await database.notifications
    .find({ state: 'DEAD', ...beyond(place) }, { projection: { secrets: 0, values: 0 } })
    .sort({ createdAt: -1, _id: -1 })
    .limit(first + 1)
    .toArray();
  const rows = found.slice(0, first);
  return new Page({
    nodes: rows.map(failedNotification),
    hasNextPage: found.length > first,
    hasPreviousPage: place !== null,
    cursorOf: (index) => {
      const row = rows[index];
      if (row === undefined) throw new RangeError('No such message on this page.');
      return cursors.encode({ list: listName, key: row.createdAt, row: row._id });
    },
  });
}

const listName = 'failedNotifications';

function beyond(place: { key: string | Date; row: string } | null): Filter<StoredNotification> {
  if (place === null) return {};
  const createdAt = new Date(place.key);
  return { $or: [{ createdAt: { $lt: createdAt } }, { createdAt, _id: { $lt: place.row } }] };
}

function failedNotification(row: StoredNotification): FailedNotification {
  return {
    id: row._id,
    kind: row.kind,
    channel: row.channel,
    destination: row.destination,
    createdAt: row.createdAt,
    attempts: row.attempts,
    code: row.lastError?.code ?? 'UNKNOWN',
    message: row.lastError?.message ?? 'Nothing is known of why.',
    subjectId: row.subjectIds[0] ?? null,
  };
}
