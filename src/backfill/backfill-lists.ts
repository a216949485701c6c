import { ObjectId } from 'mongodb';
import type { CustomerRequest } from '../customers/customer-access.ts';
import type { Customer } from '../customers/customer-type.ts';
import { CustomerPage } from '../customers/list-customers.ts';
import { prepareViews } from '../customers/prepare-views.ts';
import { type PageRow, pageRowProjection, readRows } from '../customers/read-sources.ts';
import type { StoredAccount } from '../database/collections.ts';
import { type Count, Page, type PageArguments } from '../graphql/connection.ts';
import type { BackfillDependencies } from './backfill-dependencies.ts';
import { backfillFailureMessages } from './backfill-failure.ts';
import type { BackfillFailure, BackfillRun } from './backfill-types.ts';

/**
 * The customers to whom a run gave a login, in the order in which it did; of a dry run those to whom it would, the first
 * 10,000. Who was removed since is left out.
 *
 * @throws AppError BAD_USER_INPUT naming `after`.
 */
export async function createdCustomers(
  dependencies: BackfillDependencies,
  request: CustomerRequest,
  run: Pick<BackfillRun, 'id' | 'created'>,
  { first, after }: PageArguments,
): Promise<CustomerPage> {
  const { database, cursors } = dependencies.customers;
  const list = `backfill:created:${run.id}`;
  const place = after === null ? null : cursors.decode(after, list).row;
  const dryRun = dependencies.dryRuns.find(run.id);
  const entries =
    dryRun === null
      ? await accountsAfter(dependencies, run.id, place, first + 1)
      : dryRun.created
          .map((rowKey, index) => ({ place: String(index), rowKey }))
          .slice(place === null ? 0 : Number(place) + 1)
          .slice(0, first + 1);
  const page = entries.slice(0, first);
  const rows = await rowsOf(dependencies, page, request.selected);
  const sources = await readRows(
    database,
    rows.map(({ row }) => row),
    request,
  );
  const found = rows.flatMap(({ entry }, index) => {
    const source = sources[index] ?? null;
    return source === null ? [] : [{ place: entry.place, source }];
  });
  const nodes: Customer[] = await prepareViews(
    dependencies.customers,
    request,
    found.map(({ source }) => source),
  );
  return new CustomerPage(
    {
      nodes,
      hasNextPage: entries.length > first,
      hasPreviousPage: place !== null,
      cursorOf: (index) => cursors.encode({ list, key: '', row: found[index]?.place ?? '' }),
    },
    async (): Promise<Count> =>
      dryRun === null
        ? countAccounts(dependencies, run.id)
        : {
            value: dryRun.created.length,
            precision: dryRun.progress.created > dryRun.created.length ? 'AT_LEAST' : 'EXACT',
          },
  );
}

/**
 * The delivery records to which a run gave no login, in the order in which it looked at them; of a dry run the first
 * 10,000.
 *
 * @throws AppError BAD_USER_INPUT naming `after`.
 */
export async function backfillFailures(
  { customers, dryRuns }: BackfillDependencies,
  run: Pick<BackfillRun, 'id'>,
  { first, after }: PageArguments,
): Promise<Page<BackfillFailure>> {
  const { database, cursors } = customers;
  const list = `backfill:failures:${run.id}`;
  const place = after === null ? null : cursors.decode(after, list).row;
  const dryRun = dryRuns.find(run.id);
  const entries =
    dryRun === null
      ? await database.jobFailures
          .find({ _id: { $gt: place ?? `${run.id}/`, $lt: `${run.id}0` } })
          .sort({ _id: 1 })
          .limit(first + 1)
          .toArray()
      : dryRun.failures
          .map((failure, index) => ({
            ...failure,
            _id: String(index),
            message: backfillFailureMessages[failure.code],
          }))
          .slice(place === null ? 0 : Number(place) + 1)
          .slice(0, first + 1);
  const page = entries.slice(0, first);
  return new Page({
    nodes: page.map(({ customerId, code, message }) => ({ customerV2Id: customerId, code, message })),
    hasNextPage: entries.length > first,
    hasPreviousPage: place !== null,
    cursorOf: (index) => cursors.encode({ list, key: '', row: page[index]?._id ?? '' }),
  });
}

/** A place in the list, and by what the row of the customer is found. */
type Entry = { readonly place: string } & ({ readonly rowKey: string } | { readonly userKey: ObjectId });

/** Accounts that a run has made, by the record keys of their logins, which rise as it went on. */
async function accountsAfter(
  { customers }: BackfillDependencies,
  jobId: string,
  place: string | null,
  limit: number,
): Promise<Entry[]> {
  const accounts = await customers.database.accounts
    .find<Pick<StoredAccount, '_id'>>(
      { createdByJob: jobId, ...(place !== null && { _id: { $gt: place } }) },
      { projection: { _id: 1 } },
    )
    .sort({ _id: 1 })
    .limit(limit)
    .toArray();
  // A backfill makes logins whose `_id` is an ObjectId, and nothing else.
  return accounts.map(({ _id }) => ({ place: _id, userKey: ObjectId.createFromHexString(_id) }));
}

async function rowsOf(
  { customers }: BackfillDependencies,
  entries: readonly Entry[],
  selected: ReadonlySet<string>,
): Promise<{ entry: Entry; row: PageRow }[]> {
  const rowKeys = entries.flatMap((entry) => ('rowKey' in entry ? [entry.rowKey] : []));
  const userKeys = entries.flatMap((entry) => ('userKey' in entry ? [entry.userKey] : []));
  if (rowKeys.length + userKeys.length === 0) return [];
  const found = await customers.database.customerIndex
    .find<PageRow>(rowKeys.length > 0 ? { _id: { $in: rowKeys } } : { userKey: { $in: userKeys } }, {
      projection: pageRowProjection('nameKey', selected),
      batchSize: entries.length + 1,
    })
    .toArray();
  const byKey = new Map(found.map((row) => [row._id, row]));
  const byLogin = new Map(found.map((row) => [String(row.userKey), row]));
  return entries.flatMap((entry) => {
    const row = 'rowKey' in entry ? byKey.get(entry.rowKey) : byLogin.get(String(entry.userKey));
    return row === undefined ? [] : [{ entry, row }];
  });
}

async function countAccounts({ customers }: BackfillDependencies, jobId: string): Promise<Count> {
  const counted = await customers.database.accounts.countDocuments(
    { createdByJob: jobId },
    { limit: mostCounted + 1 },
  );
  return counted > mostCounted
    ? { value: mostCounted, precision: 'AT_LEAST' }
    : { value: counted, precision: 'EXACT' };
}

const mostCounted = 10_000;
