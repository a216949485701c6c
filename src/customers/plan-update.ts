import { canonicalEmail, isPlaceholderEmail } from '../customer-index/canonical-email.ts';
import { canonicalPhone } from '../customer-index/canonical-phone.ts';
import type { IndexSettings } from '../customer-index/customer-index-rows.ts';
import { deliverable } from '../customer-index/customer-values.ts';
import type { DeliveryRecord, LoginRecord } from '../database/stored-documents.ts';
import { AppError, badField } from '../errors.ts';
import type { CheckedUpdate } from './checked-update.ts';
import type { CustomerSource } from './customer-view.ts';
import {
  type Candidate,
  type Contact,
  candidatesFor,
  type ExistingPeople,
  takenByLogins,
} from './existing-customers.ts';

/** Values of a login that become others; null clears, and makes the e-mail a placeholder. */
export type LoginChange = Partial<Pick<LoginRecord, 'name' | 'phone' | 'email'>>;
/** Values of a delivery record that become others; null clears. */
export type DeliveryChange = Partial<
  Pick<DeliveryRecord, 'name' | 'phone' | 'email' | 'address' | 'area' | 'statusText'>
>;

/** What an update comes to, given what is stored and who else is there. */
export type UpdatePlan =
  | { readonly kind: 'unchanged' }
  /** Nothing is written: these have the new phone or e-mail. */
  | { readonly kind: 'exists'; readonly candidates: readonly Candidate[] }
  | { readonly kind: 'write'; readonly login: LoginChange; readonly delivery: DeliveryChange };

type Halves = Pick<CustomerSource, 'login' | 'delivery'>;
type ContactField = 'phone' | 'email';

/** The phone and e-mail that none of the customer's halves has yet: somebody else may have them. */
export function newContact(
  update: CheckedUpdate,
  { login, delivery }: Halves,
  settings: IndexSettings,
): Contact {
  const halves = [login, delivery].filter((half) => half !== null);
  const phoneE164 = update.phone?.e164 ?? null;
  const email = update.email?.canonical ?? null;
  const hasPhone = halves.some(
    ({ phone }) => canonicalPhone(phone, settings.defaultPhoneRegion) === phoneE164,
  );
  const hasEmail = halves.some((half) => canonicalEmail(half.email) === email);
  return { phoneE164: hasPhone ? null : phoneE164, email: hasEmail ? null : email };
}

/**
 * Decides which values of which half change, by "updateCustomer on whichever halves hold the value": name, phone and
 * e-mail on each half that holds one, and on the definitive record when none does; everything else on the delivery record.
 * A pure function: it is asked before the transaction, and again in it.
 *
 * @param existing Who has the phone and e-mail of the update.
 * @throws AppError BAD_USER_INPUT (`phone`, `email`) when the login could be reached by nothing any more; CONFLICT for
 *   values of a delivery record where there is none, and for a contact of another login where there is only a login.
 */
export function planUpdate(
  update: CheckedUpdate,
  source: CustomerSource,
  existing: ExistingPeople,
  settings: IndexSettings,
): UpdatePlan {
  requireDelivery(update, source);
  const candidates = othersWith(update, source, existing, settings);
  if (candidates.length > 0 && update.onExisting === 'ASK') return { kind: 'exists', candidates };
  const wanted = wantedChanges(update, source, barredFromLogin(update, source, existing, settings));
  const login = source.login === null ? {} : onlyChanges(source.login, wanted.login);
  const delivery = source.delivery === null ? {} : onlyChanges(source.delivery, wanted.delivery);
  requireReachable(source, login, delivery, settings);
  const isUnchanged = Object.keys(login).length + Object.keys(delivery).length === 0;
  return isUnchanged ? { kind: 'unchanged' } : { kind: 'write', login, delivery };
}

function requireDelivery(update: CheckedUpdate, { delivery }: Halves): void {
  const fields = [
    ...(update.address === undefined ? [] : ['address']),
    ...(update.area === undefined ? [] : ['area']),
    ...(update.statusText === undefined ? [] : ['status']),
  ];
  const [field] = fields;
  if (delivery !== null || field === undefined) return;
  throw new AppError(
    'CONFLICT',
    'This customer has only a login. Give it a delivery record with createDeliveryRecord first.',
    { argument: 'input', field },
  );
}

