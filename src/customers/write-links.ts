import type { ClientSession, Filter } from 'mongodb';
import type { Database } from '../database/collections.ts';
import type {
  DeliveryRecord,
  LoginRecord,
  StoredCustomerV2,
  StoredUser,
} from '../database/stored-documents.ts';
import { AppError } from '../errors.ts';

/**
 * Lets a login claim a delivery record, if it claims nobody. An existing link is never overwritten.
 *
 * @param further Other stored values that it gets at once.
 * @throws AppError CONFLICT when it has been linked since it was read, or is gone.
 */
export async function linkLogin(
  database: Database,
  login: Pick<LoginRecord, '_id'>,
  customerV2Id: string | null,
  session: ClientSession,
  further: Partial<StoredUser> = {},
): Promise<void> {
  const filter = { _id: login._id, customer_v2_id: { $in: emptyLink } } as Filter<StoredUser>;
  const update = { $set: { customer_v2_id: customerV2Id, ...further } };
  const { matchedCount } = await database.users.updateOne(filter, update, { session });
  if (matchedCount === 0) throw linkedMeanwhile();
}

/** The same of a delivery record that is to claim a login. */
export async function linkDelivery(
  database: Database,
  delivery: Pick<DeliveryRecord, '_id'>,
  userId: string | null,
  session: ClientSession,
): Promise<void> {
  const filter = { _id: delivery._id, user_id: { $in: emptyLink } } as Filter<StoredCustomerV2>;
  const update = { $set: { user_id: userId } };
  const { matchedCount } = await database.customersV2.updateOne(filter, update, { session });
  if (matchedCount === 0) throw linkedMeanwhile();
}

/** Null holds for a missing field as well. */
const emptyLink = [null, ''];

function linkedMeanwhile(): AppError {
  return new AppError('CONFLICT', 'Somebody else has just linked this customer. Look again.');
}
