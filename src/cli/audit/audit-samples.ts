import { randomBytes } from 'node:crypto';
import type { IndexSettings } from '../../customer-index/customer-index-rows.ts';
import type { CustomerFilter } from '../../customers/customer-filter.ts';
import type { Customer } from '../../customers/customer-type.ts';
import { listCustomers } from '../../customers/list-customers.ts';
import { createLoaders } from '../../customers/loaders.ts';
import type { Database } from '../../database/collections.ts';
import { pageLimits } from '../../graphql/connection.ts';
import { createCursorCodec } from '../../graphql/cursor.ts';
import { operator } from '../operator.ts';

/** A customer of a category, with the ids by which a link is mended. */
export interface AuditSample {
  readonly id: string;
  readonly name: string | null;
  readonly phone: string | null;
  readonly email: string | null;
  readonly linkState: string;
  readonly userId: string | null;
  readonly customerV2Id: string | null;
  readonly conflictingIds: readonly string[];
}

/** The newest customers that a filter lists, at most `limit`, in pages: however many there are, a page is in memory. */
export async function* auditSamples(
  { database, settings }: { readonly database: Database; readonly settings: IndexSettings },
  filter: CustomerFilter,
  limit: number,
): AsyncGenerator<readonly AuditSample[]> {
  const dependencies = {
    database,
    settings,
    cursors: createCursorCodec(randomBytes(32)),
    now: () => new Date(),
  };
  let after: string | null = null;
  for (let left = limit; left > 0; left -= pageLimits.largest) {
    const page = await listCustomers(
      dependencies,
      { viewer: operator, loaders: createLoaders(database, shown), selected: shown },
      { page: { first: Math.min(left, pageLimits.largest), after }, filter, order: null },
    );
    if (page.nodes.length > 0) yield page.nodes.map(sampleOf);
    if (!page.hasNextPage) return;
    after = page.endCursor;
  }
}

const shown: ReadonlySet<string> = new Set(['id', 'name', 'phone', 'email', 'link']);

function sampleOf({ id, name, phone, email, link }: Customer): AuditSample {
  const { state, userId, customerV2Id, conflictingIds } = link;
  return { id, name, phone, email, linkState: state, userId, customerV2Id, conflictingIds };
}
