import type { Collation } from '../../bson/collation.ts';
import type { BsonDocument, BsonValue } from '../../bson/value.ts';

/** Takes the values of one group and answers the result; undefined is missing. */
export interface Accumulator {
  add(value: BsonValue, document: BsonDocument): void;
  result(): BsonValue;
}

/** Makes an accumulator for a new group. */
export type AccumulatorFactory = (collation: Collation | undefined) => Accumulator;
