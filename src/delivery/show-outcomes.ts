import { passwordFacts } from '../customer-index/temporary-password-state.ts';
import type { CustomerDependencies, CustomerRequest } from '../customers/customer-access.ts';
import { CustomerAmbiguous, CustomerNotFound } from '../customers/customer-results.ts';
import type { Customer } from '../customers/customer-type.ts';
import type { CustomerSource } from '../customers/customer-view.ts';
import { type FoundCustomer, showNearMisses } from '../customers/find-customer.ts';
import { prepareViews } from '../customers/prepare-views.ts';
import type { LoginRecord } from '../database/stored-documents.ts';
import type { AssignmentOutcome, DeliveryBoyMatch } from './assignment-outcome.ts';
import {
  type AssignDeliveryBoyResult,
  AssignmentRefused,
  DeliveryBoyAmbiguous,
  DeliveryBoyAssigned,
  DeliveryBoyFound,
  DeliveryBoyNotFound,
  NoDeliveryRecord,
} from './assignment-types.ts';
import { deliveryBoyView } from './list-delivery-boys.ts';
import { nearDeliveryBoys } from './near-delivery-boys.ts';

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
  const nearMisses = {
    customers: await nearCustomersOf(dependencies, request, outcomes),
    deliveryBoys: await nearDeliveryBoysOf(dependencies, request, outcomes),
  };
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
  nearMisses: NearMisses,
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
        nearMisses: nearMisses.customers.get(outcome.identifier) ?? [],
      });
    case 'deliveryBoyAmbiguous': {
      const matches = outcome.candidates.map((candidate) => foundView(candidate, loaders));
      return Object.assign(new DeliveryBoyAmbiguous(), {
        identifier: outcome.identifier,
        candidates: matches.map(({ deliveryBoy }) => deliveryBoy),
        matches,
      });
    }
    case 'deliveryBoyNotFound': {
      const near = nearMisses.deliveryBoys.get(outcome.identifier) ?? [];
      return Object.assign(new DeliveryBoyNotFound(), {
        identifier: outcome.identifier,
        nearMisses: near.map((match) => foundView(match, loaders)),
      });
    }
  }
}

/** Who has no id to himself is nobody's delivery boy: his list of customers is empty. */
function foundView(
  { login, address, matchedBy }: DeliveryBoyMatch,
  { deliveryBoy }: CustomerRequest['loaders'],
): DeliveryBoyFound {
  if (login.id !== address) deliveryBoy.prime(address, null);
  return Object.assign(new DeliveryBoyFound(), {
    deliveryBoy: deliveryBoyView(login, address, false),
    matchedBy,
  });
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

/** By text. */
interface NearMisses {
  readonly customers: ReadonlyMap<string, FoundCustomer[]>;
  readonly deliveryBoys: ReadonlyMap<string, DeliveryBoyMatch[]>;
}

async function nearCustomersOf(
  dependencies: CustomerDependencies,
  request: CustomerRequest,
  outcomes: readonly AssignmentOutcome[],
): Promise<Map<string, FoundCustomer[]>> {
  const texts = missedTexts(request, outcomes, 'customerNotFound');
  const found = texts.length === 0 ? [] : await showNearMisses(dependencies, request, texts);
  return new Map(texts.map((text, at) => [text, found[at] ?? []]));
}

async function nearDeliveryBoysOf(
  dependencies: CustomerDependencies,
  request: CustomerRequest,
  outcomes: readonly AssignmentOutcome[],
): Promise<Map<string, DeliveryBoyMatch[]>> {
  const texts = missedTexts(request, outcomes, 'deliveryBoyNotFound');
  return texts.length === 0 ? new Map() : nearDeliveryBoys(dependencies, request, texts);
}

/** Texts that mean nobody, each once, where near misses are asked for. */
function missedTexts(
  { selected }: CustomerRequest,
  outcomes: readonly AssignmentOutcome[],
  kind: 'customerNotFound' | 'deliveryBoyNotFound',
): string[] {
  if (!selected.has('nearMisses')) return [];
  return [...new Set(outcomes.flatMap((outcome) => (outcome.kind === kind ? [outcome.identifier] : [])))];
}
