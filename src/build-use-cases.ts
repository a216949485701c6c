import { createAccessTokens } from './accounts/access-tokens.ts';
import type { AccountsDependencies } from './accounts/accounts-dependencies.ts';
import { createAuthenticator } from './accounts/authenticate.ts';
import { createCodeDigests } from './accounts/code-digests.ts';
import { createPasswordHasher } from './accounts/password-hasher.ts';
import { createRefreshTokens } from './accounts/refresh-tokens.ts';
import type { SigningKeys } from './accounts/signing-keys.ts';
import type { BackfillDependencies } from './backfill/backfill-dependencies.ts';
import { DryRuns } from './backfill/backfill-dry-runs.ts';
import type { Config, NotificationConfig } from './config.ts';
import type { IndexSettings } from './customer-index/customer-index-rows.ts';
import type { CustomerDependencies } from './customers/customer-access.ts';
import type { Database } from './database/collections.ts';
import { createCursorCodec } from './graphql/cursor.ts';
import { createOutbox } from './notifications/outbox.ts';
import { createSecretBox, type SecretBox } from './notifications/secret-box.ts';

/** What use cases work with, for the app and for commands alike. */
export interface UseCases {
  readonly accounts: AccountsDependencies;
  readonly customers: CustomerDependencies;
  readonly backfill: BackfillDependencies;
}

/** What use cases are made from; nothing is opened. */
export interface UseCaseOptions {
  readonly config: Config;
  readonly database: Database;
  readonly keys: SigningKeys;
  readonly now: () => Date;
  /** Told that a message was written and waits to be sent. */
  readonly onNotification?: () => void;
  /** Whether the authenticator is told of every change of a login; see `AuthenticatorOptions`. */
  readonly isToldOfChanges?: () => boolean;
  /** Told that a job was stored and waits to be worked on. */
  readonly onJob?: () => void;
}

/** Wires what use cases need by hand. */
export async function buildUseCases(options: UseCaseOptions): Promise<UseCases> {
  const { config, database, keys, now } = options;
  const indexSettings = indexSettingsOf(config);
  const accessTokens = createAccessTokens({
    keys,
    issuer: config.publicUrl,
    lifetimeMs: config.accessTokenLifetimeMs,
    now,
  });
  const refreshTokens = createRefreshTokens({
    currentKeyId: () => keys.current.kid,
    secretOfKey: (kid) => keys.deriveSecret('refresh-tokens', kid),
    idleMs: config.sessionIdleMs,
    staffIdleMs: config.staffSessionIdleMs,
  });
  const { isToldOfChanges = () => false } = options;
  const authenticator = createAuthenticator({ database, accessTokens, now }, { isToldOfChanges });
  const outbox = createOutbox({
    database,
    secrets: notificationSecrets(keys),
    channels: channelsOf(config.notifications),
    useBothChannels: config.notifications.useBothChannels,
    digestMs: config.notifications.assignmentDigestMs,
    onWake: options.onNotification ?? (() => {}),
  });
  const codeDigests = createCodeDigests(
    () => keys.current.kid,
    (kid) => keys.deriveSecret('codes', kid),
  );
  const accounts: AccountsDependencies = {
    database,
    hasher: createPasswordHasher({ cost: config.bcryptCost }),
    accessTokens,
    refreshTokens,
    authenticator,
    indexSettings,
    outbox,
    codeDigests,
    // The rest is left to credentials and notices, which nobody can use up by asking.
    recoverySmsPerDay: Math.ceil(config.notifications.smsDailyBudget / 2),
    temporaryPasswordLifetimeMs: config.temporaryPasswordLifetimeMs,
    publicUrl: config.publicUrl,
    now,
  };
  const customers: CustomerDependencies = {
    database,
    settings: indexSettings,
    cursors: createCursorCodec(() => keys.cursorSecrets()),
    accounts,
    now,
    codeDigests,
    confirmHalfLinks: config.confirmHalfLinks,
    billingStatuses: config.billingStatuses,
    maxExamined: config.listMaxExamined,
  };
  const backfill: BackfillDependencies = {
    customers,
    activeStatuses: new Set(config.backfillActiveStatuses),
    smsPrice: config.notifications.smsPrice,
    dryRuns: new DryRuns(now),
    onJob: options.onJob ?? (() => {}),
  };
  return { accounts, customers, backfill };
}

/** The channels by which messages can leave. */
export function channelsOf(config: NotificationConfig): { email: boolean; sms: boolean } {
  const files = config.directory !== null;
  return { email: files || config.smtpUrl !== null, sms: files || config.smsWebhook !== null };
}

/** What encrypts the secrets in the outbox: processes that share their signing keys read one another's. */
export function notificationSecrets(keys: SigningKeys): SecretBox {
  return createSecretBox(
    () => keys.current.kid,
    (kid) => keys.deriveSecret('notifications', kid),
  );
}

export function indexSettingsOf(config: Config): IndexSettings {
  return { defaultPhoneRegion: config.defaultPhoneRegion, legacyTimezone: config.legacyTimezone };
}
