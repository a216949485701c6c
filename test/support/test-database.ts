import { randomBytes } from 'node:crypto';
import type { Db, MongoClient } from 'mongodb';
import { inject } from 'vitest';
import type { Database } from '../../src/database/collections.ts';
import { connectDatabase } from '../../src/database/connect.ts';
import { migrate } from '../../src/database/migrate.ts';

export interface TestDatabase {
  readonly database: Database;
  readonly db: Db;
  readonly client: MongoClient;
  readonly uri: string;
  readonly name: string;
  /** Drops the database, unless its data are kept, and disconnects. */
  close(options?: { keepData?: boolean }): Promise<void>;
}

/** A database of its own on the server of this run, empty but for the gateway's schema. */
export async function openTestDatabase(
  options: { migrated?: boolean; monitorCommands?: boolean } = {},
): Promise<TestDatabase> {
  const uri = inject('mongodbUri');
  const name = `test_${randomBytes(6).toString('hex')}`;
  const database = await connectDatabase(uri, name, { monitorCommands: options.monitorCommands ?? false });
  if (options.migrated ?? true) await migrate(database, { now: () => new Date() });
  return {
    database,
    db: database.db,
    client: database.client,
    uri,
    name,
    async close({ keepData = false } = {}) {
      if (!keepData) await database.db.dropDatabase();
      await database.client.close();
    },
  };
}
