import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { purgeExpired } from './accounts/purge-expired.ts';
import { loadSigningKeys } from './accounts/signing-keys.ts';
import { startRecovery } from './accounts/start-recovery.ts';
import { watchSigningKeys } from './accounts/watch-signing-keys.ts';
import { type App, buildApp, type Log } from './app.ts';
import { indexSettingsOf, notificationSecrets } from './build-use-cases.ts';
import type { Config } from './config.ts';
import { startIndexKeeper } from './customer-index/index-keeper.ts';
import { sweepIndex } from './customer-index/sweep-index.ts';
import type { Database } from './database/collections.ts';
import { patiently } from './database/connect.ts';
import { migrate, requireCurrentSchema } from './database/migrate.ts';
import { type LinkViolation, makeUniqueLinkIndexes } from './database/unique-links.ts';
import { violationLines } from './database/violation-lines.ts';
import { type JobRunner, startJobRunner } from './jobs/start-job-runner.ts';
import type { Dispatcher } from './notifications/dispatcher.ts';
import { purgeNotifications } from './notifications/purge-notifications.ts';
import { startSending } from './notifications/start-sending.ts';
import { loadTemplates } from './notifications/templates.ts';
import { openDatabase } from './open-database.ts';
import { keepQualitySnapshot } from './reports/quality-snapshots.ts';
import { watchForeignWrites } from './watcher/watch-foreign-writes.ts';
import { type LoginWatch, watchLogins } from './watcher/watch-logins.ts';

export interface Gateway {
  readonly app: App;
  readonly database: Database;
  /** Where it listens. */
  readonly url: string;
  /** Answers what is under way, at most for `graceMs`, then lets go of everything. */
  stop(): Promise<void>;
}

export interface GatewayOptions {
  readonly config: Config;
  readonly log: Log;
  readonly now?: () => Date;
  /** Fills a database that holds nothing yet; asked only when the embedded server starts for the first time. */
  readonly fillEmptyDatabase?: (database: Database) => Promise<void>;
}

/** Why the gateway cannot listen where it is told to, in one line for whoever starts it. */
export class CannotListenError extends Error {
  constructor(host: string, port: number, cause: Error) {
    const taken = 'code' in cause && cause.code === 'EADDRINUSE';
    super(
      taken
        ? `Port ${port} of ${host} is taken. Stop what uses it, or set PORT.`
        : `Port ${port} of ${host} cannot be listened on (${cause.message}). Set HOST or PORT.`,
      { cause },
    );
    this.name = 'CannotListenError';
  }
}

