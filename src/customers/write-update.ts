import type { ClientSession, Filter } from 'mongodb';
import { recipientOf } from '../accounts/credentials-message.ts';
import { loginFilter } from '../accounts/login-filter.ts';
import { loginName, placeholderEmail } from '../accounts/login-name.ts';
import { voidEmailTokens } from '../accounts/one-time-token.ts';
import { canonicalEmail } from '../customer-index/canonical-email.ts';
import { canonicalPhone } from '../customer-index/canonical-phone.ts';
import { deliverable } from '../customer-index/customer-values.ts';
import { refreshIndex } from '../customer-index/refresh-index.ts';
import { touchClaims } from '../database/claims.ts';
import type { DeliveryRecord, LoginRecord, StoredCustomerV2 } from '../database/stored-documents.ts';
import { AppError } from '../errors.ts';
import { writeJournal } from '../journal/write-journal.ts';
import { maskDestination } from '../notifications/mask-destination.ts';
import type { PreparedNotification } from '../notifications/outbox.ts';
import type { CustomerDependencies } from './customer-access.ts';
import type { CustomerSource } from './customer-view.ts';
import { linkClaim, voidLinkCode } from './link-code.ts';
import type { DeliveryChange, LoginChange, UpdatePlan } from './plan-update.ts';
import { journalledChanges, storedDeliveryValues, storedLoginValues } from './updated-values.ts';

type WritePlan = Extract<UpdatePlan, { kind: 'write' }>;

/** Who updates, for the journal, and when. */
export interface UpdateContext {
  readonly actor: string;
  readonly at: Date;
}

/**
 * Writes both halves of an update with its journal entry, index rows and messages, in one transaction.
 *
 * @param source As read in the same transaction.
 * @throws AppError CONFLICT when a half is no longer there.
 */
export async function writeUpdate(
  dependencies: CustomerDependencies,
  source: CustomerSource,
  plan: WritePlan,
  { actor, at }: UpdateContext,
  session: ClientSession,
): Promise<void> {
  const { database, settings } = dependencies;
  const { login, delivery } = source;
  const subjectIds = subjectIdsOf(source);
  const change = {
    login: login === null ? {} : await withPlaceholder(dependencies, login, plan.login, session),
    delivery: plan.delivery,
  };
  const touched = { loginKeys: [] as unknown[], deliveryKeys: [] as unknown[] };
  if (login !== null && Object.keys(change.login).length > 0) {
    await writeLogin(dependencies, login, change.login, session);
    touched.loginKeys.push(login._id);
  }
  if (delivery !== null && Object.keys(change.delivery).length > 0) {
    await writeDelivery(dependencies, delivery, change.delivery, session);
    touched.deliveryKeys.push(delivery._id);
  }
  const entry = { at, actor, subjectIds, changes: journalledChanges(source, change) };
  await writeJournal(database, [{ ...entry, action: 'CUSTOMER_UPDATED' }], session);
  if (login !== null) {
    const after = { ...login, ...change.login };
    await settleEmail(dependencies, { before: login, after, subjectIds, at }, session);
  }
  if (login !== null && delivery !== null && hasOtherContact(dependencies, delivery, change.delivery)) {
    // The code that lets the login read this record was sent to a contact that is not the record's any more.
    await touchClaims(database, [linkClaim(delivery.key)], at, session);
    await voidLinkCode(database, login, delivery, session);
  }
  await refreshIndex(database, touched, settings, session);
}

/** Addresses of the customer, and of the other half. */
function subjectIdsOf({ login, delivery, link }: CustomerSource): readonly [string, ...string[]] {
  const userId = login === null ? null : (link.userId ?? login.keyText);
  const customerV2Id = delivery === null ? null : (link.customerV2Id ?? delivery.keyText);
  const [first = '', ...others] = [customerV2Id, userId].filter((id) => id !== null);
  return [first, ...others];
}

/** The older application wants an e-mail in every login, and perhaps no two alike. */
async function withPlaceholder(
  { database, settings }: CustomerDependencies,
  login: LoginRecord,
  change: LoginChange,
  session: ClientSession,
): Promise<LoginChange> {
  if (change.email !== null) return change;
  const phone = canonicalPhone(change.phone ?? login.phone, settings.defaultPhoneRegion);
  if (phone === null) throw new TypeError('Only a login with a phone is left without an e-mail.');
  const placeholder = placeholderEmail(phone);
  const other = await database.users.findOne({ email: placeholder }, { session, projection: { _id: 1 } });
  const suffix = (login.id ?? login.keyText).slice(0, 8);
  return { ...change, email: other === null ? placeholder : placeholderEmail(phone, suffix) };
}

async function writeLogin(
  { database }: CustomerDependencies,
  login: LoginRecord,
  change: LoginChange,
  session: ClientSession,
): Promise<void> {
  const values = storedLoginValues(change);
  const { matchedCount } = await database.users.updateOne(
    loginFilter(login._id),
    { $set: values },
    { session },
  );
  if (matchedCount === 0) throw changedMeanwhile();
}

async function writeDelivery(
  { database }: CustomerDependencies,
  delivery: DeliveryRecord,
  change: DeliveryChange,
  session: ClientSession,
): Promise<void> {
  const filter = { _id: delivery._id } as Filter<StoredCustomerV2>;
  const values = storedDeliveryValues(change);
  const { matchedCount } = await database.customersV2.updateOne(filter, { $set: values }, { session });
  if (matchedCount === 0) throw changedMeanwhile();
}

function changedMeanwhile(): AppError {
  return new AppError('CONFLICT', 'This customer has just been changed. Look again.');
}

interface EmailChange {
  readonly before: LoginRecord;
  readonly after: LoginRecord;
  readonly subjectIds: readonly string[];
  readonly at: Date;
}

/** A login that has another e-mail: what it had asked for itself is void, and the old address or phone is told. */
async function settleEmail(
  { database, accounts }: CustomerDependencies,
  change: EmailChange,
  session: ClientSession,
): Promise<void> {
  const { before, after } = change;
  if (canonicalEmail(before.email) === canonicalEmail(after.email)) return;
  await database.accounts.updateOne({ _id: before.key }, { $set: { pendingEmail: null } }, { session });
  await voidEmailTokens(database, before.key, session);
  await accounts.outbox.add([await emailNotice(accounts, change)], session);
}

/** There is no secret in it, so preparing it is no work. */
function emailNotice(
  { outbox, indexSettings }: CustomerDependencies['accounts'],
  { before, after, subjectIds, at }: EmailChange,
): Promise<PreparedNotification> {
  const email = deliverable(after);
  const name = after.name ?? '';
  const message = {
    to: recipientOf(before, indexSettings.defaultPhoneRegion),
    loginKey: before.key,
    subjectIds,
    secrets: {},
    expiresAt: null,
    now: at,
  };
  return email === null
    ? outbox.prepare({
        ...message,
        kind: 'EMAIL_REMOVED',
        values: { name, loginName: loginName(after, indexSettings.defaultPhoneRegion) },
      })
    : outbox.prepare({
        ...message,
        kind: 'EMAIL_CHANGED',
        values: { name, newEmail: maskDestination(email) },
      });
}

function hasOtherContact(
  { settings }: CustomerDependencies,
  delivery: DeliveryRecord,
  change: DeliveryChange,
): boolean {
  const before = recipientOf(delivery, settings.defaultPhoneRegion);
  const after = recipientOf({ ...delivery, ...change }, settings.defaultPhoneRegion);
  return canonicalEmail(before.email) !== canonicalEmail(after.email) || before.phoneE164 !== after.phoneE164;
}
