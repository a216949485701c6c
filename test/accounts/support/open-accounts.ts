import { randomUUID } from 'node:crypto';
import bcrypt from 'bcrypt';
import { exportJWK, generateKeyPair } from 'jose';
import { ObjectId } from 'mongodb';
import { createAccessTokens } from '../../../src/accounts/access-tokens.ts';
import type { AccountsDependencies } from '../../../src/accounts/accounts-dependencies.ts';
import { createAuthenticator } from '../../../src/accounts/authenticate.ts';
import { createCodeDigests } from '../../../src/accounts/code-digests.ts';
import { logIn } from '../../../src/accounts/log-in.ts';
import { createPasswordHasher } from '../../../src/accounts/password-hasher.ts';
import { createRefreshTokens } from '../../../src/accounts/refresh-tokens.ts';
import type { Session } from '../../../src/accounts/session.ts';
import { loadSigningKeys } from '../../../src/accounts/signing-keys.ts';
import { refreshIndex } from '../../../src/customer-index/refresh-index.ts';
import type { StoredNotification } from '../../../src/database/collections.ts';
import { recordKey, type StoredUser } from '../../../src/database/stored-documents.ts';
import { inTransaction } from '../../../src/database/transaction.ts';
import { createOutbox } from '../../../src/notifications/outbox.ts';
import { createSecretBox } from '../../../src/notifications/secret-box.ts';
import { openTestDatabase } from '../../support/test-database.ts';

/** Long enough for every role, and nobody's name. */
export const password = 'saffron-kettle-harbour-27';
const passwordHash = bcrypt.hashSync(password, 4);

export interface AccountsFixture extends AccountsDependencies {
  /** The time, which stands still until it is set. */
  readonly clock: { ms: number };
  /** Stores a login as the older application does; `indexed: false` as if it had done so a moment ago. */
  addLogin(fields: Partial<StoredUser>, options?: { indexed?: boolean }): Promise<StoredUser>;
  logIn(identifier: string, typedPassword?: string, clientAddress?: string): Promise<Session>;
  /** The code of the refusal, or `session`. */
  tryLogIn(identifier: string, typedPassword?: string, clientAddress?: string): Promise<string>;
  /** Messages on their way to an e-mail address or phone, oldest first, with their secrets in clear. */
  messagesTo(destination: string): Promise<ReadableMessage[]>;
  close(): Promise<void>;
}

/** A stored message; null for one whose secrets are gone. */
export type ReadableMessage = Omit<StoredNotification, 'secrets'> & {
  readonly secrets: Record<string, string> | null;
};

/** The use cases of accounts on a database of their own, with cheap hashes and a clock that is set by hand. */
export async function openAccounts(
  options: { cost?: number; monitorCommands?: boolean } = {},
): Promise<AccountsFixture> {
  const { database, close } = await openTestDatabase({ monitorCommands: options.monitorCommands ?? false });
  const clock = { ms: Date.parse('2026-03-01T10:00:00.000Z') };
  const now = () => new Date(clock.ms);
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const keys = await loadSigningKeys({
    signingKeys: JSON.stringify({ keys: [await exportJWK(privateKey)] }),
    dataDirectory: '',
    production: true,
  });
  const accessTokens = createAccessTokens({ keys, issuer: 'https://gateway.example', now });
  const secretBox = createSecretBox(keys.current.kid, (kid) => keys.deriveSecret('notifications', kid));
  const indexSettings = { defaultPhoneRegion: 'IN', legacyTimezone: 'UTC' } as const;
  const dependencies: AccountsDependencies = {
    database,
    hasher: createPasswordHasher({ cost: options.cost ?? 4, maxWaiting: 10_000 }),
    accessTokens,
    refreshTokens: createRefreshTokens({
      currentKeyId: () => keys.current.kid,
      secretOfKey: (kid) => keys.deriveSecret('refresh-tokens', kid),
      idleMs: 30 * 24 * 60 * 60_000,
      staffIdleMs: 12 * 60 * 60_000,
    }),
    authenticator: createAuthenticator({ database, accessTokens, now }),
    indexSettings,
    outbox: createOutbox({
      database,
      secrets: secretBox,
      channels: { email: true, sms: true },
      useBothChannels: false,
    }),
    codeDigests: createCodeDigests(keys.current.kid, (kid) => keys.deriveSecret('codes', kid)),
    recoverySmsPerDay: 1_000,
    temporaryPasswordLifetimeMs: 7 * 24 * 60 * 60_000,
    publicUrl: 'https://gateway.example',
    now,
  };
  const fixture: AccountsFixture = {
    ...dependencies,
    clock,
    async addLogin(fields, { indexed = true } = {}) {
      const stored: StoredUser = {
        _id: new ObjectId(),
        id: randomUUID(),
        name: 'Asha Rao',
        password_hash: passwordHash,
        role: 'customer',
        is_active: true,
        ...fields,
      };
      await database.users.insertOne(stored);
      if (indexed) {
        await inTransaction(database, (session) =>
          refreshIndex(database, { loginKeys: [stored._id], deliveryKeys: [] }, indexSettings, session),
        );
      }
      return stored;
    },
    logIn: (identifier, typedPassword = password, clientAddress = '192.0.2.1') =>
      logIn(dependencies, { identifier, password: typedPassword, clientAddress }),
    tryLogIn: (...attempt) =>
      fixture.logIn(...attempt).then(
        () => 'session',
        (error: { code?: string }) => error.code ?? String(error),
      ),
    async messagesTo(destination) {
      const stored = await database.notifications.find({ destination }, { sort: { createdAt: 1 } }).toArray();
      return Promise.all(
        stored.map(async (message) => ({
          ...message,
          secrets: message.secrets === null ? null : await secretBox.open(message.secrets),
        })),
      );
    },
    close,
  };
  return fixture;
}

/** The account of a login. */
export function accountOf({ database }: AccountsFixture, login: StoredUser) {
  return database.accounts.findOne({ _id: recordKey(login._id) });
}
