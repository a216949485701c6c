/** A source of repeatable draws: the same seed gives the same draws, in the same order, on every machine. */
export type SeededRandom = {
  /** A whole number, both bounds included. */
  integer: (from: number, to: number) => number;
  pick: <T>(list: readonly T[]) => T;
  shuffled: <T>(list: readonly T[]) => T[];
  /** Lower-case hexadecimal digits. */
  hex: (digits: number) => string;
  /** A version 4 uuid, as Python's `str(uuid.uuid4())` writes it. */
  uuid: () => string;
  /**
   * Deals from a shuffled deck that holds each value as often as its weight says, and shuffles again when the
   * deck is empty: within any whole deck every value occurs exactly that often, whatever the seed.
   */
  dealer: <T>(deck: readonly (readonly [value: T, weight: number])[]) => () => T;
};

/** Draws for demo data (mulberry32: 32 bits of state, far from secret, good enough to look like life). */
export function seededRandom(seed: number): SeededRandom {
  const next = mulberry32(seed);

  const integer = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1));

  const pick = <T>(list: readonly T[]): T => {
    if (list.length === 0) throw new RangeError('pick() needs a list that is not empty');
    return list[integer(0, list.length - 1)] as T;
  };

  const shuffled = <T>(list: readonly T[]): T[] => {
    const result = [...list];
    for (let last = result.length - 1; last > 0; last--) {
      const other = integer(0, last);
      [result[last], result[other]] = [result[other] as T, result[last] as T];
    }
    return result;
  };

  const hex = (digits: number): string =>
    Array.from({ length: digits }, () => integer(0, 15).toString(16)).join('');

  const uuid = (): string => {
    const variant = pick(['8', '9', 'a', 'b']);
    return `${hex(8)}-${hex(4)}-4${hex(3)}-${variant}${hex(3)}-${hex(12)}`;
  };

  const dealer = <T>(deck: readonly (readonly [value: T, weight: number])[]): (() => T) => {
    const cards = deck.flatMap(([value, weight]) => Array.from({ length: weight }, () => value));
    if (cards.length === 0) throw new RangeError('dealer() needs a deck that is not empty');
    let left: T[] = [];
    return () => {
      if (left.length === 0) left = shuffled(cards);
      return left.pop() as T;
    };
  };

  return { integer, pick, shuffled, hex, uuid, dealer };
}

function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
