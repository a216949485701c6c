import { randomUUID } from 'node:crypto';
import { credentialsMessage, recipientOf } from '../accounts/credentials-message.ts';
import { newLogin } from '../accounts/new-login.ts';
import { makeTemporaryCredentials, type TemporaryCredentials } from '../accounts/temporary-credentials.ts';
import { canonicalEmail } from '../customer-index/canonical-email.ts';
import { canonicalPhone } from '../customer-index/canonical-phone.ts';
import { deliverable } from '../customer-index/customer-values.ts';
import { passwordFacts } from '../customer-index/temporary-password-state.ts';
import {
  type DeliveryRecord,
  hashSalt,
  type LoginRecord,
  toDeliveryRecord,
  toLoginRecord,
} from '../database/stored-documents.ts';
import { changesBetween, type JournalAction } from '../journal/write-journal.ts';
import type { PreparedNotification, Recipient } from '../notifications/outbox.ts';
import { prepareAdoptionNotice } from './adoption-notice.ts';
import type { CustomerDependencies } from './customer-access.ts';
import { prepareLinkCode } from './link-code.ts';
import { loginContact } from './login-contact.ts';
import { type NewDeliveryRecord, newDeliveryRecord } from './new-delivery-record.ts';
import type { TakenContact } from './plan-creation.ts';
import type { AccountChange, Creation } from './write-creations.ts';

/** Who makes it, when, and how. */
export interface CreationContext {
  /** For the journal. */
  readonly actor: string;
  readonly now: Date;
  /** Send a temporary password now, or leave the login without one until credentials are released. */
  readonly credentials: 'now' | 'later';
  /** Give a placeholder that no other login can have. */
  readonly distinctPlaceholder: boolean;
}

/** What a new login is made of. */
export interface LoginValues {
  readonly name: string;
  /** As typed; null for none. */
  readonly email: string | null;
  readonly phone: string | null;
  /** What of it another login has: it is not stored, or both could not log in by it any more. */
  readonly taken: TakenContact;
}

type DeliveryValues = Omit<NewDeliveryRecord, 'userId' | 'createdAt'>;

/** A pair of which both halves are new. */
export async function prepareBoth(
  dependencies: CustomerDependencies,
  context: CreationContext,
  values: { readonly login: LoginValues; readonly delivery: DeliveryValues },
): Promise<Creation> {
  const userId = randomUUID();
  const stored = newDeliveryRecord({ ...values.delivery, userId, createdAt: context.now });
  const delivery = toDeliveryRecord(stored);
  const made = await makeLogin(dependencies, context, {
    ...values.login,
    id: userId,
    customerV2Id: stored.id,
    // Also when its own login may not have them: it is the customer's own phone and e-mail all the same.
    to: recipientOf(values.login, dependencies.settings.defaultPhoneRegion),
  });
  return {
    ...made,
    delivery,
    newDelivery: stored,
    linkCode: null,
    journal: journalEntry('CUSTOMER_CREATED', context, made.login, delivery, {
      ...storedValues('users', made.login),
      ...storedValues('customers_v2', delivery),
    }),
  };
}

/**
 * A delivery record that was there, and a login that is new. When the login can be reached by a contact that is not the
 * record's own, it reads the record only after a code that is sent there: whoever has another's phone or e-mail registered
 * must not receive their record.
 */
export async function prepareLoginFor(
  dependencies: CustomerDependencies,
  context: CreationContext,
  adopted: DeliveryRecord,
  values: LoginValues,
  action: JournalAction,
): Promise<Creation> {
  const { settings, confirmHalfLinks } = dependencies;
  const userId = randomUUID();
  const made = await makeLogin(dependencies, context, {
    ...values,
    id: userId,
    customerV2Id: adopted.id,
    to: recipientOf(values, settings.defaultPhoneRegion),
  });
  const { login } = made;
  const delivery: DeliveryRecord = { ...adopted, claim: { kind: 'text', id: userId } };
  const unconfirmed = confirmHalfLinks && !hasOnlyContactsOf(login, adopted, dependencies);
  return {
    ...made,
    account: { ...made.account, unconfirmedDeliveryKey: unconfirmed ? delivery.key : null },
    delivery,
    newDelivery: null,
    linkCode: unconfirmed ? await prepareLinkCode(dependencies, login, delivery, context.now) : null,
    journal: journalEntry(action, context, login, delivery, storedValues('users', login)),
  };
}

/**
 * A login that was there, and a delivery record that is new. The login keeps its password; without a usable one it gets
 * temporary credentials, unless it is inactive.
 *
 * @param confirm The login reads the record only after a code sent to the record's own contact; its sessions end, and it
 *   is told.
 */
