import { BSON, type ClientSession, type Filter } from 'mongodb';
import type { Database } from '../database/collections.ts';
import type {
  DeliveryRecord,
  LoginRecord,
  StoredCustomerV2,
  StoredUser,
} from '../database/stored-documents.ts';

/**
 * What a record's link field holds, for the journal: its text, or a value of another type as extended JSON, cut off after
 * 200 characters. Null for an empty one. One command where the link is no text.
 */
export async function storedClaimText(
  database: Database,
  record: LoginRecord | DeliveryRecord,
  session: ClientSession,
): Promise<string | null> {
  if (record.claim.kind === 'none') return null;
  const text =
    record.claim.kind === 'text'
      ? record.claim.id
      : BSON.EJSON.stringify(await storedClaim(database, record, session));
  return text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
}

async function storedClaim(
  { users, customersV2 }: Database,
  record: LoginRecord | DeliveryRecord,
  session: ClientSession,
): Promise<unknown> {
  if ('role' in record) {
    const filter = { _id: record._id } as Filter<StoredUser>;
    const stored = await users.findOne(filter, { session, projection: { customer_v2_id: 1 } });
    return stored?.customer_v2_id;
  }
  const filter = { _id: record._id } as Filter<StoredCustomerV2>;
  const stored = await customersV2.findOne(filter, { session, projection: { user_id: 1 } });
  return stored?.user_id;
}

const maxLength = 200;
