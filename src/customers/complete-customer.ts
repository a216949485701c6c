import type { ClientSession } from 'mongodb';
import type { Viewer } from '../accounts/viewer.ts';
import { canonicalEmail } from '../customer-index/canonical-email.ts';
import { canonicalPhone } from '../customer-index/canonical-phone.ts';
import { deliverable } from '../customer-index/customer-values.ts';
import { linkCustomers } from '../customer-index/link-graph.ts';
import { emailClaim, phoneClaim, touchClaims } from '../database/claims.ts';
import { inTransaction } from '../database/transaction.ts';
import { AppError } from '../errors.ts';
import { checkAddress, checkArea } from './check-customer-input.ts';
import type { CustomerDependencies } from './customer-access.ts';
import type { CustomerSource } from './customer-view.ts';
import { type Contact, findExisting, takenByLogins } from './existing-customers.ts';
import { prepareDeliveryFor, prepareLoginFor } from './prepare-creation.ts';
import { sourceOf } from './source-of.ts';
import { wholeSourceWithId } from './source-with-id.ts';
import { type Creation, writeCreations } from './write-creations.ts';

/**
 * Gives a delivery record without a login one, made of the record's own name, phone and e-mail, and sends credentials
 * there. What of them another login has already stays with that one.
 *
 * @throws AppError NOT_FOUND; CONFLICT when there is a login, a link that has to be cleared first, or neither a phone
 * nor an e-mail, and for one that is changed at the same time.
 */
export async function createLogin(
  dependencies: CustomerDependencies,
  viewer: Viewer,
  customerId: string,
): Promise<CustomerSource> {
  const { database, settings, accounts } = dependencies;
  const read = await incomplete(dependencies, customerId, 'ORPHANED_V2');
  const { delivery } = read;
  if (delivery === null) throw new TypeError('An orphaned delivery record is there.');
  const contact: Contact = {
    phoneE164: canonicalPhone(delivery.phone, settings.defaultPhoneRegion),
    email: canonicalEmail(delivery.email),
  };
  if (contact.phoneE164 === null && contact.email === null) {
    throw new AppError(
      'CONFLICT',
      'This record has neither a phone nor an e-mail to log in by. Give it one with updateCustomer first.',
    );
  }
  const existing = await findExisting(database, [contact]);
  const taken = takenByLogins(existing, contact, settings);
  const context = {
    actor: viewer.id,
    now: accounts.now(),
    credentials: 'now',
    distinctPlaceholder: false,
  } as const;
  const creation = await prepareLoginFor(
    dependencies,
    context,
    delivery,
    {
      name: delivery.name ?? '',
      phone: contact.phoneE164 === null ? null : delivery.phone,
      email: deliverable(delivery),
      taken,
    },
    'LOGIN_CREATED',
  );
  return complete(dependencies, creation, contact, context.now, async (session) => {
    const current = await incomplete(dependencies, customerId, 'ORPHANED_V2', session);
    if (!isSame(current, read)) return false;
    const now = takenByLogins(await findExisting(database, [contact], { session }), contact, settings);
    return now.email === taken.email && now.phone === taken.phone;
  });
}

/**
 * Gives a login without a delivery record one, made of the login's own name, phone and e-mail: billing and delivery see
 * the customer from then on.
 *
 * @throws AppError NOT_FOUND; CONFLICT when there is a record, or a link that has to be cleared first, and for a login that
 * is changed at the same time; BAD_USER_INPUT (`address`, `area`).
 */
export async function createDeliveryRecord(
  dependencies: CustomerDependencies,
  viewer: Viewer,
  input: { readonly customerId: string; readonly address: string; readonly area: string },
): Promise<CustomerSource> {
  const address = checkAddress(input.address);
  const area = checkArea(input.area);
  const read = await incomplete(dependencies, input.customerId, 'ORPHANED_USER');
  const { login, passwordExpiresAt } = read;
  if (login === null) throw new TypeError('An orphaned login is there.');
  const now = dependencies.accounts.now();
  const creation = await prepareDeliveryFor(
    dependencies,
    { actor: viewer.id, now, credentials: 'now', distinctPlaceholder: false },
    { login, passwordExpiresAt },
    {
      name: login.name,
      phone: login.phone,
      email: deliverable(login),
      address,
      area,
      statusText: login.isActive ? 'active' : 'inactive',
      deliveryBoyId: null,
    },
    // The record holds nothing but what the login itself has: there is nobody else whom it could belong to.
    { action: 'DELIVERY_RECORD_CREATED', confirm: false },
  );
  return complete(dependencies, creation, { phoneE164: null, email: null }, now, async (session) =>
    isSame(await incomplete(dependencies, input.customerId, 'ORPHANED_USER', session), read),
  );
}

async function incomplete(
  dependencies: CustomerDependencies,
  customerId: string,
  wanted: 'ORPHANED_V2' | 'ORPHANED_USER',
  session?: ClientSession,
): Promise<CustomerSource> {
  const source = await wholeSourceWithId(dependencies.database, customerId, session);
  if (source === null) throw new AppError('NOT_FOUND', 'There is no customer with this id.');
  if (source.state === wanted) return source;
  const missing = wanted === 'ORPHANED_V2' ? 'login' : 'delivery record';
  const half = wanted === 'ORPHANED_V2' ? source.login : source.delivery;
  throw new AppError(
    'CONFLICT',
    half !== null
      ? `This customer has a ${missing} already.`
      : `The links of this customer say ${source.state}: clear them first (clearLink).`,
  );
}

/** Whether the half is what the other was made for: hashing takes long, and its owner may choose a password meanwhile. */
function isSame(current: CustomerSource, read: CustomerSource): boolean {
  const values = ({ login, delivery, passwordExpiresAt }: CustomerSource) =>
    JSON.stringify([login, delivery, passwordExpiresAt]);
  return values(current) === values(read);
}

/** @param stillHolds Whether what the creation was prepared for is still so, asked in the transaction. */
async function complete(
  dependencies: CustomerDependencies,
  creation: Creation,
  { phoneE164, email }: Contact,
  now: Date,
  stillHolds: (session: ClientSession) => Promise<boolean>,
): Promise<CustomerSource> {
  const { database, accounts } = dependencies;
  const claims = [
    ...(phoneE164 === null ? [] : [phoneClaim(phoneE164)]),
    ...(email === null ? [] : [emailClaim(email)]),
  ];
  await inTransaction(database, async (session) => {
    await touchClaims(database, claims, now, session);
    if (!(await stillHolds(session))) {
      throw new AppError('CONFLICT', 'Somebody else is writing the same people. Try again.');
    }
    await writeCreations(dependencies, [creation], session);
  });
  accounts.authenticator.forget(creation.login.key);
  accounts.outbox.wake();
  const [pair] = linkCustomers({ logins: [creation.login], deliveries: [creation.delivery] });
  if (pair === undefined) throw new TypeError('What is created has two halves.');
  return sourceOf(pair, creation.facts);
}
