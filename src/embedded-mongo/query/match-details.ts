/** Where a match was found, for the positional operator `$`. */
export interface MatchDetails {
  /** Position of the matching element in the array that the condition went through last. */
  arrayIndex?: number | undefined;
}
