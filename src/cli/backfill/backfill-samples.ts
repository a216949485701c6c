import type { BackfillDependencies } from '../../backfill/backfill-dependencies.ts';
import { createdCustomers } from '../../backfill/backfill-lists.ts';
import type { BackfillRun } from '../../backfill/backfill-types.ts';
import { createLoaders } from '../../customers/loaders.ts';
import { operator } from '../operator.ts';

/** One of those who got a login, or would, to be compared with what people know of them. */
export interface BackfillSample {
  readonly customerV2Id: string | null;
  readonly userId: string | null;
  readonly name: string | null;
  readonly phone: string | null;
  readonly email: string | null;
  readonly status: string;
  readonly linkState: string;
}

/** The first of those to whom a run gave a login, as they are stored now. */
export async function sampleCreated(
  dependencies: BackfillDependencies,
  run: BackfillRun,
  first = 20,
): Promise<BackfillSample[]> {
  const selected = new Set(['id', 'name', 'phone', 'email', 'status', 'link', 'state']);
  const loaders = createLoaders(dependencies.customers.database, selected);
  const request = { viewer: operator, loaders, selected };
  const { nodes } = await createdCustomers(dependencies, request, run, { first, after: null });
  return nodes.map(({ name, phone, email, status, link }) => ({
    customerV2Id: link.customerV2Id,
    userId: link.userId,
    name,
    phone,
    email,
    status,
    linkState: link.state,
  }));
}
