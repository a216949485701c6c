import 'reflect-metadata';
import type { IncomingMessage, Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApolloServer } from '@apollo/server';
import { createAccessTokens } from './accounts/access-tokens.ts';
import type { AccountsDependencies } from './accounts/accounts-dependencies.ts';
import { AccountsResolver } from './accounts/accounts-resolver.ts';
import { createAuthenticator } from './accounts/authenticate.ts';
import { createCodeDigests } from './accounts/code-digests.ts';
import { createPasswordHasher } from './accounts/password-hasher.ts';
import type { SigningKeys } from './accounts/signing-keys.ts';
import type { Config, NotificationConfig } from './config.ts';
import type { RequestContext } from './context.ts';
import type { IndexSettings } from './customer-index/customer-index-rows.ts';
import type { CustomerDependencies } from './customers/customer-access.ts';
import {
  CustomerConnectionResolver,
  CustomersResolver,
  ViewerCustomerResolver,
} from './customers/customers-resolver.ts';
import { createLoaders, type Loaders } from './customers/loaders.ts';
import type { Database } from './database/collections.ts';
import { DeliveryBoyConnectionResolver, DeliveryResolver } from './delivery/delivery-resolver.ts';
import { buildSchema } from './graphql/build-schema.ts';
import { createApollo } from './graphql/create-apollo.ts';
import { createCursorCodec } from './graphql/cursor.ts';
import { clientAddressReader } from './http/client-address.ts';
import { createGraphqlEndpoint } from './http/graphql-endpoint.ts';
import { createHttpServer } from './http/http-server.ts';
import { createPlaygroundHandler } from './http/playground.ts';
import { createOutbox } from './notifications/outbox.ts';
import { createSecretBox } from './notifications/secret-box.ts';
import { withPermissions } from './permissions.ts';

/** What an app is built from; it opens nothing itself. */
export interface AppDependencies {
  readonly config: Config;
  readonly database: Database;
  readonly keys: SigningKeys;
  readonly now: () => Date;
  readonly log: Log;
  /** Where the playground's build is. */
  readonly playgroundDirectory: string;
  /** Told that a message was written and waits to be sent. */
  readonly onNotification?: () => void;
}

/** The part of a logger that the app needs. */
export interface Log {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

export interface App {
  /** Answers requests once it is told to listen. */
  readonly server: Server;
  readonly apollo: ApolloServer<RequestContext>;
  readonly accounts: AccountsDependencies;
  readonly indexSettings: IndexSettings;
  /** From now on `/health/ready` says that nothing new should be sent here. */
  drain(): void;
}

/** Wires everything by hand. */
export async function buildApp(dependencies: AppDependencies): Promise<App> {
  const { config, database, keys, now, log } = dependencies;
  const indexSettings = indexSettingsOf(config);
  const accessTokens = createAccessTokens({
    keys,
    issuer: config.publicUrl,
    lifetimeMs: config.accessTokenLifetimeMs,
    now,
  });
  const authenticator = createAuthenticator({ database, accessTokens, now });
  const secrets = createSecretBox(keys.current.kid, (kid) => keys.deriveSecret('notifications', kid));
  const outbox = createOutbox({
    database,
    secrets,
    channels: channelsOf(config.notifications),
    useBothChannels: config.notifications.useBothChannels,
    onWake: dependencies.onNotification ?? (() => {}),
  });
  const accounts: AccountsDependencies = {
    database,
    hasher: createPasswordHasher({ cost: config.bcryptCost }),
    accessTokens,
    authenticator,
    indexSettings,
    outbox,
    temporaryPasswordLifetimeMs: config.temporaryPasswordLifetimeMs,
    publicUrl: config.publicUrl,
    now,
  };
  const customers: CustomerDependencies = {
    database,
    settings: indexSettings,
    cursors: createCursorCodec(await cursorSecret(keys)),
    accounts,
    now,
    codeDigests: createCodeDigests(keys.current.kid, (kid) => keys.deriveSecret('codes', kid)),
    confirmHalfLinks: config.confirmHalfLinks,
  };
  const schema = withPermissions(await buildSchema(resolvers(accounts, customers)));
  const report = (error: unknown, requestId?: string) =>
    log.error({ err: error, requestId }, 'request failed');
  const apollo = await createApollo({ schema, introspection: config.introspection, report });
  const clientAddress = clientAddressReader(config.trustedProxies);
  let draining = false;

  const server = createHttpServer({
    graphql: createGraphqlEndpoint({ apollo, report, createContext }),
    playground: createPlaygroundHandler({ directory: dependencies.playgroundDirectory }),
    isReady: async () => !draining && (await isAlive(database)),
    publicKeySet: () => keys.publicKeySet(),
    corsOrigins: config.corsOrigins,
    report,
  });

  return {
    server,
    apollo,
    accounts,
    indexSettings,
    drain() {
      draining = true;
    },
  };

  async function createContext(request: IncomingMessage, requestId: string): Promise<RequestContext> {
    const common = { clientAddress: clientAddress(request), requestId, loadersFor: loadersOnce(database) };
    try {
      const viewer = await authenticator.viewerOf(request.headers.authorization);
      return { viewer, authenticationError: null, ...common };
    } catch (error) {
      return { viewer: null, authenticationError: error as Error, ...common };
    }
  }
}

/** Loaders of one request, made when the first resolver knows what is selected: one operation, one selection. */
function loadersOnce(database: Database): RequestContext['loadersFor'] {
  let loaders: Loaders | undefined;
  return (selected) => {
    loaders ??= createLoaders(database, selected);
    return loaders;
  };
}

/** Every resolver, each made with what it needs; also what the schema is emitted from. */
export function resolvers(accounts: AccountsDependencies, customers: CustomerDependencies): object[] {
  return [
    new AccountsResolver(accounts),
    new CustomersResolver(customers),
    new CustomerConnectionResolver(),
    new ViewerCustomerResolver(customers),
    new DeliveryResolver(customers),
    new DeliveryBoyConnectionResolver(),
  ];
}

/** The channels by which messages can leave. */
export function channelsOf(config: NotificationConfig): { email: boolean; sms: boolean } {
  const files = config.directory !== null;
  return { email: files || config.smtpUrl !== null, sms: files || config.smsWebhook !== null };
}

export function indexSettingsOf(config: Config): IndexSettings {
  return { defaultPhoneRegion: config.defaultPhoneRegion, legacyTimezone: config.legacyTimezone };
}

/** How long the database may take to say that it is there. */
const aliveTimeoutMs = 2_000;

async function isAlive(database: Database): Promise<boolean> {
  try {
    const answer = database.db.command({ ping: 1 }).then(() => true);
    // The driver's own wait for a server is longer, and cannot be shortened for one command.
    return await Promise.race([answer, sleep(aliveTimeoutMs, false, { ref: false })]);
  } catch {
    return false;
  }
}

/** Processes that share their signing keys accept one another's cursors. */
async function cursorSecret(keys: SigningKeys): Promise<Uint8Array> {
  const secret = await keys.deriveSecret('cursors');
  if (secret === undefined) throw new Error('The current signing key is private, and so derives a secret.');
  return secret;
}
