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

  @Field(() => String, { nullable: true, description: 'Cursor of the first entry; null on an empty page.' })
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
  readonly first: number;
  readonly after: string | null;
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
  const size = first ?? pageLimits.standard;
  if (size < pageLimits.smallest || size > pageLimits.largest) {
    throw badInput('first', `first must be from ${pageLimits.smallest} to ${pageLimits.largest}.`);
  }
  return { first: size, after: after ?? null };
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
