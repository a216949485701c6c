import type { Filter } from 'mongodb';
import type { Viewer } from '../accounts/viewer.ts';
import type { Database, JournalEntry } from '../database/collections.ts';
import { AppError, badInput } from '../errors.ts';
import { type Count, Page, type PageArguments } from '../graphql/connection.ts';
import type { CursorCodec } from '../graphql/cursor.ts';
import type { AuditEvent } from './audit-types.ts';

/** What reading the journal needs. */
export interface JournalDependencies {
  readonly database: Database;
  readonly cursors: CursorCodec;
}

export interface ListAuditEventsInput {
  readonly page: PageArguments;
  /** Id of a customer, by either half, or of another record; null for everything that happened. */
  readonly subjectId: string | null;
}

/** A page of the journal, and how long it is when that is asked for. */
export class AuditEventPage extends Page<AuditEvent> {
  readonly count: () => Promise<Count>;

  constructor(page: ConstructorParameters<typeof Page<AuditEvent>>[0], count: () => Promise<Count>) {
    super(page);
    this.count = count;
  }
}

/**
 * What happened, newest first. What is written while somebody pages comes before their first page.
 *
 * @throws AppError FORBIDDEN to all but admins; BAD_USER_INPUT naming `after` or `subjectId`.
 */
export async function listAuditEvents(
  { database, cursors }: JournalDependencies,
  viewer: Viewer | null,
  { page, subjectId }: ListAuditEventsInput,
): Promise<AuditEventPage> {
  if (viewer?.role !== 'ADMIN') throw new AppError('FORBIDDEN', 'Only admins may read the journal.');
  if (subjectId !== null && subjectId.length > maxIdLength) {
    throw badInput('subjectId', `subjectId takes at most ${maxIdLength} characters.`);
  }
  const about: Filter<JournalEntry> = subjectId === null ? {} : { subjectIds: subjectId };
  const after = page.after === null ? null : cursors.decode(page.after, listName);
  const found = await database.journal
    .find({ ...about, ...beforePlace(after) }, { projection: { subjectIds: 0 } })
    .sort({ at: -1, _id: -1 })
    .limit(page.first + 1)
    .batchSize(page.first + 2)
    .toArray();
  const entries = found.slice(0, page.first);
  return new AuditEventPage(
    {
      nodes: entries.map(auditEvent),
      hasNextPage: found.length > page.first,
      hasPreviousPage: after !== null,
      cursorOf: (index) => {
        const entry = entries[index];
        if (entry === undefined) throw new RangeError('No such entry on this page.');
        return cursors.encode({ list: listName, key: entry.at, row: entry._id });
      },
    },
    () => countEntries(database, about),
  );
}

const listName = 'auditEvents';
/** Longer text is the id of nobody. */
const maxIdLength = 200;

/** Entries older than a place: an index on `at`, then `_id`, reads exactly these. */
function beforePlace(after: { key: string | Date; row: string } | null): Filter<JournalEntry> {
  if (after === null) return {};
  const at = new Date(after.key);
  return { $or: [{ at: { $lt: at } }, { at, _id: { $lt: after.row } }] };
}

function auditEvent({ _id, at, actor, action, subjectId, changes }: JournalEntry): AuditEvent {
  return { id: _id, at, actor, action, subjectId, changes };
}

/** Entries are counted one by one up to here; beyond, the count says "at least". */
const maxExactCount = 10_000;

async function countEntries(database: Database, about: Filter<JournalEntry>): Promise<Count> {
  const counted = await database.journal.countDocuments(about, { limit: maxExactCount + 1 });
  return counted > maxExactCount
    ? { value: maxExactCount, precision: 'AT_LEAST' }
    : { value: counted, precision: 'EXACT' };
}
