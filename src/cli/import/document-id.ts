import { BSON, BSONRegExp, type Document, Double, Int32, Long, ObjectId } from 'mongodb';

/** A document's `_id`, whichever form {@link parseDocument} gave it. */
export function idOf(document: Document): unknown {
  return document instanceof Map ? document.get('_id') : document._id;
}

/**
 * The document as the database will hold it: `_id` first, a new ObjectId where there was none. An `_id` of
 * null counts as one: the driver would replace it, the database keeps it.
 */
export function withIdFirst(document: Document): Document {
  const id = idOf(document);
  const first = id === undefined ? new ObjectId() : id;
  if (document instanceof Map)
    return new Map([['_id', first], ...document].map(([key, value]) => [key, key === '_id' ? first : value]));
  const [firstName] = Object.keys(document);
  return firstName === '_id' ? document : { _id: first, ...document };
}

/**
 * A text that is equal for two `_id`s exactly when the database takes them for equal: 1, 1.0 and a Long 1
 * are.
 */
export function idKey(id: unknown): string {
  if (id instanceof Int32 || id instanceof Long || id instanceof Double) return `number ${id.toString()}`;
  return Buffer.from(BSON.serialize({ id })).toString('latin1');
}

/** False for an `_id` that no filter can name literally; the database refuses such documents anyway. */
export function canBeLookedUp(id: unknown): boolean {
  return !(Array.isArray(id) || id instanceof BSONRegExp);
}

/** An `_id` for people to read. */
export function idText(id: unknown): string {
  if (typeof id === 'string') return id;
  if (id instanceof ObjectId) return id.toHexString();
  return BSON.EJSON.stringify(id, { relaxed: true }) ?? 'null';
}
