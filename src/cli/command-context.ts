import { indexSettingsOf } from '../build-use-cases.ts';
import { type Config, processEnvironment, readConfig } from '../config.ts';
import type { IndexSettings } from '../customer-index/customer-index-rows.ts';
import type { Database } from '../database/collections.ts';
import { migrate, requireCurrentSchema } from '../database/migrate.ts';
import { openDatabase } from '../open-database.ts';

export interface CommandContext {
  readonly config: Config;
  readonly database: Database;
  readonly settings: IndexSettings;
}

/** The environment that commands run in; the only place of the command line that reads it. */
export const environment: Readonly<Record<string, string | undefined>> = processEnvironment();

/**
 * Runs a command on the configured database, with its schema up to date, and closes it again.
 *
 * @param options.readOnly The schema is not brought up to date: an older one is refused, unless nobody is stored yet.
 * @param options.anySchema It is taken as it is, by what has to be done at once and needs no more than one document.
 */
export async function withDatabase<Result>(
  work: (context: CommandContext) => Promise<Result>,
  { readOnly = false, anySchema = false }: { readonly readOnly?: boolean; readonly anySchema?: boolean } = {},
): Promise<Result> {
  const config = readConfig(environment);
  const opened = await openDatabase(config);
  try {
    if (!anySchema) await settleSchema(opened.database, config.migrate && !readOnly, readOnly);
    return await work({ config, database: opened.database, settings: indexSettingsOf(config) });
  } finally {
    await opened.close();
  }
}

async function settleSchema(database: Database, migrates: boolean, readOnly: boolean): Promise<void> {
  if (migrates) await migrate(database, { now: () => new Date() });
  else if (!(readOnly && (await holdsNobody(database)))) await requireCurrentSchema(database);
}

/** Nothing of the older application is stored: the name of the database may be mistyped. */
export async function holdsNobody({ users, customersV2 }: Database): Promise<boolean> {
  const found = await Promise.all([users.findOne({}), customersV2.findOne({})]);
  return found.every((record) => record === null);
}

/** What is said of such a database. */
export function holdsNobodyText({ db }: Database): string {
  return `Neither users nor customers_v2 holds anything in the database ${db.databaseName}: is MONGODB_DB right?`;
}
