import { createHash } from 'node:crypto';
import { refreshIndex } from '../customer-index/refresh-index.ts';
import { mustChangePassword } from '../customer-index/temporary-password-state.ts';
import type { StoredAccount } from '../database/collections.ts';
import { countInWindow, uncount } from '../database/count-in-window.ts';
import type { LoginRecord } from '../database/stored-documents.ts';
import { inTransaction } from '../database/transaction.ts';
import { AppError } from '../errors.ts';
import type { AccountsDependencies } from './accounts-dependencies.ts';
import { addressKey } from './address-key.ts';
import { clearFailures, countAttempt } from './count-attempt.ts';
import { invalidCredentials, passwordHasExpired } from './credentials.ts';
import { findLogin, type LoginWithHash, loginWithHashProjection, toLoginWithHash } from './find-login.ts';
import { loginFilter } from './login-filter.ts';
import { openSession } from './open-session.ts';
import { type Session, sessionFor } from './session.ts';
import { viewerRole } from './viewer.ts';

export interface LoginInput {
  /** E-mail or phone, in any spelling. */
  readonly identifier: string;
  readonly password: string;
  /** Address of the client, read through the trusted proxies. */
  readonly clientAddress: string;
}

/** Failures that one client address has in `addressWindowMs`, over all logins. */
export const maxAddressFailures = 100;
export const addressWindowMs = 10 * 60_000;

/**
 * Logs somebody in. Until the password has been compared, every attempt runs the same database commands and takes the
 * same time, whoever is meant.
 *
 * @throws AppError INVALID_CREDENTIALS for an unknown identifier, one that means several logins, a wrong password, a
 * missing or damaged hash, a locked or inactive login, and a temporary password that has expired: all alike;
 * RATE_LIMITED after 100 failures from one address in 10 minutes, and when too many passwords are being checked.
 */
export async function logIn(dependencies: AccountsDependencies, input: LoginInput): Promise<Session> {
  const { database, hasher, indexSettings } = dependencies;
  const now = dependencies.now();
  hasher.admit();
  const addressCounter = `login-address/${addressKey(input.clientAddress)}`;
  if ((await countInWindow(database, addressCounter, addressWindowMs, now)) > maxAddressFailures) {
    throw new AppError(
      'RATE_LIMITED',
      'Too many failed log-ins from your network. Try again in ten minutes.',
    );
  }
  const found = await findLogin(database, input.identifier, indexSettings.defaultPhoneRegion);
  const { locked, account } =
    found === null
      ? await countUnknown(dependencies, input.identifier, now)
      : await countAttempt(database, found.login.key, now);
  const matches = await hasher.verify(input.password, found?.passwordHash);
  if (!matches || found === null || locked || !mayLogIn(found.login)) throw invalidCredentials();
  if (passwordHasExpired(account, found.login, now)) throw invalidCredentials();
  const current = await readAgain(dependencies, found, input.password);
  if (current === null || !mayLogIn(current.login)) throw invalidCredentials();
  const session = await openSessionOf(dependencies, current.login, account);
  await uncount(database, addressCounter);
  if (!session.mustChangePassword) await rehash(dependencies, current, input.password);
  return session;
}

/** Nobody's failure costs one write like everybody's. */
async function countUnknown({ database }: AccountsDependencies, identifier: string, now: Date) {
  const digest = createHash('sha256').update(identifier).digest('base64url');
  await countInWindow(database, `login-unknown/${digest}`, addressWindowMs, now);
  return { locked: false, account: null };
}

/**
 * The login as it is now, if the password is still its own. The account, and with it the session epoch, was read after
 * the hash that was compared: without this check an old password, compared while it is being changed, would open a
 * session of the new epoch. Another hash of the same password (another log-in has raised its cost) is as good.
 */
async function readAgain(
  { database, hasher }: AccountsDependencies,
  compared: LoginWithHash,
  password: string,
): Promise<LoginWithHash | null> {
  const stored = await database.users.findOne(loginFilter(compared.login._id), {
    projection: loginWithHashProjection,
  });
  if (stored === null) return null;
  const current = toLoginWithHash(stored);
  const same = current.passwordHash === compared.passwordHash;
  return same || (await hasher.verify(password, current.passwordHash)) ? current : null;
}

function mayLogIn(login: LoginRecord): boolean {
  return login.isActive && viewerRole(login.role) !== null;
}

async function openSessionOf(
  { database, accessTokens, now }: AccountsDependencies,
  login: LoginRecord,
  account: StoredAccount | null,
): Promise<Session> {
  const createdAt = now();
  const expiresAt = new Date(createdAt.getTime() + accessTokens.lifetimeMs);
  const sessionEpoch = account?.sessionEpoch ?? 0;
  const sessionId = await openSession(database, { loginId: login._id, sessionEpoch, createdAt, expiresAt });
  await database.accounts.updateOne(
    { _id: login.key },
    { $set: { ...clearFailures, lastLoginAt: createdAt } },
  );
  return sessionFor(accessTokens, login, {
    sessionId,
    mustChangePassword: mustChangePassword(account, login),
    pendingEmail: account?.pendingEmail ?? null,
  });
}

/**
 * Brings a hash of a lower cost to the configured one, unless it has been replaced or the hasher is busy: it can wait. With
 * the index in one transaction, as every write to a login: by that it is known to be the gateway's own.
 */
async function rehash(
  { database, hasher, indexSettings }: AccountsDependencies,
  { login, passwordHash }: LoginWithHash,
  password: string,
): Promise<void> {
  if (typeof passwordHash !== 'string' || !hasher.needsRehash(passwordHash)) return;
  try {
    const newHash = await hasher.hash(password);
    const filter = loginFilter(login._id, { password_hash: passwordHash });
    await inTransaction(database, async (session) => {
      await database.users.updateOne(filter, { $set: { password_hash: newHash } }, { session });
      await refreshIndex(database, { loginKeys: [login._id], deliveryKeys: [] }, indexSettings, session);
    });
  } catch (error) {
    if (!(error instanceof AppError && error.code === 'RATE_LIMITED')) throw error;
  }
}
