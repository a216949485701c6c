import type { ClientSession, Filter } from 'mongodb';
import { linkCustomers } from '../customer-index/link-graph.ts';
import { readNeighbourhood } from '../customer-index/neighbourhood.ts';
import type { Database, StoredAccount } from '../database/collections.ts';
import { possibleRecordIds } from '../database/possible-record-ids.ts';
import {
  type LoginRecord,
  loginProjection,
  type StoredUser,
  toLoginRecord,
} from '../database/stored-documents.ts';
import { AppError } from '../errors.ts';

/** A login that an admin wants to change, and what decides whether they may. */
export interface LoginTarget {
  readonly login: LoginRecord;
  /** The role as stored, also one that the gateway does not know; null for what is no text. */
  readonly roleText: string | null;
  readonly account: StoredAccount | null;
  /** What its journal entries are about: its address, and that of the delivery record that it is joined to. */
  readonly subjectIds: readonly [string, ...string[]];
  /** Its link is not empty, or a delivery record names it. */
  readonly isLinked: boolean;
}

/**
 * The login with this id, or with this `_id`. Read and changed in one transaction: a change that somebody else makes in
 * between, the older application too, makes that begin again.
 *
 * @throws AppError NOT_FOUND; CONFLICT when several logins have the id.
 */
export async function readTarget(
  database: Database,
  userId: string,
  session: ClientSession,
): Promise<LoginTarget> {
  const stored = await readAddressed(database, userId, session);
  const login = toLoginRecord(stored);
  const records = await readNeighbourhood(database, { loginKeys: [login._id] }, { session });
  const account = await database.accounts.findOne({ _id: login.key }, { session });
  const isAlone = records.logins.filter(({ id }) => id === login.id).length === 1;
  const address = login.id !== null && isAlone ? login.id : login.keyText;
  const customer = linkCustomers(records).find((linked) => linked.login?.key === login.key);
  const deliveryAddress = customer?.delivery == null ? null : customer.link.customerV2Id;
  return {
    login: { ...login, id: isAlone ? login.id : null },
    roleText: typeof stored.role === 'string' ? stored.role : null,
    account,
    subjectIds: deliveryAddress === null ? [address] : [address, deliveryAddress],
    isLinked:
      login.claim.kind !== 'none' ||
      records.deliveries.some(({ claim }) => claim.kind === 'text' && claim.id === login.id),
  };
}

async function readAddressed(
  database: Database,
  userId: string,
  session: ClientSession,
): Promise<StoredUser> {
  if (userId === '' || userId.length > maxIdLength) throw unknownLogin();
  // A list that has the text in it is no id, though the database takes it for equal.
  const hasId = { id: { $eq: userId, $not: { $type: 'array' } } };
  const filter = { $or: [hasId, { _id: { $in: possibleRecordIds(userId) } }] } as Filter<StoredUser>;
  const found = await database.users
    .find(filter, { session, projection: loginProjection, limit: maxFound })
    .toArray();
  const [first, second] = found.filter(({ id }) => id === userId);
  if (second !== undefined) {
    throw new AppError('CONFLICT', 'Several logins have this id. Each is addressed by its own _id.');
  }
  const addressed = first ?? found[0];
  if (addressed === undefined) throw unknownLogin();
  return addressed;
}

function unknownLogin(): AppError {
  return new AppError('NOT_FOUND', 'There is no login with this id.');
}

/** Longer text is the id of nobody. */
const maxIdLength = 200;
/** Two that share the id, and whoever has it as `_id` of one type or another. */
const maxFound = 5;
