import { expect } from 'vitest';
import type { AuditCategoryName } from '../../../src/reports/audit-categories.ts';
import type { GraphqlClient } from '../../support/graphql-client.ts';

export interface WalkedFinding {
  readonly count: number;
  /** `Customer.id`s, in the list's order. */
  readonly ids: string[];
}

/** Reads the list of an audit's category to its end. */
export async function walkFinding(client: GraphqlClient, name: AuditCategoryName): Promise<WalkedFinding> {
  const page = `query ($after: String) {
    linkageAudit { ${name} { count customers(first: 200, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } } }
  }`;
  const ids: string[] = [];
  let after: string | null = null;
  for (;;) {
    const answer = await client(page, { after });
    expect(answer.errors).toEqual([]);
    const { count, customers } = answer.data.linkageAudit[name];
    ids.push(...customers.nodes.map((node: { id: string }) => node.id));
    if (!customers.pageInfo.hasNextPage) return { count, ids };
    after = customers.pageInfo.endCursor;
  }
}