function othersWith(
  update: CheckedUpdate,
  source: CustomerSource,
  existing: ExistingPeople,
  settings: IndexSettings,
): Candidate[] {
  const name = update.name ?? source.delivery?.name ?? source.login?.name ?? null;
  return candidatesFor(existing, { ...newContact(update, source, settings), name }, settings).filter(
    ({ source: { login, delivery } }) =>
      (login === null || login.key !== source.login?.key) &&
      (delivery === null || delivery.key !== source.delivery?.key),
  );
}

/** Which contacts are another login's, and so never become this one's. */
function barredFromLogin(
  update: CheckedUpdate,
  { login, delivery }: Halves,
  existing: ExistingPeople,
  settings: IndexSettings,
): Record<ContactField, boolean> {
  if (login === null) return { phone: false, email: false };
  const region = settings.defaultPhoneRegion;
  const wanted = { phoneE164: update.phone?.e164 ?? null, email: update.email?.canonical ?? null };
  const taken = takenByLogins(existing, wanted, settings, login);
  const barred = {
    phone: taken.phone && canonicalPhone(login.phone, region) !== wanted.phoneE164,
    email: taken.email && canonicalEmail(login.email) !== wanted.email,
  };
  for (const field of ['phone', 'email'] as const) {
    if (delivery === null && barred[field]) {
      throw new AppError(
        'CONFLICT',
        `Another login has this ${field}. Both could not log in by it any more.`,
        {
          argument: 'input',
          field,
        },
      );
    }
  }
  return barred;
}

function wantedChanges(
  update: CheckedUpdate,
  source: Halves,
  barred: Record<ContactField, boolean>,
): { login: LoginChange; delivery: DeliveryChange } {
  const { address, area, statusText } = update;
  const targets = (['name', 'phone', 'email'] as const).flatMap((field) => {
    const value = wantedValue(update, field);
    return value === undefined
      ? []
      : [{ field, value, ...targetsOf(field, source, value, field !== 'name' && barred[field]) }];
  });
  const values = (half: 'login' | 'delivery') =>
    Object.fromEntries(targets.filter((target) => target[half]).map(({ field, value }) => [field, value]));
  return {
    login: values('login'),
    delivery: {
      ...values('delivery'),
      ...(address !== undefined && { address }),
      ...(area !== undefined && { area }),
      ...(statusText !== undefined && { statusText }),
    },
  };
}

function wantedValue(update: CheckedUpdate, field: 'name' | ContactField): string | null | undefined {
  const value = update[field];
  return typeof value === 'object' && value !== null ? value.typed : value;
}

/** The halves on which a value changes. A placeholder stands for none, and an address takes its place all the same. */
function targetsOf(
  field: 'name' | ContactField,
  { login, delivery }: Halves,
  value: string | null,
  barred: boolean,
): { login: boolean; delivery: boolean } {
  if (value === null) return { login: holds(login, field), delivery: delivery !== null };
  const nobodyHolds = !holds(login, field) && !holds(delivery, field);
  return {
    login: !barred && ((login !== null && login[field] !== null) || (nobodyHolds && delivery === null)),
    delivery: delivery !== null && (delivery[field] !== null || nobodyHolds || barred),
  };
}

function holds(half: LoginRecord | DeliveryRecord | null, field: 'name' | ContactField): boolean {
  const value = half?.[field] ?? null;
  return value !== null && !(field === 'email' && isPlaceholderEmail(value));
}

function onlyChanges<Change extends object>(
  before: Readonly<Record<keyof Change, unknown>>,
  change: Change,
): Change {
  return Object.fromEntries(
    Object.entries(change).filter(([field, value]) => before[field as keyof Change] !== value),
  ) as Change;
}

/** Whoever has a login has something by which it can be reached. */
function requireReachable(
  { login, delivery }: Halves,
  loginChange: LoginChange,
  deliveryChange: DeliveryChange,
  { defaultPhoneRegion }: IndexSettings,
): void {
  if (login === null) return;
  const after = { ...login, ...loginChange };
  if (loginChange.email === null && canonicalPhone(after.phone, defaultPhoneRegion) === null) {
    throw badField('email', 'This login has no phone: without its e-mail it can be reached by nothing.');
  }
  if (deliverable(after) !== null) return;
  const recordEmail = delivery === null ? null : deliverable({ ...delivery, ...deliveryChange });
  const lastPhone = deliveryChange.phone === null && after.phone === null && recordEmail === null;
  if (loginChange.phone === null || lastPhone) {
    throw badField('phone', 'This login has no e-mail: without its phone it can be reached by nothing.');
  }
}
