import { CustomerAlreadyExists } from './create-types.ts';
import type { CustomerDependencies, CustomerRequest } from './customer-access.ts';
import type { Candidate } from './existing-customers.ts';
import { prepareViews } from './prepare-views.ts';

/** The answer that names who has a phone or e-mail already. */
export async function showCandidates(
  dependencies: CustomerDependencies,
  request: CustomerRequest,
  candidates: readonly Candidate[],
): Promise<CustomerAlreadyExists> {
  const shown = candidates.slice(0, maxCandidates);
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