export async function prepareDeliveryFor(
  dependencies: CustomerDependencies,
  context: CreationContext,
  adopted: { readonly login: LoginRecord; readonly passwordExpiresAt: Date | null },
  values: DeliveryValues,
  { action, confirm }: { readonly action: JournalAction; readonly confirm: boolean },
): Promise<Creation> {
  const { settings, confirmHalfLinks } = dependencies;
  const { login: found, passwordExpiresAt } = adopted;
  const stored = newDeliveryRecord({ ...values, userId: found.id ?? '', createdAt: context.now });
  const delivery = toDeliveryRecord(stored);
  const subjectIds = [stored.id, found.id ?? found.keyText];
  const to = recipientOf(found, settings.defaultPhoneRegion);
  const expired = passwordExpiresAt !== null && passwordExpiresAt <= context.now;
  const needsPassword = found.isActive && (found.hashSalt === null || expired);
  const issued = needsPassword
    ? await issue(dependencies, context, { ...found, to, subjectIds })
    : noCredentials;
  const notices = confirm ? [await prepareAdoptionNotice(dependencies, found, subjectIds, context.now)] : [];
  const login: LoginRecord = {
    ...found,
    claim: { kind: 'text', id: stored.id },
    hashSalt: issued.credentials === null ? found.hashSalt : hashSalt(issued.credentials.passwordHash),
  };
  const gated = confirm && confirmHalfLinks;
  const pending = needsPassword && issued.credentials === null;
  const set = issued.credentials?.account ?? (pending ? { credentialsPending: true } : {});
  return {
    login,
    delivery,
    newLogin: null,
    newDelivery: stored,
    newPasswordHash: issued.credentials?.passwordHash ?? null,
    account: {
      set,
      endSessions: confirm || issued.credentials !== null,
      unconfirmedDeliveryKey: gated ? delivery.key : null,
    },
    linkCode: gated ? await prepareLinkCode(dependencies, login, delivery, context.now) : null,
    notifications: [...issued.notifications, ...notices],
    sentTo: issued.sentTo,
    facts: {
      passwordExpiresAt: issued.credentials?.expiresAt ?? passwordExpiresAt,
      credentialsPending: pending,
    },
    journal: journalEntry(action, context, login, delivery, storedValues('customers_v2', delivery)),
  };
}

interface IssuedCredentials {
  readonly credentials: TemporaryCredentials | null;
  readonly notifications: readonly PreparedNotification[];
  readonly sentTo: readonly string[];
}

const noCredentials: IssuedCredentials = { credentials: null, notifications: [], sentTo: [] };

/** Temporary credentials and the message with them; none for whom no message can reach. */
async function issue(
  dependencies: CustomerDependencies,
  { now, credentials: when }: CreationContext,
  owner: {
    readonly key: string;
    readonly id: string | null;
    readonly name: string | null;
    readonly email: string | null;
    readonly phone: string | null;
    readonly to: Recipient;
    readonly subjectIds: readonly string[];
  },
): Promise<IssuedCredentials> {
  const { accounts, settings } = dependencies;
  if (when === 'later' || !accounts.outbox.reaches(owner.to)) return noCredentials;
  const credentials = await makeTemporaryCredentials(accounts);
  const notification = await accounts.outbox.prepare(
    credentialsMessage(owner, credentials, {
      to: owner.to,
      subjectIds: owner.subjectIds,
      defaultPhoneRegion: settings.defaultPhoneRegion,
      now,
    }),
  );
  return { credentials, notifications: [notification], sentTo: notification.sentTo };
}

type MadeLogin = Pick<
  Creation,
  'login' | 'newLogin' | 'newPasswordHash' | 'notifications' | 'sentTo' | 'facts'
> & { readonly account: AccountChange };

async function makeLogin(
  dependencies: CustomerDependencies,
  context: CreationContext,
  values: LoginValues & { readonly id: string; readonly customerV2Id: string | null; readonly to: Recipient },
): Promise<MadeLogin> {
  const { settings } = dependencies;
  const contact = loginContact(values, values.id, settings.defaultPhoneRegion, context.distinctPlaceholder);
  const base = { name: values.name, role: 'customer', isActive: true, createdAt: context.now } as const;
  const draft = newLogin(
    { ...base, ...contact, passwordHash: null, customerV2Id: values.customerV2Id },
    values.id,
  );
  const { key } = toLoginRecord(draft);
  const owner = { key, id: values.id, name: values.name, ...contact, to: values.to };
  const subjectIds = [values.customerV2Id ?? values.id, values.id];
  const issued = await issue(dependencies, context, { ...owner, subjectIds });
  const stored = { ...draft, password_hash: issued.credentials?.passwordHash ?? null };
  const set = issued.credentials?.account ?? { credentialsPending: true };
  return {
    login: toLoginRecord(stored),
    newLogin: stored,
    newPasswordHash: null,
    account: {
      set,
      endSessions: false,
      unconfirmedDeliveryKey: null,
    },
    notifications: issued.notifications,
    sentTo: issued.sentTo,
    facts: passwordFacts(set, toLoginRecord(stored)),
  };
}

/** Whether whoever can be reached by the login can be reached by the record, so that one proves the other. */
function hasOnlyContactsOf(
  login: LoginRecord,
  delivery: DeliveryRecord,
  { settings }: CustomerDependencies,
): boolean {
  const region = settings.defaultPhoneRegion;
  const email = canonicalEmail(login.email);
  const phone = canonicalPhone(login.phone, region);
  return (
    (email === null || email === canonicalEmail(delivery.email)) &&
    (phone === null || phone === canonicalPhone(delivery.phone, region))
  );
}

function journalEntry(
  action: JournalAction,
  { actor, now }: CreationContext,
  login: LoginRecord,
  delivery: DeliveryRecord,
  after: Readonly<Record<string, string | null>>,
): Creation['journal'] {
  const subjectIds = [delivery.id ?? delivery.keyText, login.id ?? login.keyText] as const;
  return { at: now, actor, action, subjectIds, changes: changesBetween({}, after) };
}

function storedValues(
  collection: 'users' | 'customers_v2',
  record: LoginRecord | DeliveryRecord,
): Record<string, string | null> {
  const values: Record<string, string | null> = {
    name: record.name,
    phone: record.phone,
    email: 'role' in record ? deliverable(record) : record.email,
    ...('role' in record
      ? { role: record.role }
      : {
          address: record.address,
          area: record.area,
          status: record.statusText,
          delivery_boy_id: record.deliveryBoyId,
        }),
  };
  return Object.fromEntries(
    Object.entries(values).map(([field, value]) => [`${collection}.${field}`, value]),
  );
}