/**
 * Starts the gateway: database, migrations, index, HTTP, notifications.
 *
 * @throws TemplateError, DatabaseUnreachableError, SchemaOutdatedError, CannotListenError
 */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { config, log } = options;
  const now = options.now ?? (() => new Date());
  const templates = await loadTemplates({
    directory: templatesDirectory,
    overridingDirectory: config.notifications.templatesDirectory,
    locale: config.notifications.locale,
    businessName: config.businessName,
  });
  const opened = await openDatabase(config);
  const { database } = opened;
  try {
    const firstStart = opened.embedded && (await isEmpty(database));
    let violations = await prepareSchema(config, database, now);
    if (firstStart && options.fillEmptyDatabase !== undefined) {
      await options.fillEmptyDatabase(database);
      violations = await makeUniqueLinkIndexes(database);
    }
    warnOfViolations(violations, log);
    const settings = indexSettingsOf(config);
    if ((await database.customerIndex.findOne({}, { projection: { _id: 1 } })) === null) {
      await sweepIndex(database, settings);
    }
    const keys = await loadSigningKeys({ ...config, now });
    let dispatcher: Dispatcher | undefined;
    let jobRunner: JobRunner | undefined;
    let loginWatch: LoginWatch | undefined;
    const app = await buildApp({
      config,
      database,
      keys,
      now,
      log,
      playgroundDirectory,
      onNotification: () => dispatcher?.wake(),
      onJob: () => jobRunner?.wake(),
      isToldOfChanges: () => loginWatch?.following() ?? false,
    });
    await listen(app, config);
    const stopWatchingKeys = watchSigningKeys(keys, {
      onError: (error) =>
        log.error({ err: error }, 'the signing keys cannot be read again; those of before stay in use'),
    });
    dispatcher = startSending({ config, database, secrets: notificationSecrets(keys), templates, now, log });
    const recovery = startRecovery(app.accounts, {
      onError: (error) => log.error({ err: error }, 'forgotten passwords wait for the database'),
      onBudgetSpent: () =>
        log.warn({}, 'no more SMS for forgotten passwords today: they get half of SMS_DAILY_BUDGET'),
    });
    jobRunner = startJobRunner({
      database,
      works: app.jobWorks,
      now,
      onError: (error) => log.error({ err: error }, 'long work was interrupted, and goes on'),
    });
    const watcher = config.changeStreams ? watchForeignWrites({ database, settings, now, log }) : undefined;
    const { authenticator } = app.accounts;
    if (config.changeStreams) {
      loginWatch = watchLogins({
        database,
        onChange: authenticator.forget,
        onSessionEnd: authenticator.forgetSession,
        onGap: authenticator.forgetAll,
      });
    }
    const keeper = startIndexKeeper({
      database,
      settings,
      intervalMs: config.sweepIntervalMs,
      watchedIntervalMs: Math.max(config.sweepIntervalMs, watchedSweepIntervalMs),
      isWatched: () => watcher?.watching() ?? false,
      now,
      onSweep: ({ changed }) => {
        if (changed > 0) log.info({ changed }, 'records written by others are in the index');
      },
      onTurn: async () => {
        if (violations.length > 0 && config.migrate) await retryUniqueLinks(database, violations, log);
        await purgeExpired(database, now());
        await purgeNotifications(database, now());
        await keepQualitySnapshot(database, now());
      },
      onError: (error) => log.error({ err: error }, 'the index could not be swept'),
    });
    return {
      app,
      database,
      url: urlOf(app, config),
      async stop() {
        app.drain();
        await closeServer(app);
        await jobRunner?.stop();
        await recovery.stop();
        await dispatcher?.stop();
        await loginWatch?.stop();
        await watcher?.stop();
        await keeper.stop();
        stopWatchingKeys();
        await app.apollo.stop();
        await opened.close();
      },
    };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** Requests in flight are waited for at most so long. */
export const graceMs = 10_000;

/** A sweep beside a change stream only finds what slipped through. */
const watchedSweepIntervalMs = 10 * 60_000;

const templatesDirectory = fileURLToPath(new URL('../templates', import.meta.url));
const playgroundDirectory = fileURLToPath(new URL('../dist/playground', import.meta.url));

async function isEmpty(database: Database): Promise<boolean> {
  const collections = await database.db.listCollections({}, { nameOnly: true }).toArray();
  return collections.length === 0;
}

async function prepareSchema(config: Config, database: Database, now: () => Date): Promise<LinkViolation[]> {
  if (config.migrate) {
    const { violations } = await migrate(database, { now, foreignHistory: config.foreignHistory });
    return [...violations];
  }
  await requireCurrentSchema(database);
  return [];
}

function warnOfViolations(violations: readonly LinkViolation[], log: Log): void {
  if (violations.length === 0) return;
  log.warn(
    { shared: violationLines(violations) },
    'several records claim one: the unique index on their link waits until they are mended',
  );
}

/** Once the records that shared a link are mended, the unique index is made without a restart. */
async function retryUniqueLinks(database: Database, violations: LinkViolation[], log: Log): Promise<void> {
  const left = await patiently(database, makeUniqueLinkIndexes);
  if (left.length === 0) log.info({}, 'the links are unique now, and the indexes that keep them so are made');
  violations.splice(0, violations.length, ...left);
}

async function listen(app: App, { host, port }: Config): Promise<void> {
  app.server.listen(port, host);
  try {
    await once(app.server, 'listening');
  } catch (error) {
    throw error instanceof Error ? new CannotListenError(host, port, error) : error;
  }
}

function urlOf(app: App, { host }: Config): string {
  const { port } = app.server.address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

async function closeServer({ server }: App): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  // Clients keep their connection after an answer: one that was busy until now would hold up the rest.
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  const impatience = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearInterval(idle);
  clearTimeout(impatience);
}
