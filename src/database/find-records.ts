import type { ClientSession, Filter } from 'mongodb';
import type { Database } from './collections.ts';
import {
  type DeliveryRecord,
  deliveryProjection,
  type LoginRecord,
  loginProjection,
  type StoredCustomerV2,
  type StoredUser,
  toDeliveryRecord,
  toLoginRecord,
} from './stored-documents.ts';

/** Which logins and which delivery records; null for none. */
export interface RecordFilters {
  readonly logins: Filter<StoredUser> | null;
  readonly deliveries: Filter<StoredCustomerV2> | null;
}

export interface FindRecordsOptions {
  readonly session?: ClientSession;
  /** What is read of each record. Default: everything that is shown. */
  readonly fields?: RecordFields;
  /** How many come with the first answer. Default: 1,000, so that nearly always all of them do. */
  readonly batchSize?: number;
}

export interface RecordFields {
  readonly login: Partial<typeof loginProjection>;
  readonly delivery: Partial<typeof deliveryProjection>;
}

/**
 * Records of both collections, in any order. One command reads both: what a command costs on either side of the wire is
 * more than what it reads here. Inside a transaction, where MongoDB has no `$unionWith`, they are two, one after the other.
 */
export async function findRecords(
  database: Database,
  filters: RecordFilters,
  options: FindRecordsOptions = {},
): Promise<FoundRecords> {
  const { logins, deliveries } = filters;
  if (logins !== null && deliveries !== null && options.session?.inTransaction() !== true)
    return findBoth(database, logins, deliveries, options);
  return {
    logins: logins === null ? [] : await findLogins(database, logins, options),
    deliveries: deliveries === null ? [] : await findDeliveries(database, deliveries, options),
  };
}

export interface FoundRecords {
  readonly logins: LoginRecord[];
  readonly deliveries: DeliveryRecord[];
}

async function findLogins(
  { users }: Database,
  filter: Filter<StoredUser>,
  { fields = everyField, ...options }: FindRecordsOptions,
): Promise<LoginRecord[]> {
  const found = users.find(filter, { batchSize: standardBatch, ...options, projection: fields.login });
  return (await found.toArray()).map(toLoginRecord);
}

async function findDeliveries(
  { customersV2 }: Database,
  filter: Filter<StoredCustomerV2>,
  { fields = everyField, ...options }: FindRecordsOptions,
): Promise<DeliveryRecord[]> {
  const found = customersV2.find(filter, {
    batchSize: standardBatch,
    ...options,
    projection: fields.delivery,
  });
  return (await found.toArray()).map(toDeliveryRecord);
}

async function findBoth(
  { users, customersV2 }: Database,
  loginFilter: Filter<StoredUser>,
  deliveryFilter: Filter<StoredCustomerV2>,
  { fields = everyField, ...options }: FindRecordsOptions,
): Promise<FoundRecords> {
  const pipeline = [
    { $match: deliveryFilter },
    { $project: { ...fields.delivery, [mark]: { $literal: 1 } } },
  ];
  const found = await users
    .aggregate<StoredUser & StoredCustomerV2 & { [mark]?: 1 }>(
      [
        { $match: loginFilter },
        { $project: fields.login },
        { $unionWith: { coll: customersV2.collectionName, pipeline } },
      ],
      { batchSize: standardBatch, ...options },
    )
    .toArray();
  const logins: LoginRecord[] = [];
  const deliveries: DeliveryRecord[] = [];
  for (const stored of found) {
    if (stored[mark] === undefined) logins.push(toLoginRecord(stored));
    else deliveries.push(toDeliveryRecord(stored));
  }
  return { logins, deliveries };
}

/** On what is read of a delivery record among logins; no projection reads a field of this name. */
const mark = 'isDelivery';

/** A filter that holds for a record with one of the given values in any of the fields; null when there are no values. */
export function anyOf<Stored>(values: Readonly<Record<string, readonly unknown[]>>): Filter<Stored> | null {
  const conditions = Object.entries(values)
    .filter(([, wanted]) => wanted.length > 0)
    .map(([field, wanted]) => ({ [field]: { $in: wanted } }));
  const [only] = conditions;
  // MongoDB refuses an empty $or.
  if (only === undefined) return null;
  return (conditions.length === 1 ? only : { $or: conditions }) as Filter<Stored>;
}

const standardBatch = 1_000;

const everyField: RecordFields = { login: loginProjection, delivery: deliveryProjection };
