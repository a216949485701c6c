import { setTimeout as sleep } from 'node:timers/promises';
import { type Filter, ObjectId } from 'mongodb';
import { countUnindexed } from '../customer-index/sweep-index.ts';
import type { CustomerDependencies } from '../customers/customer-access.ts';
import { credentialsContact } from '../customers/issue-credentials.ts';
import type { Database } from '../database/collections.ts';
import { recordKey, type StoredCustomerV2 } from '../database/stored-documents.ts';
import { AppError } from '../errors.ts';
import type { JobState } from '../jobs/job.ts';
import { createPace, type Pace } from '../jobs/pace.ts';
import type { BackfillDependencies } from './backfill-dependencies.ts';
import type { BackfillFailureCode } from './backfill-failure.ts';
import { type BackfillProgress, noProgress } from './backfill-job.ts';
import { examineRecords } from './backfill-page.ts';
import { SeenTexts } from './backfill-seen.ts';
import { loginsWithContacts } from './logins-with-contacts.ts';
import { type PlannedRecord, planLogins, type TakenContacts } from './plan-logins.ts';
import { type PlannedPair, planPair } from './plan-pair.ts';
import { type ReleasePreview, smsCost } from './release-preview.ts';

/** A backfill that writes nothing anywhere: it is in the memory of the process that works on it, and nowhere else. */
export interface DryRun {
  readonly id: string;
  readonly startedBy: string;
  readonly startedAt: Date;
  state: JobState;
  /** Rises whenever somebody begins to work on it: who worked before stops. */
  turn: number;
  finishedAt: Date | null;
  error: string | null;
  progress: BackfillProgress;
  /** Behind which it goes on: of a part so many are done. */
  place: { readonly part: number; readonly done: number };
  /** Row keys of the first records that would get a login. */
  readonly created: string[];
  /** The first records that would be refused. */
  readonly failures: {
    readonly rowKey: string;
    readonly customerId: string;
    readonly code: BackfillFailureCode;
  }[];
  /** How many would be refused for each reason. */
  readonly failureCounts: Map<BackfillFailureCode, number>;
  preview: ReleasePreview;
  /** Stored records that the index does not know as they are; null until they are counted. */
  unindexed: number | null;
  /** What logins that were only planned would take: those that come later have to do without. */
  readonly taken: TakenContacts;
}

/** Of each list this many entries are kept; the counts are exact beyond it. */
export const keptEntries = 10_000;

export function newDryRun(id: string, startedBy: string, startedAt: Date): DryRun {
  return {
    id,
    startedBy,
    startedAt,
    state: 'QUEUED',
    turn: 0,
    finishedAt: null,
    error: null,
    progress: { ...noProgress, phase: 'WALKING' },
    place: { part: 0, done: 0 },
    created: [],
    failures: [],
    failureCounts: new Map(),
    preview: { byEmail: 0, bySms: 0, unreachable: 0, inactive: 0, estimatedSmsCost: 0 },
    unindexed: null,
    taken: new SeenTexts(),
  };
}

/**
 * Walks all delivery records as they are stored and plans what a run would make of them, until it is done, or its state is
 * no longer RUNNING. What others have written and the index does not know yet is seen in the records; phones and e-mails are
 * not yet compared with it, and `unindexed` says of how many records that is so.
 *
 * @param onPage Told after each page.
 */
export async function workOnDryRun(
  dependencies: BackfillDependencies,
  run: DryRun,
  onPage: () => void = () => {},
): Promise<void> {
  const { database, settings, now } = dependencies.customers;
  run.state = 'RUNNING';
  run.turn += 1;
  const { turn } = run;
  /** It may have been paused or cancelled while something was waited for, and resumed by another. */
  const isMine = () => run.state === 'RUNNING' && run.turn === turn;
  try {
    await requireIndex(database);
    run.unindexed ??= await countUnindexed(database, settings);
    const total = await database.customersV2.estimatedDocumentCount();
    run.progress = { ...run.progress, total: Math.max(total, run.progress.processed) };
    const pace = createPace({ smallest: 50, largest: 500, targetMs: 250 });
    while (run.place.part < walkedParts.length) {
      if (!(await walkPart(dependencies, run, pace, isMine, onPage))) return;
      run.place = { part: run.place.part + 1, done: 0 };
    }
    if (!isMine()) return;
    run.progress = { ...run.progress, total: run.progress.processed };
    run.state = 'SUCCEEDED';
    run.finishedAt = now();
  } catch (error) {
    if (!isMine()) return;
    run.error = error instanceof AppError ? error.message : String(error);
    run.state = 'FAILED';
  }
}

