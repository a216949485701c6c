import type { IndexSettings } from '../customer-index/customer-index-rows.ts';
import type { DeliveryRecord, LoginRecord } from '../database/stored-documents.ts';
import { badField } from '../errors.ts';
import type { CheckedCustomer } from './checked-customer.ts';
import type { CustomerSource } from './customer-view.ts';
import { type Candidate, candidatesFor, type ExistingPeople, takenByLogins } from './existing-customers.ts';

/** Which parts of a contact are the way by which another login logs in. */
export interface TakenContact {
  readonly email: boolean;
  readonly phone: boolean;
}

/** What creating a customer comes to, given who is there. */
export type CreationPlan =
  /** Both halves are made. */
  | { readonly kind: 'both'; readonly taken: TakenContact }
  /** A delivery record without a login gets one. */
  | { readonly kind: 'adoptDelivery'; readonly delivery: DeliveryRecord; readonly taken: TakenContact }
  /** A login without a delivery record gets one. */
  | { readonly kind: 'adoptLogin'; readonly login: LoginRecord; readonly passwordExpiresAt: Date | null }
  /** Nothing is written: whoever asks has to choose, or there is nothing to complete. */
  | { readonly kind: 'exists'; readonly candidates: readonly Candidate[] };

/**
 * Decides what becomes of a new customer: a pure function of the input and of who has the same phone or e-mail. It is
 * asked before the transaction, to prepare what takes long, and again in it, to see that nothing has changed.
 *
 * @throws AppError BAD_USER_INPUT (`adoptCustomerId`) when that customer is none of the candidates.
 */
export function planCreation(
  customer: CheckedCustomer,
  existing: ExistingPeople,
  settings: IndexSettings,
): CreationPlan {
  const contact = { phoneE164: customer.phone.e164, email: customer.email?.canonical ?? null };
  const candidates = candidatesFor(existing, { ...contact, name: customer.name }, settings);
  const taken = takenByLogins(existing, contact, settings);
  switch (customer.onExisting) {
    case 'CREATE_SEPARATE':
      return { kind: 'both', taken };
    case 'ASK':
      return candidates.length === 0 ? { kind: 'both', taken } : { kind: 'exists', candidates };
    case 'ADOPT': {
      if (candidates.length === 0 && customer.adoptCustomerId === null) return { kind: 'both', taken };
      const isComplete = !existing.shared.has(contact.phoneE164) && !existing.shared.has(contact.email ?? '');
      const adopted = chooseAdopted(candidates, customer.adoptCustomerId, isComplete);
      return adopted === null ? { kind: 'exists', candidates } : adoption(adopted, taken);
    }
  }
}

/** Tells two plans apart as far as what was prepared for one would be wrong for the other. */
export function planKey(plan: CreationPlan): string {
  switch (plan.kind) {
    case 'both':
      return `both ${plan.taken.email} ${plan.taken.phone}`;
    case 'adoptDelivery':
      return `delivery ${JSON.stringify(plan.delivery)} ${plan.taken.email} ${plan.taken.phone}`;
    case 'adoptLogin':
      return `login ${JSON.stringify(plan.login)} ${plan.passwordExpiresAt?.getTime()}`;
    case 'exists':
      return 'exists';
  }
}

/**
 * The one half that can be completed: the one that was named, else the only one there is.
 *
 * @param isComplete Everybody who has the phone or e-mail is among the candidates: of some nobody is the only one.
 */
function chooseAdopted(
  candidates: readonly Candidate[],
  wantedId: string | null,
  isComplete: boolean,
): CustomerSource | null {
  const adoptable = candidates
    .map(({ source }) => source)
    .filter(({ state }) => state === 'ORPHANED_USER' || state === 'ORPHANED_V2');
  if (wantedId === null) return isComplete && adoptable.length === 1 ? (adoptable[0] ?? null) : null;
  const isWanted = ({ id, login, delivery }: CustomerSource) =>
    id === wantedId || login?.keyText === wantedId || delivery?.keyText === wantedId;
  if (!candidates.some(({ source }) => isWanted(source))) {
    throw badField('adoptCustomerId', 'No customer of this id has this phone or e-mail.');
  }
  return adoptable.find(isWanted) ?? null;
}

function adoption({ login, delivery, passwordExpiresAt }: CustomerSource, taken: TakenContact): CreationPlan {
  if (delivery !== null) return { kind: 'adoptDelivery', delivery, taken };
  if (login !== null) return { kind: 'adoptLogin', login, passwordExpiresAt };
  throw new TypeError('A customer has at least one half.');
}
