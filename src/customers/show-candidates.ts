import { CustomerAlreadyExists } from './create-types.ts';
import type { CustomerDependencies, CustomerRequest } from './customer-access.ts';
import type { IdentifierKind } from './customer-enums.ts';
import type { Candidate } from './existing-customers.ts';
import { prepareViews } from './prepare-views.ts';

/** The answer that names who has a phone or e-mail already, the likeliest first. */
export async function showCandidates(
  dependencies: CustomerDependencies,
  request: CustomerRequest,
  candidates: readonly Candidate[],
): Promise<CustomerAlreadyExists> {
  const shown = candidates.toSorted((one, other) => likeness(other) - likeness(one)).slice(0, maxCandidates);
  const views = await prepareViews(
    dependencies,
    request,
    shown.map(({ source }) => source),
  );
  return Object.assign(new CustomerAlreadyExists(), {
    candidates: views.map((customer, index) => ({ customer, matchedBy: shown[index]?.matchedBy ?? [] })),
  });
}

const maxCandidates = 20;

/** Households share phones, and many people have one name; an e-mail is rarely anybody else's. */
const weights: Partial<Record<IdentifierKind, number>> = { EMAIL: 4, NAME: 2, PHONE: 1 };

function likeness({ matchedBy }: Candidate): number {
  return matchedBy.reduce((sum, kind) => sum + (weights[kind] ?? 0), 0);
}
