import type { Filter } from 'mongodb';
import type { Viewer } from '../accounts/viewer.ts';
import type { Database, JournalEntry } from '../database/collections.ts';
import { AppError, badInput } from '../errors.ts';
import { type Count, Page, type PageArguments, sidesOf } from '../graphql/connection.ts';
import type { CursorCodec } from '../graphql/cursor.ts';
import { listName } from '../graphql/list-name.ts';
import { pagePlace } from '../graphql/page-place.ts';
import { actorNames } from './actor-names.ts';
import type { AuditEvent } from './audit-types.ts';
import { describeAction, peopleIn } from './describe-action.ts';
import { subjectsOf } from './subjects-of.ts';

/** What reading the journal needs. */
export interface JournalDependencies {
  readonly database: Database;
  readonly cursors: CursorCodec;
}

export interface ListAuditEventsInput {
  readonly page: PageArguments;
  /** Id of a customer, by either half, or of another record; null for everything that happened. */
  readonly subjectId: string | null;
  /** Default: all of them. */
  readonly actions?: readonly string[] | null;
  /** From this moment on. */
  readonly from?: Date | null;
  /** Up to this moment, it not included. */
  readonly to?: Date | null;
  /** Whether the names of who acted are wanted. */
  readonly withNames?: boolean;
  /** Whether the sentences about what was done are wanted, with the names of those whom they name. */
  readonly withDescriptions?: boolean;
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
 * What happened, newest first. What is written while somebody pages comes before their first page. Of a customer: what
 * happened to either half, also before they were linked.
 *
 * @throws AppError FORBIDDEN to all but admins; BAD_USER_INPUT naming `after`, `before`, `subjectId` or `actions`.
 */
export async function listAuditEvents(
  { database, cursors }: JournalDependencies,
  viewer: Viewer | null,
  input: ListAuditEventsInput,
): Promise<AuditEventPage> {
  if (viewer?.role !== 'ADMIN') throw new AppError('FORBIDDEN', 'Only admins may read the journal.');
  const { page } = input;
  const wanted = await wantedEntries(database, input);
  const { subjectId, actions, from, to } = input;
  const list = listName('auditEvents', { subjectId, actions, from, to });
  const after = pagePlace(cursors, page, list);
  const direction = page.backwards === true ? 1 : -1;
  const found = await database.journal
    .find({ $and: [wanted, placeFilter(after, direction)] }, { projection: { subjectIds: 0 } })
    .sort({ at: direction, _id: direction })
    .limit(page.first + 1)
    .batchSize(page.first + 2)
    .toArray();
  const read = found.slice(0, page.first);
  const entries = page.backwards === true ? read.toReversed() : read;
  const names = await actorNames(
    database,
    entries.flatMap(({ actor, changes }) => [
      ...(input.withNames === true ? [actor] : []),
      ...(input.withDescriptions === true ? peopleIn(changes) : []),
    ]),
  );
  return new AuditEventPage(
    {
      nodes: entries.map((entry) => auditEvent(entry, names)),
      ...sidesOf(page, found.length > page.first),
      cursorOf: (index) => {
        const entry = entries[index];
        if (entry === undefined) throw new RangeError('No such entry on this page.');
        return cursors.encode({ list, key: entry.at, row: entry._id });
      },
    },
    () => countEntries(database, wanted),
  );
}

/** Longer text is the id of nobody. */
const maxIdLength = 200;
const maxActions = 50;
const maxActionLength = 100;

async function wantedEntries(
  database: Database,
  { subjectId, actions = null, from = null, to = null }: ListAuditEventsInput,
): Promise<Filter<JournalEntry>> {
  if (subjectId !== null && subjectId.length > maxIdLength) {
    throw badInput('subjectId', `subjectId takes at most ${maxIdLength} characters.`);
  }
  if (
    actions !== null &&
    (actions.length > maxActions || actions.some((name) => name.length > maxActionLength))
  ) {
    throw badInput('actions', `actions takes at most ${maxActions} names of actions.`);
  }
  const at = { ...(from !== null && { $gte: from }), ...(to !== null && { $lt: to }) };
  return {
    ...(subjectId !== null && { subjectIds: { $in: await subjectsOf(database, subjectId) } }),
    ...(actions !== null && { action: { $in: [...new Set(actions)] } }),
    ...(Object.keys(at).length > 0 && { at }),
  };
}

/** Entries on the far side of a place: an index on `at`, then `_id`, reads exactly these. */
function placeFilter(
  after: { key: string | Date; row: string } | null,
  direction: 1 | -1,
): Filter<JournalEntry> {
  if (after === null) return {};
  const at = new Date(after.key);
  return direction === -1
    ? { $or: [{ at: { $lt: at } }, { at, _id: { $lt: after.row } }] }
    : { $or: [{ at: { $gt: at } }, { at, _id: { $gt: after.row } }] };
}

function auditEvent(
  { _id, at, actor, action, subjectId, changes }: JournalEntry,
  names: ReadonlyMap<string, string>,
): AuditEvent {
  const description = describeAction(action, changes, names);
  return { id: _id, at, actor, actorName: names.get(actor) ?? null, action, description, subjectId, changes };
}

/** Entries are counted one by one up to here; beyond, the count says "at least". */
const maxExactCount = 10_000;

async function countEntries(database: Database, about: Filter<JournalEntry>): Promise<Count> {
  const counted = await database.journal.countDocuments(about, { limit: maxExactCount + 1 });
  return counted > maxExactCount
    ? { value: maxExactCount, precision: 'AT_LEAST' }
    : { value: counted, precision: 'EXACT' };
}
