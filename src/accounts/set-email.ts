import type { ClientSession } from 'mongodb';
import {
  canonicalEmail,
  isPlaceholderEmail,
  isWellFormedEmail,
  placeholderDomain,
} from '../customer-index/canonical-email.ts';
import type { StoredToken } from '../database/collections.ts';
import type { LoginRecord } from '../database/stored-documents.ts';
import { inTransaction } from '../database/transaction.ts';
import { AppError, badInput } from '../errors.ts';
import { changesBetween, writeJournal } from '../journal/write-journal.ts';
import { maskDestination } from '../notifications/mask-destination.ts';
import type { PreparedNotification } from '../notifications/outbox.ts';
import { isWithinLimit } from '../throttles/throttle.ts';
import type { AccountsDependencies } from './accounts-dependencies.ts';
import { clearFailures } from './count-attempt.ts';
import { recipientOf } from './credentials-message.ts';
import type { LoginWithHash } from './find-login.ts';
import { loginFilter } from './login-filter.ts';
import { loginsWithEmail } from './logins-with-email.ts';
import { newOneTimeToken, voidEmailTokens } from './one-time-token.ts';
import { readOwnLogin, requireViewer, verifyCurrentPassword } from './verify-current-password.ts';
import { loginAddress, type Viewer } from './viewer.ts';

export interface SetEmailInput {
  /** The new address, in any spelling. */
  readonly email: string;
  readonly currentPassword: string;
}

/** How often in `emailWindowMs` a login may ask for another address, and an address may be written to. */
export const emailLimits = { perLogin: 5, perDestination: 3 } as const;
export const emailWindowMs = 24 * 60 * 60_000;
/** How long the link that is sent to the new address holds. */
export const confirmationLifetimeMs = 24 * 60 * 60_000;

/**
 * Asks for another address: it becomes the viewer's once the link that is sent there is opened and confirmed. Until then
 * the old one holds, and is told. An address of another login gets a message that says so, and the answer is the same:
 * nobody learns who is known here.
 *
 * @throws AppError UNAUTHENTICATED without a viewer; BAD_USER_INPUT (`email`) for what is no address, a placeholder, and
 * the present one; INVALID_CREDENTIALS for a wrong password, counted like a failed log-in; RATE_LIMITED after five a day,
 * and when too many passwords are being checked; CONFLICT when the password was changed at the same time; UNAVAILABLE
 * when this gateway sends no e-mail.
 */
export async function setEmail(
  dependencies: AccountsDependencies,
  viewer: Viewer | null,
  input: SetEmailInput,
): Promise<Viewer> {
  const { database, outbox, authenticator, now } = dependencies;
  const asking = requireViewer(viewer);
  const email = checkNewEmail(input.email);
  const found = await readOwnLogin(dependencies, asking);
  if (canonicalEmail(found.login.email) === email) {
    throw badInput('email', 'This is your address already.');
  }
  if (!outbox.reaches({ email, phoneE164: null })) {
    throw new AppError('UNAVAILABLE', 'This gateway sends no e-mail, and so cannot confirm an address.');
  }
  await verifyCurrentPassword(dependencies, found, input.currentPassword);
  await database.accounts.updateOne({ _id: found.login.key }, { $set: clearFailures });
  const at = now();
  await countRequest(dependencies, found.login);
  const request = await prepareRequest(dependencies, found.login, email, at);
  try {
    await inTransaction(database, (session) => writeRequest(dependencies, found, request, session));
  } finally {
    authenticator.forget(found.login.key);
  }
  outbox.wake();
  return { ...asking, pendingEmail: email };
}

/** An address in canonical form, to which something can be sent. */
function checkNewEmail(typed: string): string {
  if (typed.length > maxTypedLength) throw badInput('email', 'An e-mail address has at most 254 characters.');
  if (isPlaceholderEmail(typed)) {
    throw badInput('email', `Nothing can be sent to addresses of ${placeholderDomain}.`);
  }
  const email = canonicalEmail(typed);
  if (email === null || !isWellFormedEmail(email)) throw badInput('email', 'This is no e-mail address.');
  return email;
}

/** 254 characters, and some white space around them. */
const maxTypedLength = 300;

async function countRequest(dependencies: AccountsDependencies, login: LoginRecord): Promise<void> {
  if (!(await isWithinLimit(dependencies, perLogin, login.key))) {
    throw new AppError('RATE_LIMITED', 'You have asked for several addresses today. Try again tomorrow.');
  }
}

