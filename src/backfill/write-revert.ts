import type { AnyBulkWriteOperation, ClientSession, Filter } from 'mongodb';
import { loginsFilter } from '../accounts/login-filter.ts';
import { refreshIndex } from '../customer-index/refresh-index.ts';
import type { CustomerDependencies } from '../customers/customer-access.ts';
import type { MadeAs } from '../database/collections.ts';
import type { StoredCustomerV2 } from '../database/stored-documents.ts';
import { JobChangedError } from '../jobs/job.ts';
import { writeJournal } from '../journal/write-journal.ts';
import type { RevertVerdict } from './revert-verdict.ts';

export type Removal = Extract<RevertVerdict, { kind: 'remove' }>;

/**
 * Removes logins with everything that the gateway keeps of them, and gives their delivery records the link back that they
 * had, in the transaction that has read both. Each kind of document is one command.
 *
 * @throws JobChangedError when one of them is not as it was read.
 */
export async function writeRevert(
  { database, settings }: CustomerDependencies,
  removals: readonly Removal[],
  { actor, at }: { readonly actor: string; readonly at: Date },
  session: ClientSession,
): Promise<void> {
  if (removals.length === 0) return;
  const keys = removals.map(({ key }) => key);
  const loginIds = removals.map(({ login }) => login._id);
  const { deletedCount } = await database.users.deleteMany(loginsFilter(loginIds), { session });
  const { matchedCount } = await database.customersV2.bulkWrite(removals.map(unlink), { session });
  if (deletedCount !== removals.length || matchedCount !== removals.length) throw new JobChangedError();
  await database.accounts.deleteMany({ _id: { $in: keys } }, { session });
  await database.sessions.deleteMany({ loginId: { $in: loginIds } }, { session });
  await database.tokens.deleteMany({ loginKey: { $in: keys } }, { session });
  await database.notifications.updateMany(
    { loginKey: { $in: keys }, state: { $in: ['PENDING', 'DEAD'] } },
    { $set: { state: 'CANCELLED', secrets: null } },
    { session },
  );
  await writeJournal(
    database,
    removals.map(({ login, subjectIds }) => ({
      at,
      actor,
      action: 'LOGIN_REMOVED' as const,
      subjectIds,
      changes: [{ field: 'customers_v2.user_id', before: login.id, after: null }],
    })),
    session,
  );
  await refreshIndex(
    database,
    { loginKeys: loginIds, deliveryKeys: removals.map(({ delivery }) => delivery._id) },
    settings,
    session,
  );
}

function unlink({ login, delivery, linkBefore }: Removal): AnyBulkWriteOperation<StoredCustomerV2> {
  const filter = { _id: delivery._id, user_id: login.id } as Filter<StoredCustomerV2>;
  return { updateOne: { filter, update: linkUpdates[linkBefore] } };
}

const linkUpdates = {
  missing: { $unset: { user_id: '' } },
  null: { $set: { user_id: null } },
  emptyText: { $set: { user_id: '' } },
} as const satisfies Record<MadeAs['linkBefore'], object>;
