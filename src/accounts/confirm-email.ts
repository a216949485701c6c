import type { ClientSession } from 'mongodb';
import { canonicalEmail, isPlaceholderEmail } from '../customer-index/canonical-email.ts';
import { linkCustomers } from '../customer-index/link-graph.ts';
import { readNeighbourhood } from '../customer-index/neighbourhood.ts';
import { refreshIndex } from '../customer-index/refresh-index.ts';
import { emailClaim, touchClaims } from '../database/claims.ts';
import type { StoredAccount } from '../database/collections.ts';
import type { DeliveryRecord, LoginRecord } from '../database/stored-documents.ts';
import { inTransaction } from '../database/transaction.ts';
import { changesBetween, writeJournal } from '../journal/write-journal.ts';
import { maskDestination } from '../notifications/mask-destination.ts';
import type { AccountsDependencies } from './accounts-dependencies.ts';
import { recipientOf } from './credentials-message.ts';
import { loginFilter } from './login-filter.ts';
import { loginsWithEmail } from './logins-with-email.ts';
import { consumeToken, findToken, invalidToken, voidEmailTokens, voidRecovery } from './one-time-token.ts';
import { loginAddress, viewerRole } from './viewer.ts';

/**
 * Makes the address that a link was sent to the login's own. Whoever has the link receives what is sent there, and needs
 * no other proof; sessions go on. The delivery record of the same customer follows when it held the login's old address.
 *
 * @throws AppError INVALID_OR_EXPIRED_TOKEN for every token that is no good, and when another login has the address by
 * now: all alike.
 */
export async function confirmEmail(
  dependencies: AccountsDependencies,
  token: string,
): Promise<{ message: string }> {
  const { database, outbox, authenticator, now } = dependencies;
  const found = await findToken(database, 'CONFIRM_EMAIL', token, now());
  const email = found?.email;
  if (found === null || email === undefined) throw invalidToken();
  try {
    await inTransaction(database, (session) => confirm(dependencies, token, email, session));
  } finally {
    authenticator.forget(found.loginKey);
  }
  outbox.wake();
  return { message: 'Your new e-mail address is confirmed. Log in with it from now on.' };
}

async function confirm(
  dependencies: AccountsDependencies,
  token: string,
  email: string,
  session: ClientSession,
): Promise<void> {
  const { database, indexSettings, now } = dependencies;
  const at = now();
  await touchClaims(database, [emailClaim(email)], at, session);
  const consumed = await consumeToken(database, 'CONFIRM_EMAIL', token, at, session);
  if (consumed === null) throw invalidToken();
  const account = await database.accounts.findOne({ _id: consumed.loginKey }, { session });
  if (account?.pendingEmail !== email) throw invalidToken();
  const records = await readNeighbourhood(database, { loginKeys: [consumed.loginId] }, { session });
  const login = records.logins.find(({ key }) => key === consumed.loginKey);
  if (login === undefined || !login.isActive || viewerRole(login.role) === null) throw invalidToken();
  const owners = await loginsWithEmail(database, email, session);
  if (owners.some(({ key }) => key !== login.key)) throw invalidToken();

  const customer = linkCustomers(records).find((linked) => linked.login?.key === login.key);
  const delivery = customer?.delivery ?? null;
  const follows =
    delivery !== null &&
    sameAddress(delivery.email, login.email) &&
    isConfirmed(account, delivery, customer?.claimedByLoginOnly ?? false);
  await writeEmail(dependencies, { login, delivery: follows ? delivery : null, email }, session);
  await voidEmailTokens(database, login.key, session);
  await voidRecovery(database, [login.key], session);
  await tell(dependencies, { login, delivery, follows, email, at }, session);
  const touched = { loginKeys: [login._id], deliveryKeys: follows ? [delivery._id] : [] };
  await refreshIndex(database, touched, indexSettings, session);
}

function sameAddress(one: string | null, other: string | null): boolean {
  const email = canonicalEmail(one);
  return email !== null && email === canonicalEmail(other);
}

/**
 * Whether the login may read the delivery record. As long as it may not, it must not change that record's address
 * either: the code that lets it read is sent there.
 */
function isConfirmed(account: StoredAccount, delivery: DeliveryRecord, claimedByLoginOnly: boolean): boolean {
  if (account.unconfirmedDeliveryKeys?.includes(delivery.key)) return false;
  return !claimedByLoginOnly || account.confirmedDeliveryKeys?.includes(delivery.key) === true;
}

interface NewEmail {
  readonly login: LoginRecord;
  /** Null when there is none that follows. */
  readonly delivery: DeliveryRecord | null;
  readonly email: string;
}

/** The session has read all of them: whoever writes one of them at the same time makes this begin again. */
async function writeEmail(
  { database }: AccountsDependencies,
  { login, delivery, email }: NewEmail,
  session: ClientSession,
): Promise<void> {
  await database.users.updateOne(loginFilter(login._id), { $set: { email } }, { session });
  if (delivery !== null) {
    const filter = { _id: delivery._id } as Parameters<typeof database.customersV2.updateOne>[0];
    await database.customersV2.updateOne(filter, { $set: { email } }, { session });
  }
  await database.accounts.updateOne({ _id: login.key }, { $set: { pendingEmail: null } }, { session });
}

interface ChangedEmail {
  /** As it was. */
  readonly login: LoginRecord;
  readonly delivery: DeliveryRecord | null;
  readonly follows: boolean;
  readonly email: string;
  readonly at: Date;
}

/** The journal, and whoever has the old address or the phone. */
async function tell(
  { database, outbox, indexSettings }: AccountsDependencies,
  { login, delivery, follows, email, at }: ChangedEmail,
  session: ClientSession,
): Promise<void> {
  const self = loginAddress(login);
  const subjectIds = delivery === null ? ([self] as const) : ([self, loginAddress(delivery)] as const);
  const before = login.email !== null && isPlaceholderEmail(login.email) ? null : login.email;
  const changes = changesBetween(
    { 'users.email': before, ...(follows && { 'customers_v2.email': delivery?.email ?? null }) },
    { 'users.email': email, ...(follows && { 'customers_v2.email': email }) },
  );
  await writeJournal(database, [{ at, actor: self, action: 'EMAIL_CHANGED', subjectIds, changes }], session);
  // There is no secret in it, so preparing it is no work.
  const message = await outbox.prepare({
    kind: 'EMAIL_CHANGED',
    to: recipientOf(login, indexSettings.defaultPhoneRegion),
    loginKey: login.key,
    subjectIds,
    values: { name: login.name ?? '', newEmail: maskDestination(email) },
    secrets: {},
    expiresAt: null,
    now: at,
  });
  await outbox.add([message], session);
}