/** Walks what is left of the part at hand. @returns Whether it came to its end. */
async function walkPart(
  dependencies: BackfillDependencies,
  run: DryRun,
  pace: Pace,
  isMine: () => boolean,
  onPage: () => void,
): Promise<boolean> {
  const { part, done } = run.place;
  const cursor = dependencies.customers.database.customersV2
    .find(walkedParts[part] ?? {}, { projection: { _id: 1 }, batchSize: 500 })
    .sort({ _id: 1 })
    .skip(done);
  try {
    for (;;) {
      const keys: unknown[] = [];
      while (keys.length < pace.size && (await cursor.hasNext())) keys.push((await cursor.next())?._id);
      if (!isMine()) return false;
      if (keys.length === 0) return true;
      const startedAt = performance.now();
      if (!(await planPage(dependencies, run, keys, isMine))) return false;
      run.place = { part, done: run.place.done + keys.length };
      onPage();
      const rest = pace.settle(keys.length, performance.now() - startedAt);
      await sleep(rest, undefined, { ref: false });
    }
  } finally {
    await cursor.close();
  }
}

/**
 * Records in the order of their row keys, in which a run looks at them, so that of two with one e-mail the same one gets
 * it: hex of an ObjectId, `ejson:…`, `text:…`. Of values of rare types among themselves the order is another.
 */
const behindEjson = ObjectId.createFromHexString('f'.padEnd(24, '0'));
const walkedParts = [
  { _id: { $gte: ObjectId.createFromHexString('0'.repeat(24)), $lt: behindEjson } },
  { _id: { $not: { $type: ['objectId', 'string'] } } },
  { _id: { $gte: behindEjson } },
  { _id: { $gte: '' } },
] as unknown as Filter<StoredCustomerV2>[];

/** @throws AppError CONFLICT when the index knows nobody although there are delivery records. */
export async function requireIndex({ customerIndex, customersV2 }: Database): Promise<void> {
  const only = { projection: { _id: 1 } };
  if ((await customerIndex.findOne({}, only)) !== null || (await customersV2.findOne({}, only)) === null)
    return;
  throw new AppError(
    'CONFLICT',
    'The index of customers is empty, and a dry run writes nothing, not even that. Run `customer-gateway reindex` first.',
  );
}

async function planPage(
  dependencies: BackfillDependencies,
  run: DryRun,
  keys: readonly unknown[],
  isMine: () => boolean,
): Promise<boolean> {
  const { customers, activeStatuses } = dependencies;
  const { database, settings, now } = customers;
  const found = await examineRecords(database, keys);
  const byKey = new Map(found.map((record) => [record.rowKey, record]));
  const records = keys.map((key) => {
    const rowKey = `v2/${recordKey(key)}`;
    return byKey.get(rowKey) ?? { rowKey, customerId: '', state: null, orphan: null };
  });
  const orphans = records.map(({ orphan }) => orphan).filter((orphan) => orphan !== null);
  const logins = await loginsWithContacts(database, orphans, settings);
  if (!isMine()) return false;
  const planned = planLogins(records, logins, run.taken, settings.defaultPhoneRegion);
  const options = { jobId: run.id, now: now(), settings, activeStatuses, distinctPlaceholder: false };
  const tally = { byEmail: 0, bySms: 0, unreachable: 0, inactive: 0 };
  for (const record of planned) {
    if (record.kind === 'create') {
      keep(run.created, record.rowKey);
      for (const figure of sending(customers, planPair(record, options))) tally[figure] += 1;
    }
    if (record.kind === 'fail') {
      run.failureCounts.set(record.code, (run.failureCounts.get(record.code) ?? 0) + 1);
      keep(run.failures, { rowKey: record.rowKey, customerId: record.customerId, code: record.code });
    }
  }
  run.progress = counted(run.progress, planned);
  const before = run.preview;
  const bySms = before.bySms + tally.bySms;
  run.preview = {
    byEmail: before.byEmail + tally.byEmail,
    bySms,
    unreachable: before.unreachable + tally.unreachable,
    inactive: before.inactive + tally.inactive,
    estimatedSmsCost: smsCost(bySms, dependencies.smsPrice),
  };
  return true;
}

function counted(before: BackfillProgress, planned: readonly PlannedRecord[]): BackfillProgress {
  const count = (kind: PlannedRecord['kind']) => planned.filter((record) => record.kind === kind).length;
  const processed = before.processed + planned.length;
  return {
    ...before,
    total: Math.max(before.total, processed),
    processed,
    created: before.created + count('create'),
    skipped: before.skipped + count('skip'),
    errors: before.errors + count('fail'),
  };
}

/** What a release would do about a login. */
function sending(
  customers: CustomerDependencies,
  { login, delivery }: PlannedPair,
): ('byEmail' | 'bySms' | 'unreachable' | 'inactive')[] {
  if (!login.isActive) return ['inactive'];
  const to = credentialsContact(customers, { login, delivery, subjectIds: [login.keyText] });
  if (to === null) return ['unreachable'];
  return customers.accounts.outbox
    .channelsTo(to)
    .map((channel) => (channel === 'EMAIL' ? 'byEmail' : 'bySms'));
}

function keep<Entry>(list: Entry[], entry: Entry): void {
  if (list.length < keptEntries) list.push(entry);
}
