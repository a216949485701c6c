import { Binary, BSON, Decimal128, Long, ObjectId, Timestamp } from 'mongodb';

/** What may be stored as `_id` where its text is this: only plain values, so that none can be an operator of a query. */
export function possibleRecordIds(address: string): unknown[] {
  const isHex = ObjectId.isValid(address) && address.length === 24;
  return [address, ...(isHex ? [new ObjectId(address)] : []), ...otherThanText(address)];
}

function otherThanText(address: string): unknown[] {
  try {
    const value: unknown = BSON.EJSON.parse(address);
    return isPlain(value) ? [value] : [];
  } catch {
    // Most ids are no JSON.
    return [];
  }
}

/** By its class: text can call itself by any `_bsontype`, and the driver refuses a query with it. */
function isPlain(value: unknown): boolean {
  if (typeof value === 'number' || typeof value === 'boolean' || value instanceof Date) return true;
  return plainTypes.some((type) => value instanceof type);
}

const plainTypes = [Binary, Long, Decimal128, Timestamp] as const;
