import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import { badInput } from '../errors.ts';

/** Bounds of `first`. */
export const pageLimits = { smallest: 1, largest: 200, standard: 50 } as const;

@ObjectType({ simpleResolvers: true, description: 'Where a page stands in its list.' })
export class PageInfo {
  @Field(() => Boolean, { description: 'Whether there is more after this page.' })
  hasNextPage!: boolean;

  @Field(() => Boolean, { description: 'Whether there is something before this page.' })
  hasPreviousPage!: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'Cursor of the first entry, to be given as `before`; null on an empty page.',
  })
  startCursor!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Cursor of the last entry, to be given as `after`; null on an empty page.',
  })
  endCursor!: string | null;
}

export const CountPrecision = { EXACT: 'EXACT', AT_LEAST: 'AT_LEAST' } as const;
export type CountPrecision = keyof typeof CountPrecision;
registerEnumType(CountPrecision, {
  name: 'CountPrecision',
  description: 'How far a count can be trusted.',
  valuesConfig: {
    EXACT: { description: 'The length of the list.' },
    AT_LEAST: { description: 'The list has at least so many entries; it was not counted to its end.' },
  },
});

@ObjectType({ simpleResolvers: true, description: 'How many entries a list has.' })
export class Count {
  @Field(() => Int, { description: 'The number.' })
  value!: number;

  @Field(() => CountPrecision, { description: 'Whether the number is exact.' })
  precision!: CountPrecision;
}

export interface PageArguments {
  /** How many entries. */
  readonly first: number;
  /** Where the page begins: behind this cursor, or, read backwards, in front of it. */
  readonly after: string | null;
  /** The entries in front of the cursor, or the last of the list, are wanted; they are shown in the list's own order. */
  readonly backwards?: boolean;
}

/**
 * Checks the arguments of a list.
 *
 * @throws AppError BAD_USER_INPUT naming `first` unless it is 1 to 200.
 */
export function pageArguments(
  first: number | null | undefined,
  after: string | null | undefined,
): PageArguments {
  return { first: checkedSize('first', first), after: after ?? null };
}

/** The arguments of a list that is read in both directions, as Relay's cursor connections name them. */
export interface TwoWayArguments {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly last?: number | null;
  readonly before?: string | null;
}

/**
 * Checks the arguments of a list that is read in both directions: `first` with `after`, or `last` with `before`.
 *
 * @throws AppError BAD_USER_INPUT naming the argument: a size that is not 1 to 200, or `last` or `before` beside one of
 * the other direction.
 */
export function twoWayPage({ first, after, last, before }: TwoWayArguments): PageArguments {
  if (last == null && before == null) return pageArguments(first, after);
  for (const [other, value] of Object.entries({ first, after })) {
    if (value == null) continue;
    const argument = last == null ? 'before' : 'last';
    throw badInput(argument, `${argument} reads backwards and does not go together with ${other}.`);
  }
  return { first: checkedSize('last', last), after: before ?? null, backwards: true };
}

function checkedSize(argument: 'first' | 'last', given: number | null | undefined): number {
  const size = given ?? pageLimits.standard;
  if (size < pageLimits.smallest || size > pageLimits.largest) {
    throw badInput(argument, `${argument} must be from ${pageLimits.smallest} to ${pageLimits.largest}.`);
  }
  return size;
}

/**
 * What lies on either side of a page. On the side where reading went on there is more when one entry more was found; on the
 * other one there is the entry of the cursor.
 */
export function sidesOf(
  page: PageArguments,
  foundMore: boolean,
): Pick<PageInfo, 'hasNextPage' | 'hasPreviousPage'> {
  const cameFrom = page.after !== null;
  return page.backwards === true
    ? { hasNextPage: cameFrom, hasPreviousPage: foundMore }
    : { hasNextPage: foundMore, hasPreviousPage: cameFrom };
}

/** A page of a list: its entries, and the cursor of each, made only when it is asked for. */
export class Page<Entry> implements PageInfo {
  readonly nodes: readonly Entry[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  private readonly cursorOf: (index: number) => string;
  private rememberedEdges: { cursor: string; node: Entry }[] | undefined;

  constructor(options: {
    nodes: readonly Entry[];
    hasNextPage: boolean;
    hasPreviousPage: boolean;
    cursorOf: (index: number) => string;
  }) {
    this.nodes = options.nodes;
    this.hasNextPage = options.hasNextPage;
    this.hasPreviousPage = options.hasPreviousPage;
    this.cursorOf = options.cursorOf;
  }

  /** Compiled queries read a field more than once, and sealing a cursor costs a hash. */
  get edges(): { cursor: string; node: Entry }[] {
    this.rememberedEdges ??= this.nodes.map((node, index) => ({ cursor: this.cursorOf(index), node }));
    return this.rememberedEdges;
  }

  get pageInfo(): PageInfo {
    return this;
  }

  get startCursor(): string | null {
    return this.nodes.length === 0 ? null : this.cursorOf(0);
  }

  get endCursor(): string | null {
    return this.nodes.length === 0 ? null : this.cursorOf(this.nodes.length - 1);
  }
}
