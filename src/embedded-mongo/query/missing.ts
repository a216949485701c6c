import type { BsonValue } from '../bson/value.ts';

/** A field that is not there, apart from BSON's own undefined. */
export const missing: unique symbol = Symbol('missing');

/** What a path leads to. */
export type Element = BsonValue | typeof missing;
