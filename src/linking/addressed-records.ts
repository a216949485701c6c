import type { ClientSession } from 'mongodb';
import type { StoredRecords } from '../customer-index/link-graph.ts';
import { readNeighbourhood } from '../customer-index/neighbourhood.ts';
import { isPossibleId } from '../customers/source-with-id.ts';
import type { Database } from '../database/collections.ts';
import { possibleRecordIds } from '../database/possible-record-ids.ts';
import type { DeliveryRecord, LoginRecord } from '../database/stored-documents.ts';
import { AppError } from '../errors.ts';

/** Ids, or texts of `_id`s, of a login and of a delivery record; either may be left out. */
export interface Addresses {
  readonly userId?: string;
  readonly customerV2Id?: string;
}

/** Everybody whose links decide about those whom the addresses name, as stored now. */
export async function readAround(
  database: Database,
  { userId, customerV2Id }: Addresses,
  session?: ClientSession,
): Promise<StoredRecords> {
  const logins = [userId ?? ''].filter(isPossibleId);
  const deliveries = [customerV2Id ?? ''].filter(isPossibleId);
  // It knows `_id`s of every type by their text.
  const rows = await database.customerIndex
    .find(
      { ids: { $in: [...logins, ...deliveries] } },
      { projection: { userKey: 1, v2Key: 1 }, ...(session && { session }) },
    )
    .toArray();
  const loginKeys = rows.map((row) => row.userKey).filter((key) => key !== undefined);
  const deliveryKeys = rows.map((row) => row.v2Key).filter((key) => key !== undefined);
  return readNeighbourhood(
    database,
    {
      loginKeys: [...logins.flatMap(possibleRecordIds), ...loginKeys],
      deliveryKeys: [...deliveries.flatMap(possibleRecordIds), ...deliveryKeys],
      possibleLoginIds: logins,
      possibleDeliveryIds: deliveries,
    },
    session === undefined ? {} : { session },
  );
}

/** @throws AppError NOT_FOUND; CONFLICT when several logins have the id. */
export function addressedLogin({ logins }: StoredRecords, userId: string): LoginRecord {
  return addressed(logins, userId, 'login', 'userId');
}

/** @throws AppError NOT_FOUND; CONFLICT when several delivery records have the id. */
export function addressedDelivery({ deliveries }: StoredRecords, customerV2Id: string): DeliveryRecord {
  return addressed(deliveries, customerV2Id, 'delivery record', 'customerV2Id');
}

/** Whether a record can be claimed: it has an id, and no other of its collection has the same. */
export function isNamed(record: LoginRecord | DeliveryRecord, records: StoredRecords): boolean {
  const others: readonly (LoginRecord | DeliveryRecord)[] =
    'role' in record ? records.logins : records.deliveries;
  return record.id !== null && others.filter(({ id }) => id === record.id).length === 1;
}

/** The text by which a record is addressed: its id where that names it alone, else that of its `_id`. */
export function addressOf(record: LoginRecord | DeliveryRecord, records: StoredRecords): string {
  return record.id !== null && isNamed(record, records) ? record.id : record.keyText;
}

function addressed<Record extends LoginRecord | DeliveryRecord>(
  records: readonly Record[],
  address: string,
  called: string,
  argument: string,
): Record {
  const [withId, another] = records.filter(({ id }) => id === address);
  if (another !== undefined) {
    throw new AppError('CONFLICT', `Several ${called}s have this id. Each is addressed by its own _id.`, {
      argument,
    });
  }
  const found = withId ?? records.find(({ keyText }) => keyText === address);
  if (found === undefined) {
    throw new AppError('NOT_FOUND', `There is no ${called} with this id.`, { argument });
  }
  return found;
}
