import { createHash } from 'node:crypto';
import { refreshIndex } from '../customer-index/refresh-index.ts';
import type { StoredAccount } from '../database/collections.ts';
import { hashSalt, type LoginRecord } from '../database/stored-documents.ts';
import { inTransaction } from '../database/transaction.ts';
import { AppError } from '../errors.ts';
import { writeJournalApart } from '../journal/write-journal.ts';
import { giveBack, isWithinLimit } from '../throttles/throttle.ts';
import type { AccountsDependencies } from './accounts-dependencies.ts';
import { addressKey } from './address-key.ts';
import { type CountedAttempt, clearFailures, countAttempt } from './count-attempt.ts';
import { invalidCredentials, passwordHasExpired } from './credentials.ts';
import { findLogin, type LoginWithHash, loginWithHashProjection, toLoginWithHash } from './find-login.ts';
import { clientAddressChange, journalFailure } from './journal-failure.ts';
import { loginFilter } from './login-filter.ts';
import { openSession } from './open-session.ts';
import { type Session, sessionFor } from './session.ts';
import { loginAddress, viewerRole } from './viewer.ts';
import type { Place } from './work-queue.ts';

export interface LoginInput {
  /** E-mail or phone, in any spelling. */
  readonly identifier: string;
  readonly password: string;
  /** Address of the client, read through the trusted proxies. */
  readonly clientAddress: string;
}

/** Failures that one client address has in ten minutes, over all logins. */
export const addressLimit = { name: 'login-address', points: 100, windowMs: 10 * 60_000 } as const;

/**
 * Logs somebody in. Until the password has been compared, and beyond that for everybody who is refused, every attempt runs
 * the same database commands and takes the same time, whoever is meant.
 *
 * @throws AppError INVALID_CREDENTIALS for an unknown identifier, one that means several logins, a wrong password, a
 * missing or damaged hash, a locked or inactive login, and a temporary password that has expired: all alike;
 * RATE_LIMITED after 100 failures from one address in 10 minutes, and when too many passwords are being checked.
 */
export async function logIn(dependencies: AccountsDependencies, input: LoginInput): Promise<Session> {
  const place = dependencies.hasher.reserve();
  try {
    return await attempt(dependencies, input, place);
  } finally {
    place.leave();
  }
}

async function attempt(
  dependencies: AccountsDependencies,
  input: LoginInput,
  place: Place,
): Promise<Session> {
  const { database, hasher, indexSettings } = dependencies;
  const at = dependencies.now();
  const clientAddress = addressKey(input.clientAddress);
  if (!(await isWithinLimit(dependencies, addressLimit, clientAddress))) {
    throw new AppError(
      'RATE_LIMITED',
      'Too many failed log-ins from your network. Try again in ten minutes.',
    );
  }
  const found = await findLogin(database, input.identifier, indexSettings.defaultPhoneRegion);
  const counted =
    found === null
      ? await countUnknown(dependencies, input.identifier)
      : await countAttempt(database, found.login.key, at);
  const matches = await hasher.verify(input.password, found?.passwordHash, place);
  const accepted = matches && found !== null && !counted.locked && mayLogIn(found.login) ? found : null;
  const current =
    accepted === null || passwordHasExpired(counted.account, accepted.login, at)
      ? null
      : await readAgain(dependencies, accepted, input.password, place);
  if (current === null || !mayLogIn(current.login)) {
    const login = found?.login ?? null;
    await journalFailure(database, { login, counted, at, by: 'nobody', clientAddress });
    throw invalidCredentials();
  }
  const session = await openSessionOf(dependencies, current.login, counted.account);
  await giveBack(dependencies, addressLimit, clientAddress);
  await journalLogIn(dependencies, current.login, clientAddress);
  if (!session.mustChangePassword) await rehash(dependencies, current, input.password);
  return session;
}

/** Nobody's failure costs one write like everybody's. */
async function countUnknown(dependencies: AccountsDependencies, identifier: string): Promise<CountedAttempt> {
  const digest = createHash('sha256').update(identifier).digest('base64url');
  await isWithinLimit(dependencies, unknownLimit, digest);
  return { locked: false, failures: 0, locksUntil: null, account: null };
}

const unknownLimit = { name: 'login-unknown', points: 0, windowMs: addressLimit.windowMs } as const;

async function journalLogIn(
  { database, now }: AccountsDependencies,
  login: LoginRecord,
  clientAddress: string,
): Promise<void> {
  const self = loginAddress(login);
  const changes = clientAddressChange(clientAddress);
  const entry = { at: now(), actor: self, action: 'LOGGED_IN', subjectIds: [self], changes } as const;
  await writeJournalApart(database, entry);
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
  place: Place,
): Promise<LoginWithHash | null> {
  const stored = await database.users.findOne(loginFilter(compared.login._id), {
    projection: loginWithHashProjection,
  });
  if (stored === null) return null;
  const current = toLoginWithHash(stored);
  const same = current.passwordHash === compared.passwordHash;
  return same || (await hasher.verify(password, current.passwordHash, place)) ? current : null;
}

function mayLogIn(login: LoginRecord): boolean {
  return login.isActive && viewerRole(login.role) !== null;
}

async function openSessionOf(
  dependencies: AccountsDependencies,
  login: LoginRecord,
  account: StoredAccount | null,
): Promise<Session> {
  const { database, accessTokens, now } = dependencies;
  const opened = await openSession(dependencies, login, account);
  await database.accounts.updateOne({ _id: login.key }, { $set: { ...clearFailures, lastLoginAt: now() } });
  return sessionFor(accessTokens, login, account, opened);
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
      const update = { $set: { password_hash: newHash } };
      const { matchedCount } = await database.users.updateOne(filter, update, { session });
      if (matchedCount === 0) return;
      // Sessions of before go on: the password is the same.
      const upgradedHash = { from: login.hashSalt, to: hashSalt(newHash) };
      await database.accounts.updateOne({ _id: login.key }, { $set: { upgradedHash } }, { session });
      await refreshIndex(database, { loginKeys: [login._id], deliveryKeys: [] }, indexSettings, session);
    });
  } catch (error) {
    if (!(error instanceof AppError && error.code === 'RATE_LIMITED')) throw error;
  }
}
