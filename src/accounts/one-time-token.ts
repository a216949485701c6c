import { createHash, randomBytes } from 'node:crypto';
import type { ClientSession, Filter } from 'mongodb';
import type { Database, StoredNotification, StoredToken } from '../database/collections.ts';
import { AppError } from '../errors.ts';
import { type NotificationKind, notificationKinds } from '../notifications/notification-kinds.ts';

/** A secret for a link, and the name under which it is stored. */
export interface OneTimeToken {
  /** 256 random bits as 43 characters that need no escaping in an address: only in the message that is sent. */
  readonly token: string;
  /** `_id` of what is stored: the SHA-256 of the token, so that a dump of the database opens nothing. */
  readonly digest: string;
}

export type TokenKind = StoredToken['kind'];

export function newOneTimeToken(): OneTimeToken {
  const token = randomBytes(tokenBytes).toString('base64url');
  return { token, digest: digestOf(token) };
}

/** The token as it is stored, while it holds; null for any that is not of this kind, unknown, used or expired. */
export async function findToken(
  database: Database,
  kind: TokenKind,
  token: string,
  now: Date,
): Promise<StoredToken | null> {
  const filter = filterOf(kind, token, now);
  return filter === null ? null : database.tokens.findOne(filter);
}

/**
 * Takes a token out of the database, in the transaction that does what it is good for: of several that try at once one
 * gets it. Null for any that `findToken` does not find.
 */
export async function consumeToken(
  database: Database,
  kind: TokenKind,
  token: string,
  now: Date,
  session: ClientSession,
): Promise<StoredToken | null> {
  const filter = filterOf(kind, token, now);
  return filter === null ? null : database.tokens.findOneAndDelete(filter, { session });
}

/**
 * Makes the links worthless by which a login's new address would be confirmed, and cancels the messages with them that
 * were not sent yet. Two commands.
 *
 * @param keepEmail The address, in canonical form, whose links go on holding. Default: none.
 */
export async function voidEmailTokens(
  database: Database,
  loginKey: string,
  session: ClientSession,
  keepEmail: string | null = null,
): Promise<void> {
  await database.tokens.deleteMany(
    { loginKey, kind: 'CONFIRM_EMAIL', ...(keepEmail !== null && { email: { $ne: keepEmail } }) },
    { session },
  );
  await cancelMessages(
    database,
    { loginKey, kind: confirmationKind, ...(keepEmail !== null && { destination: { $ne: keepEmail } }) },
    session,
  );
}

const confirmationKind: NotificationKind = 'CONFIRM_EMAIL';

/**
 * Makes the links and codes worthless by which new passwords would be chosen for logins, and cancels the messages with
 * them that were not sent yet. A message that offers other logins as well goes out: their part of it is good. Three
 * commands.
 */
export async function voidRecovery(
  database: Database,
  loginKeys: readonly string[],
  session: ClientSession,
): Promise<void> {
  const of = { $in: [...loginKeys] };
  await database.tokens.deleteMany({ loginKey: of, kind: 'RESET_PASSWORD' }, { session });
  await database.recoveryCodes.updateMany(
    { 'codes.loginKey': of },
    { $pull: { codes: { loginKey: of } } },
    { session },
  );
  await cancelMessages(database, { loginKey: of, kind: { $in: recoveryKinds } }, session);
}

const recoveryKinds: NotificationKind[] = ['PASSWORD_RESET', 'PASSWORD_RESET_CODE'];

/**
 * Makes everything worthless that a login was sent by which somebody could prove to be its owner, whatever it is for, and
 * cancels the messages with it that were not sent yet, a temporary password among them. Four commands.
 */
export async function voidEverySecret(
  database: Database,
  loginKey: string,
  session: ClientSession,
): Promise<void> {
  await voidRecovery(database, [loginKey], session);
  await database.tokens.deleteMany({ loginKey }, { session });
  await cancelMessages(database, { loginKey, kind: { $in: secretKinds } }, session);
}

const secretKinds = Object.entries(notificationKinds).flatMap(([kind, { secrets }]) =>
  secrets.length > 0 ? [kind] : [],
);

/** Those that could not be delivered too: an admin may send them once more. */
export async function cancelMessages(
  database: Database,
  filter: Filter<StoredNotification>,
  session: ClientSession,
): Promise<void> {
  await database.notifications.updateMany(
    { ...filter, state: { $in: ['PENDING', 'DEAD'] } },
    { $set: { state: 'CANCELLED', secrets: null } },
    { session },
  );
}

/** The one answer for a token that is no good, whatever is wrong with it. */
export function invalidToken(): AppError {
  return new AppError('INVALID_OR_EXPIRED_TOKEN', 'Invalid or expired token.');
}

const tokenBytes = 32;
const tokenForm = /^[\w-]{43}$/;

/** Null for text that can be no token: it is not even looked for. */
function filterOf(kind: TokenKind, token: string, now: Date): Filter<StoredToken> | null {
  return tokenForm.test(token) ? { _id: digestOf(token), kind, expiresAt: { $gt: now } } : null;
}

function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
