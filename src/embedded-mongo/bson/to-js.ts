import { Double, Int32, Long, Timestamp } from 'bson';
import type { BsonDocument, BsonValue } from './value.ts';

/**
 * Turns a document into a plain object, for tests and logs: Int32 and Double become numbers, Long a number when it
 * is a safe integer and a bigint otherwise; every other type stays as it is.
 */
export function toJs(document: BsonDocument): Record<string, unknown> {
  const plain: Record<string, unknown> = {};
  for (const [name, value] of document) {
    // An own property even when the field is called __proto__.
    Object.defineProperty(plain, name, {
      value: valueToJs(value),
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return plain;
}

/** The same for a single value. */
export function valueToJs(value: BsonValue): unknown {
  if (value instanceof Int32 || value instanceof Double) return value.value;
  if (value instanceof Timestamp) return value;
  if (value instanceof Long) {
    const number = value.toNumber();
    return Number.isSafeInteger(number) ? number : value.toBigInt();
  }
  if (value instanceof Map) return toJs(value);
  if (Array.isArray(value)) return value.map(valueToJs);
  return value;
}
