import { passwordFacts } from '../customer-index/temporary-password-state.ts';
import type { CustomerDependencies, CustomerRequest } from '../customers/customer-access.ts';
import { CustomerAmbiguous, CustomerNotFound } from '../customers/customer-results.ts';
import type { Customer } from '../customers/customer-type.ts';
import type { CustomerSource } from '../customers/customer-view.ts';
import { type FoundCustomer, showNearMisses } from '../customers/find-customer.ts';
import { prepareViews } from '../customers/prepare-views.ts';
import type { LoginRecord } from '../database/stored-documents.ts';
import type { AddressedLogin, AssignmentOutcome } from './assignment-outcome.ts';
import {
  type AssignDeliveryBoyResult,
  AssignmentRefused,
  DeliveryBoyAmbiguous,
  DeliveryBoyAssigned,
  DeliveryBoyNotFound,
  NoDeliveryRecord,
} from './assignment-types.ts';
import type { DeliveryBoy } from './delivery-types.ts';
import { deliveryBoyView } from './list-delivery-boys.ts';

/**
 * Outcomes as clients see them; the customers of all of them are prepared in one batch. Near misses are looked for only where
 * they are asked for, once for each text.
 */
export async function showOutcomes(
  dependencies: CustomerDependencies,
  request: CustomerRequest,
  outcomes: readonly AssignmentOutcome[],
): Promise<AssignDeliveryBoyResult[]> {
  // Who was read to be assigned is not read again to be shown.
  for (const outcome of outcomes) {
    const shown = outcome.kind === 'assigned' ? outcome.deliveryBoy : null;
    if (shown !== null && shown.id !== null) request.loaders.deliveryBoy.prime(shown.id, shown);
  }
  const sources = outcomes.flatMap(sourcesOf);
  const views = await prepareViews(dependencies, request, await withPasswordFacts(request, sources));
  const nearMisses = await nearMissesOf(dependencies, request, outcomes);
  let next = 0;
  const view = (): Customer => {
    const customer = views[next++];
    if (customer === undefined) throw new RangeError('Every source has a view.');
    return customer;
  };
  return outcomes.map((outcome) => show(outcome, view, request, nearMisses));
}

function sourcesOf(outcome: AssignmentOutcome): CustomerSource[] {
  if (outcome.kind === 'customerAmbiguous') return outcome.matches.map(({ source }) => source);
  return 'source' in outcome ? [outcome.source] : [];
}

function show(
  outcome: AssignmentOutcome,
  view: () => Customer,
  { loaders }: CustomerRequest,
  nearMisses: ReadonlyMap<string, FoundCustomer[]>,
): AssignDeliveryBoyResult {
  switch (outcome.kind) {
    case 'assigned':
      return Object.assign(new DeliveryBoyAssigned(), {
        customer: view(),
        previous: outcome.previous && contact(outcome.previous),
      });
    case 'noDeliveryRecord':
      return Object.assign(new NoDeliveryRecord(), { customer: view() });
    case 'refused':
      return Object.assign(new AssignmentRefused(), { code: outcome.code, message: outcome.message });
    case 'customerAmbiguous':
      return Object.assign(new CustomerAmbiguous(), {
        identifier: outcome.identifier,
        candidates: outcome.matches.map(({ matchedBy }) => ({ customer: view(), matchedBy })),
        totalCandidates: outcome.total,
      });
    case 'customerNotFound':
      return Object.assign(new CustomerNotFound(), {
        identifier: outcome.identifier,
        nearMisses: nearMisses.get(outcome.identifier) ?? [],
      });
    case 'deliveryBoyAmbiguous':
      return Object.assign(new DeliveryBoyAmbiguous(), {
        identifier: outcome.identifier,
        candidates: outcome.candidates.map((candidate) => candidateView(candidate, loaders)),
      });
    case 'deliveryBoyNotFound':
      return Object.assign(new DeliveryBoyNotFound(), { identifier: outcome.identifier });
  }
}

/** Who has no id to himself is nobody's delivery boy: his list of customers is empty. */
function candidateView(
  { login, address }: AddressedLogin,
  { deliveryBoy }: CustomerRequest['loaders'],
): DeliveryBoy {
  if (login.id !== address) deliveryBoy.prime(address, null);
  return deliveryBoyView(login, address, false);
}

function contact({ id, keyText, name, phone }: LoginRecord) {
  return { id: id ?? keyText, name, phone };
}

/** What decides whether a customer can log in, read only where that is shown. */
async function withPasswordFacts(
  { loaders, selected }: CustomerRequest,
  sources: readonly CustomerSource[],
): Promise<CustomerSource[]> {
  if (!selected.has('canLogin') && !selected.has('loginBlockers')) return [...sources];
  return Promise.all(
    sources.map(async (source) => {
      const { login } = source;
      if (login === null) return source;
      return { ...source, ...passwordFacts(await loaders.account.load(login.key), login) };
    }),
  );
}

async function nearMissesOf(
  dependencies: CustomerDependencies,
  request: CustomerRequest,
  outcomes: readonly AssignmentOutcome[],
): Promise<Map<string, FoundCustomer[]>> {
  if (!request.selected.has('nearMisses')) return new Map();
  const missed = outcomes.filter((outcome) => outcome.kind === 'customerNotFound');
  const texts = [...new Set(missed.map(({ identifier }) => identifier))];
  const found = texts.length === 0 ? [] : await showNearMisses(dependencies, request, texts);
  return new Map(texts.map((text, at) => [text, found[at] ?? []]));
}
