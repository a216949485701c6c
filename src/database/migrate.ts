import { type IndexDescription, type IndexDescriptionInfo, MongoServerError } from 'mongodb';
import { clearLegacyTokens } from './clear-legacy-tokens.ts';
import type { Database } from './collections.ts';
import { patiently } from './connect.ts';
import { addEmptyLinks } from './empty-links.ts';
import { keepForeignHistory } from './foreign-history.ts';
import { takeLease } from './lease.ts';
import { type LinkViolation, makeUniqueLinkIndexes } from './unique-links.ts';
import { wantedIndexes } from './wanted-indexes.ts';

export interface MigrationReport {
  readonly applied: readonly string[];
  /** Records that share a link and so keep its unique index from being made. */
  readonly violations: readonly LinkViolation[];
}

export interface MigrateOptions {
  readonly now: () => Date;
  /** How long to wait for another process that is migrating. */
  readonly waitMs?: number;
  /** Keep what the foreign collections held before each change. Default: leave that as it is. */
  readonly foreignHistory?: boolean;
}

/** The schema is older than this gateway, and it may not change it (`MIGRATE=off`). */
export class SchemaOutdatedError extends Error {
  /** Names of all migrations that have not been applied and of all indexes that are not there; the message has the first. */
  constructor(readonly missing: readonly string[]) {
    const first = missing.slice(0, namedInMessage).join(', ');
    const more = missing.length - namedInMessage;
    super(
      'The database is not on the schema of this version: run "customer-gateway migrate", or start the gateway with ' +
        `MIGRATE=on. It lacks ${more > 0 ? `${missing.length} migrations and indexes: ${first} and ${more} more` : first}.`,
    );
    this.name = 'SchemaOutdatedError';
  }
}

/**
 * Brings the database to the schema of this gateway: forward, each step recorded and idempotent, under a lease so that
 * of several processes one does it while the others wait.
 */
