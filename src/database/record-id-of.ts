import { BSON, ObjectId } from 'mongodb';

/** The `_id` as stored of a record with this `recordKey`. */
export function recordIdOf(key: string): unknown {
  if (key.startsWith('text:')) return key.slice('text:'.length);
  if (key.startsWith('ejson:')) {
    const parsed: { _id?: unknown } = BSON.EJSON.parse(key.slice('ejson:'.length), { relaxed: false });
    return parsed._id;
  }
  return new ObjectId(key);
}
