import { linkCustomers } from '../customer-index/link-graph.ts';
import { AppError } from '../errors.ts';
import type { CustomerSource } from './customer-view.ts';
import type { Candidate } from './existing-customers.ts';
import type { CreationPlan } from './plan-creation.ts';
import { sourceOf } from './source-of.ts';
import type { Creation } from './write-creations.ts';

/** What became of one new customer. */
export type CreateOutcome =
  | CreatedCustomer
  /** Nothing was written: these have the same phone or e-mail. */
  | { readonly kind: 'exists'; readonly candidates: readonly Candidate[] }
  | { readonly kind: 'refused'; readonly error: AppError };

export interface CreatedCustomer {
  readonly kind: 'created';
  readonly customerId: string;
  readonly userId: string;
  readonly customerV2Id: string;
  /** One half was there before. */
  readonly adopted: boolean;
  /** Where credentials go, masked. */
  readonly sentTo: readonly string[];
  readonly source: CustomerSource;
}

/** Others have written what the plan depends on, between planning and writing. */
export class PlanChangedError extends Error {}

/** What will have become of a row once its creation is written; null for nothing to write. */
export function outcomeOf(plan: CreationPlan, creation: Creation | null): CreateOutcome {
  if (plan.kind === 'exists') return { kind: 'exists', candidates: plan.candidates };
  const [pair] =
    creation === null ? [] : linkCustomers({ logins: [creation.login], deliveries: [creation.delivery] });
  if (creation === null || pair === undefined) throw new TypeError('What is created has two halves.');
  const source = sourceOf(pair, creation.facts);
  return {
    kind: 'created',
    customerId: source.id,
    userId: source.link.userId ?? '',
    customerV2Id: source.link.customerV2Id ?? '',
    adopted: plan.kind !== 'both',
    sentTo: creation.sentTo,
    source,
  };
}

/** Answers what is wrong with one row; what is wrong with the gateway or the database goes on to whoever asked. */
export function refusedBy(error: unknown): CreateOutcome {
  if (error instanceof PlanChangedError) {
    return {
      kind: 'refused',
      error: new AppError('CONFLICT', 'Others keep writing the same people. Try again.'),
    };
  }
  if (!isRefusal(error)) throw error;
  return { kind: 'refused', error };
}

/** Whether an error says what is wrong with a row. */
export function isRefusal(error: unknown): error is AppError {
  return error instanceof AppError && error.code !== 'UNAVAILABLE' && error.code !== 'RATE_LIMITED';
}
