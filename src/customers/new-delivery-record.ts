import { randomUUID } from 'node:crypto';
import { ObjectId } from 'mongodb';
import { type StoredCustomerV2, storedTime } from '../database/stored-documents.ts';

export interface NewDeliveryRecord {
  readonly name: string | null;
  readonly phone: string | null;
  readonly email: string | null;
  readonly address: string;
  readonly area: string;
  readonly statusText: string;
  readonly deliveryBoyId: string | null;
  /** Id of the login that it is linked to. */
  readonly userId: string;
  readonly createdAt: Date;
}

/** A document of `customers_v2` as the gateway makes it. */
export function newDeliveryRecord(
  record: NewDeliveryRecord,
  id: string = randomUUID(),
): StoredCustomerV2 & { _id: ObjectId; id: string } {
  return {
    _id: new ObjectId(),
    id,
    name: record.name,
    phone: record.phone,
    email: record.email,
    address: record.address,
    area: record.area,
    status: record.statusText,
    delivery_boy_id: record.deliveryBoyId,
    created_at: storedTime(record.createdAt),
    user_id: record.userId,
  };
}