const perLogin = { name: 'set-email', points: emailLimits.perLogin, windowMs: emailWindowMs } as const;
const perDestination = {
  name: 'set-email-to',
  points: emailLimits.perDestination,
  windowMs: emailWindowMs,
} as const;

/** What is written, ready before the transaction. */
interface EmailRequest {
  readonly email: string;
  readonly at: Date;
  /** Null when no link is sent. */
  readonly token: StoredToken | null;
  /** Links that were sent to this address before go on holding: no other one is sent in their place. */
  readonly keepsEarlierLinks: boolean;
  readonly messages: readonly PreparedNotification[];
}

async function prepareRequest(
  dependencies: AccountsDependencies,
  login: LoginRecord,
  email: string,
  at: Date,
): Promise<EmailRequest> {
  const { database, outbox, indexSettings } = dependencies;
  const isWritten = await isWithinLimit(dependencies, perDestination, email);
  const [owner] = (await loginsWithEmail(database, email)).filter(({ key }) => key !== login.key);
  const { token, message } = await prepareLink(dependencies, login, email, at);
  const toNewAddress = owner === undefined ? message : await prepareInUse(dependencies, owner, email, at);
  const toOldAddress = await outbox.prepare({
    kind: 'EMAIL_CHANGE_REQUESTED',
    to: recipientOf(login, indexSettings.defaultPhoneRegion),
    loginKey: login.key,
    subjectIds: [loginAddress(login)],
    values: { name: login.name ?? '', newEmail: maskDestination(email) },
    secrets: {},
    expiresAt: null,
    now: at,
  });
  return {
    email,
    at,
    token: isWritten && owner === undefined ? token : null,
    keepsEarlierLinks: !isWritten,
    messages: isWritten ? [toNewAddress, toOldAddress] : [toOldAddress],
  };
}

async function prepareLink(
  { outbox, publicUrl }: AccountsDependencies,
  login: LoginRecord,
  email: string,
  at: Date,
): Promise<{ token: StoredToken; message: PreparedNotification }> {
  const { token, digest } = newOneTimeToken();
  const expiresAt = new Date(at.getTime() + confirmationLifetimeMs);
  const message = await outbox.prepare({
    kind: 'CONFIRM_EMAIL',
    to: { email, phoneE164: null },
    loginKey: login.key,
    subjectIds: [loginAddress(login)],
    values: { name: login.name ?? '', expiresOn: expiresAt.toISOString().slice(0, 10) },
    secrets: { link: `${publicUrl}/confirm-email?token=${token}` },
    expiresAt,
    now: at,
  });
  const stored: StoredToken = {
    _id: digest,
    kind: 'CONFIRM_EMAIL',
    loginKey: login.key,
    loginId: login._id,
    email,
    createdAt: at,
    expiresAt,
  };
  return { token: stored, message };
}

/** Tells whoever has an address that somebody else wants it; not who. */
function prepareInUse(
  { outbox }: AccountsDependencies,
  owner: LoginRecord,
  email: string,
  now: Date,
): Promise<PreparedNotification> {
  return outbox.prepare({
    kind: 'EMAIL_IN_USE',
    to: { email, phoneE164: null },
    loginKey: owner.key,
    subjectIds: [loginAddress(owner)],
    values: {},
    secrets: {},
    expiresAt: null,
    now,
  });
}

/** All or nothing. */
async function writeRequest(
  { database, outbox }: AccountsDependencies,
  { login, passwordHash }: LoginWithHash,
  { email, at, token, keepsEarlierLinks, messages }: EmailRequest,
  session: ClientSession,
): Promise<void> {
  const before = await database.accounts.findOneAndUpdate(
    { _id: login.key },
    { $set: { pendingEmail: email } },
    { upsert: true, returnDocument: 'before', session },
  );
  // The account was written first: a change of password at the same time writes it too, and one of the two begins again.
  const unchanged = loginFilter(login._id, { password_hash: passwordHash });
  if ((await database.users.findOne(unchanged, { session, projection: { _id: 1 } })) === null) {
    throw new AppError('CONFLICT', 'The password has just been changed elsewhere. Log in again.');
  }
  await voidEmailTokens(database, login.key, session, keepsEarlierLinks ? email : null);
  if (token !== null) await database.tokens.insertOne(token, { session });
  const self = loginAddress(login);
  await writeJournal(
    database,
    [
      {
        at,
        actor: self,
        action: 'EMAIL_CHANGE_REQUESTED',
        subjectIds: [self],
        changes: changesBetween({ pendingEmail: before?.pendingEmail ?? null }, { pendingEmail: email }),
      },
    ],
    session,
  );
  await outbox.add(messages, session);
}
