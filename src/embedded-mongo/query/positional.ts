import type { BsonDocument } from '../bson/value.ts';
import type { Filter } from './compile-filter.ts';
import type { MatchDetails } from './match-details.ts';

/**
 * The array position that the positional operator `$` stands for: that of the element which made the document match,
 * in the last condition of the filter that went through an array. Undefined when the document does not match, or no
 * array was gone through.
 */
export function matchedArrayIndex(filter: Filter, document: BsonDocument): number | undefined {
  const details: MatchDetails = {};
  return filter(document, details) ? details.arrayIndex : undefined;
}
