import { BSON, ObjectId } from 'mongodb';

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

function isPlain(value: unknown): boolean {
  if (typeof value === 'number' || typeof value === 'boolean' || value instanceof Date) return true;
  if (typeof value !== 'object' || value === null || !('_bsontype' in value)) return false;
  return plainTypes.has(value._bsontype);
}

const plainTypes: ReadonlySet<unknown> = new Set(['Binary', 'UUID', 'Long', 'Decimal128', 'Timestamp']);
