import type { ClientSession } from 'mongodb';
import { recipientOf } from '../accounts/credentials-message.ts';
import { newTypedCode } from '../accounts/typed-code.ts';
import { loginAddress } from '../accounts/viewer.ts';
import { canonicalEmail } from '../customer-index/canonical-email.ts';
import type { PhoneRegion } from '../customer-index/canonical-phone.ts';
import type { Database, StoredToken } from '../database/collections.ts';
import type { PreparedNotification } from '../notifications/outbox.ts';
import type { CustomerDependencies } from './customer-access.ts';

/** The login that was joined to a delivery record. */
export interface JoinedLogin {
  /** Record key, and `_id` as stored. */
  readonly key: string;
  readonly _id: unknown;
  readonly id: string | null;
}

/** The delivery record that it was joined to, and where that can be reached. */
export interface JoinedDelivery {
  /** Record key. */
  readonly key: string;
  readonly id: string | null;
  readonly name: string | null;
  readonly email: string | null;
  readonly phone: string | null;
}

/** A code that is ready to be written. */
export interface PreparedLinkCode {
  readonly token: StoredToken;
  /** Empty when the delivery record has no contact that can be reached: the link then waits until it has one. */
  readonly notification: PreparedNotification;
}

/**
 * Makes the code that proves that whoever has the login receives what is sent to the delivery record's own contact: the
 * login reads that record only once it was entered (docs/domain.md, "Finding and matching people"). Before the
 * transaction; it writes nothing.
 */
export async function prepareLinkCode(
  { accounts, codeDigests, settings }: Pick<CustomerDependencies, 'accounts' | 'codeDigests' | 'settings'>,
  login: JoinedLogin,
  delivery: JoinedDelivery,
  now: Date,
): Promise<PreparedLinkCode> {
  const tokenId = linkCodeId(login.key, delivery.key);
  const code = newTypedCode();
  const expiresAt = new Date(now.getTime() + lifetimeMs);
  return {
    token: {
      _id: tokenId,
      kind: 'CONFIRM_LINK',
      loginKey: login.key,
      loginId: login._id,
      deliveryKey: delivery.key,
      sentTo: contactOf(delivery, settings.defaultPhoneRegion),
      codeDigest: await codeDigests.digest(tokenId, code),
      attempts: 0,
      createdAt: now,
      expiresAt,
    },
    notification: await accounts.outbox.prepare({
      kind: 'LINK_CODE',
      to: recipientOf(delivery, settings.defaultPhoneRegion),
      loginKey: login.key,
      subjectIds: [delivery.id ?? delivery.key, loginAddress(login)],
      values: { name: delivery.name ?? '', expiresOn: expiresAt.toISOString().slice(0, 10) },
      secrets: { code },
      expiresAt,
      now,
    }),
  };
}

/**
 * Writes a code, in the transaction that joins the two or that answers who asks for another one. It replaces the earlier
 * one of this login and record, whose message is not sent any more. Three commands, two when there is nobody to tell.
 */
export async function writeLinkCode(
  { database, accounts }: Pick<CustomerDependencies, 'database' | 'accounts'>,
  { token, notification }: PreparedLinkCode,
  session: ClientSession,
): Promise<void> {
  const { _id, ...replacement } = token;
  await database.tokens.replaceOne({ _id }, replacement, { upsert: true, session });
  await cancelMessages(database, token.loginKey, session);
  await accounts.outbox.add([notification], session);
}

/** Makes the code of a login and record worthless, since it was sent to a contact that the record no longer has. Two commands. */
export async function voidLinkCode(
  database: Database,
  login: { readonly key: string },
  delivery: { readonly key: string },
  session: ClientSession,
): Promise<void> {
  await database.tokens.deleteOne({ _id: linkCodeId(login.key, delivery.key) }, { session });
  await cancelMessages(database, login.key, session);
}

/**
 * Whether the delivery record can be reached where its code was sent. Otherwise whoever received it proves nothing any more:
 * the older application corrects contacts, too, and voids no code.
 */
export function wasSentTo(
  { sentTo }: Pick<StoredToken, 'sentTo'>,
  delivery: Pick<JoinedDelivery, 'email' | 'phone'>,
  region: PhoneRegion,
): boolean {
  const { email, phoneE164 } = contactOf(delivery, region);
  // A code of an earlier version does not say where it went.
  return sentTo === undefined || (sentTo.email === email && sentTo.phoneE164 === phoneE164);
}

function contactOf(delivery: Pick<JoinedDelivery, 'email' | 'phone'>, region: PhoneRegion) {
  const { email, phoneE164 } = recipientOf(delivery, region);
  return { email: canonicalEmail(email), phoneE164 };
}

/** The `_id` of the one code of a login and a delivery record, by their record keys. */
export function linkCodeId(loginKey: string, deliveryKey: string): string {
  return `confirm-link/${loginKey}/${deliveryKey}`;
}

/** For `touchClaims`: sending a code to a delivery record's contact, and changing that contact, decide about the same. */
export function linkClaim(deliveryKey: string): string {
  return `link/${deliveryKey}`;
}

/** Those that could not be delivered, too: an admin may send them once more, and their code is void. */
async function cancelMessages(database: Database, loginKey: string, session: ClientSession): Promise<void> {
  await database.notifications.updateMany(
    { loginKey, state: { $in: ['PENDING', 'DEAD'] }, kind: 'LINK_CODE' },
    { $set: { state: 'CANCELLED', secrets: null } },
    { session },
  );
}

/** It is sent when the two are joined, long before the customer thinks of logging in. */
const lifetimeMs = 7 * 24 * 60 * 60_000;
