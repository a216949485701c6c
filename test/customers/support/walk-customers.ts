import { expect } from 'vitest';
import type { GraphqlClient } from '../../support/graphql-client.ts';
import { type CustomerAnswer, everyCustomerField } from './customer-answer.ts';

export interface CustomerOrder {
  readonly field: 'NAME' | 'CREATED_AT';
  readonly direction: 'ASC' | 'DESC';
}

export interface WalkOptions {
  readonly first: number;
  readonly filter?: Record<string, unknown> | undefined;
  readonly orderBy?: CustomerOrder | undefined;
  /** Runs after each page that has another one behind it. */
  readonly betweenPages?: (page: number) => Promise<void>;
}

export interface Walk {
  readonly customers: CustomerAnswer[];
  readonly pageSizes: number[];
  /** As the first page told it. */
  readonly count: number;
}

const pageQuery = `query ($first: Int, $after: String, $filter: CustomerFilter, $orderBy: CustomerOrder, $counted: Boolean!) {
  customers(first: $first, after: $after, filter: $filter, orderBy: $orderBy) {
    edges { cursor node { ...EveryCustomerField } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    count @include(if: $counted) { value precision }
  }
} ${everyCustomerField}`;

/** Reads a whole list by its cursors; whatever page of it contradicts itself fails the test. */
export async function walkCustomers(client: GraphqlClient, options: WalkOptions): Promise<Walk> {
  const customers: CustomerAnswer[] = [];
  const pageSizes: number[] = [];
  let after: string | null = null;
  let count = Number.NaN;
  for (;;) {
    const { first, filter, orderBy } = options;
    const answer = await client(pageQuery, { first, after, filter, orderBy, counted: after === null });
    expect(answer.errors).toEqual([]);
    const { edges, pageInfo } = answer.data.customers;
    if (after === null) {
      expect(answer.data.customers.count.precision).toBe('EXACT');
      count = answer.data.customers.count.value;
    }
    expect(pageInfo).toMatchObject({
      hasPreviousPage: after !== null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    });
    customers.push(...edges.map(({ node }: { node: CustomerAnswer }) => node));
    pageSizes.push(edges.length);
    if (!pageInfo.hasNextPage) return { customers, pageSizes, count };
    expect(pageInfo.endCursor).not.toBe(after);
    after = pageInfo.endCursor;
    await options.betweenPages?.(pageSizes.length);
  }
}
