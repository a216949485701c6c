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
 * @param readOnly The schema is not brought up to date: an older one is refused, unless nobody is stored yet.
 */
export async function withDatabase<Result>(
  work: (context: CommandContext) => Promise<Result>,
  { readOnly = false }: { readonly readOnly?: boolean } = {},
): Promise<Result> {
  const config = readConfig(environment);
  const opened = await openDatabase(config);
  try {
    if (config.migrate && !readOnly) await migrate(opened.database, { now: () => new Date() });
    else if (!(readOnly && (await isEmpty(opened.database)))) await requireCurrentSchema(opened.database);
    return await work({ config, database: opened.database, settings: indexSettingsOf(config) });
  } finally {
    await opened.close();
  }
}

async function isEmpty({ users, customersV2 }: Database): Promise<boolean> {
  const found = await Promise.all([users.findOne({}), customersV2.findOne({})]);
  return found.every((record) => record === null);
}
