import type { ClientSession } from 'mongodb';
import { requireAdmin } from '../accounts/require-admin.ts';
import type { Viewer } from '../accounts/viewer.ts';
import type { StoredRecords } from '../customer-index/link-graph.ts';
import type { CustomerDependencies } from '../customers/customer-access.ts';
import type { SourceSystem } from '../customers/customer-enums.ts';
import type { CustomerSource } from '../customers/customer-view.ts';
import type { DeliveryRecord, LoginRecord } from '../database/stored-documents.ts';
import { AppError } from '../errors.ts';
import { addressedDelivery, addressedLogin, addressOf, readAround } from './addressed-records.ts';
import { clearInTransaction } from './clear-in-transaction.ts';

export interface ClearLinkInput {
  /** Whose link it is: a login's (`USERS`) or a delivery record's. */
  readonly system: keyof typeof SourceSystem;
  /** `id` of that record, or the text of its `_id`. */
  readonly id: string;
}

/**
 * Empties the link of one record, whatever it says and whatever role a login has: the way out of a conflict. What others
 * claim stays as it is.
 *
 * @returns The customers that the record and whom it claimed are now, and whoever else is changed by it; nobody for a
 *   login of staff that claimed nobody who exists.
 * @throws AppError FORBIDDEN to all but admins; NOT_FOUND; CONFLICT for a link that is empty already, for an id that
 *   several records have, and for one that is changed at the same time.
 */
export async function clearLink(
  dependencies: CustomerDependencies,
  viewer: Viewer | null,
  input: ClearLinkInput,
): Promise<readonly CustomerSource[]> {
  const admin = requireAdmin(viewer);
  const find = (session?: ClientSession) => findClaim(dependencies, input, session);
  return clearInTransaction(dependencies, { action: 'LINK_CLEARED', actor: admin.id, find });
}

async function findClaim(
  { database }: CustomerDependencies,
  { system, id }: ClearLinkInput,
  session?: ClientSession,
) {
  const addresses = system === 'USERS' ? { userId: id } : { customerV2Id: id };
  const records = await readAround(database, addresses, session);
  const record = system === 'USERS' ? addressedLogin(records, id) : addressedDelivery(records, id);
  if (record.claim.kind === 'none') throw nothingToClear(record, records);
  return 'role' in record
    ? { records, logins: [record], deliveries: [] }
    : { records, logins: [], deliveries: [record] };
}

function nothingToClear(record: LoginRecord | DeliveryRecord, records: StoredRecords): AppError {
  const own = 'role' in record ? 'login' : 'delivery record';
  const claimants = claimantsOf(record, records).map((claimant) => addressOf(claimant, records));
  const system = 'role' in record ? 'CUSTOMERS_V2' : 'USERS';
  const others =
    claimants.length === 0
      ? ''
      : ` It is claimed by others: clearLink(system: ${system}, id: ${claimants.map((id) => JSON.stringify(id)).join(' or ')}).`;
  return new AppError('CONFLICT', `The link of this ${own} is empty: there is nothing to clear.${others}`);
}

function claimantsOf(
  record: LoginRecord | DeliveryRecord,
  records: StoredRecords,
): (LoginRecord | DeliveryRecord)[] {
  const others: readonly (LoginRecord | DeliveryRecord)[] =
    'role' in record ? records.deliveries : records.logins;
  return others.filter(({ claim }) => claim.kind === 'text' && claim.id === record.id).slice(0, mostNamed);
}

/** One record may have any number of claimants. */
const mostNamed = 10;