export async function migrate(database: Database, options: MigrateOptions): Promise<MigrationReport> {
  const deadline = Date.now() + (options.waitMs ?? 10 * 60_000);
  for (;;) {
    const lease = await takeLease(database, 'migrations', { durationMs: 30_000, now: options.now });
    if (lease !== null) {
      try {
        return await patiently(database, (patient) => applyMigrations(patient, options));
      } finally {
        await lease.release();
      }
    }
    if (Date.now() > deadline)
      throw new Error('Another process has been migrating the database for too long.');
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** @throws SchemaOutdatedError naming every migration that has not been applied and every index that is not there. */
export async function requireCurrentSchema(database: Database): Promise<void> {
  const applied = await appliedMigrations(database);
  const missing = [
    ...migrations
      .filter((migration) => !applied.has(migration.name))
      .map((migration) => `migration ${migration.name}`),
    ...(await missingIndexes(database)),
  ];
  if (missing.length > 0) throw new SchemaOutdatedError(missing);
}

interface Migration {
  readonly name: string;
  /** Does its step and says what it did. May run again after a crash in the middle. */
  apply(database: Database): Promise<string>;
}

/** In the order in which they are applied; never changed once released. */
const migrations: readonly Migration[] = [
  {
    name: '0001_link_fields',
    async apply(database) {
      const users = await addEmptyLinks(database.users, 'customer_v2_id');
      const records = await addEmptyLinks(database.customersV2, 'user_id');
      return `customer_v2_id added to ${users} users, user_id to ${records} customers_v2`;
    },
  },
  {
    name: '0002_history_of_both_halves',
    async apply(database) {
      const entries = await database.journal.updateMany({ subjectIds: { $exists: false } }, [
        { $set: { subjectIds: ['$subjectId'] } },
      ]);
      await dropIndexes(database, 'journal', ['subject']);
      await dropIndexes(database, 'customer_index_records', ['login_email', 'login_phone']);
      return `${entries.modifiedCount} journal entries are found by every address of their subject`;
    },
  },
  {
    name: '0003_no_plain_reset_tokens',
    async apply(database) {
      const cleared = await clearLegacyTokens(database);
      return `password_reset_token and password_reset_expires removed from ${cleared} users`;
    },
  },
  {
    name: '0004_indexes_that_nothing_reads',
    async apply(database) {
      const dropped = [
        ...(await dropIndexes(database, 'customer_index', [
          'facets',
          'passwordExpiresAt',
          'isActive_nameKey',
          'isActive_createdAtKey',
        ])),
        ...(await dropIndexes(database, 'notifications', ['due'])),
      ];
      return dropped.length === 0 ? 'there was none' : `${dropped.join(', ')} dropped`;
    },
  },
];

async function applyMigrations(database: Database, options: MigrateOptions): Promise<MigrationReport> {
  const before = await appliedMigrations(database);
  const applied: string[] = [];
  for (const migration of migrations) {
    if (before.has(migration.name)) continue;
    const details = await migration.apply(database);
    await database.migrations.updateOne(
      { _id: migration.name },
      { $set: { appliedAt: options.now(), details } },
      { upsert: true },
    );
    applied.push(migration.name);
  }
  await ensureIndexes(database);
  if (options.foreignHistory) await keepForeignHistory(database);
  return { applied, violations: await makeUniqueLinkIndexes(database) };
}

async function appliedMigrations(database: Database): Promise<Set<string>> {
  const applied = await database.migrations.find({}, { projection: { _id: 1 } }).toArray();
  return new Set(applied.map((migration) => migration._id));
}

/** Makes what is not there yet; an index that is there already costs one look. */
async function ensureIndexes(database: Database): Promise<void> {
  for (const [collection, indexes] of wantedByCollection()) {
    await createCollection(database, collection);
    const missing = await missingOf(database, collection, indexes);
    if (missing.length > 0) await database[collection].createIndexes(missing);
  }
}

async function missingIndexes(database: Database): Promise<string[]> {
  const missing: string[] = [];
  for (const [collection, indexes] of wantedByCollection()) {
    const { collectionName } = database[collection];
    for (const { name } of await missingOf(database, collection, indexes)) {
      missing.push(`index ${collectionName}.${name}`);
    }
  }
  return missing;
}

/** Indexes whose work no present one does. The older application may have one of the same keys under another name. */
async function missingOf(
  database: Database,
  collection: keyof typeof wantedIndexes,
  wanted: readonly IndexDescription[],
): Promise<IndexDescription[]> {
  const present = await presentIndexes(database, database[collection].collectionName);
  return wanted.filter(
    ({ name, key }) =>
      !present.some((index) => index.name === name || (holdsEverything(index) && sameKeys(index.key, key))),
  );
}

/** Neither leaves documents out nor compares text in a way of its own. */
function holdsEverything(index: IndexDescriptionInfo): boolean {
  return (
    index.partialFilterExpression === undefined && index.sparse !== true && index.collation === undefined
  );
}

function sameKeys(present: object, wanted: object): boolean {
  return JSON.stringify(Object.entries(present)) === JSON.stringify(Object.entries(wanted));
}

async function presentIndexes(database: Database, collectionName: string): Promise<IndexDescriptionInfo[]> {
  try {
    return await database.db.collection(collectionName).indexes();
  } catch (error) {
    if (error instanceof MongoServerError && error.code === namespaceNotFoundCode) return [];
    throw error;
  }
}

/** Drops those that are there, and says which these were. */
async function dropIndexes(
  database: Database,
  collection: string,
  names: readonly string[],
): Promise<string[]> {
  const present = (await presentIndexes(database, collection)).map(({ name }) => name);
  const dropped = names.filter((name) => present.includes(name));
  for (const name of dropped) await database.db.collection(collection).dropIndex(name);
  return dropped;
}

/** MongoDB before 4.4 creates no collection inside a transaction, so all exist before the first one. */
async function createCollection(database: Database, collection: keyof typeof wantedIndexes): Promise<void> {
  try {
    await database.db.createCollection(database[collection].collectionName);
  } catch (error) {
    if (!(error instanceof MongoServerError && error.code === namespaceExistsCode)) throw error;
  }
}

function wantedByCollection() {
  return Object.entries(wantedIndexes) as [keyof typeof wantedIndexes, (typeof wantedIndexes)['users']][];
}

const namedInMessage = 5;
const namespaceNotFoundCode = 26;
const namespaceExistsCode = 48;
