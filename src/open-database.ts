import { mkdir } from 'node:fs/promises';
import type { Config } from './config.ts';
import type { Database } from './database/collections.ts';
import { type ConnectOptions, connectDatabase } from './database/connect.ts';
import { startEmbeddedMongo } from './embedded-mongo/start.ts';

export interface OpenedDatabase {
  readonly database: Database;
  /** The gateway's own server under `DATA_DIR`, not one that `MONGODB_URI` names. */
  readonly embedded: boolean;
  close(): Promise<void>;
}

/** Why the database could not be opened, in one line for whoever starts the gateway. */
export class DatabaseUnreachableError extends Error {
  constructor(where: string, cause: unknown) {
    super(`The database at ${where} cannot be reached: ${firstLine(cause)}`, { cause });
    this.name = 'DatabaseUnreachableError';
  }
}

/**
 * Connects to the database that the configuration names, or to the embedded server, which is started when it is not
 * running yet.
 *
 * @throws DatabaseUnreachableError after a bounded wait.
 */
export async function openDatabase(config: Config, options: ConnectOptions = {}): Promise<OpenedDatabase> {
  if (config.mongodbUri !== null) {
    const database = await connect(config.mongodbUri, withoutCredentials(config.mongodbUri), config, options);
    return { database, embedded: false, close: () => database.client.close() };
  }
  await mkdir(config.dataDirectory, { recursive: true, mode: 0o700 });
  const server = await startEmbeddedMongo({ dataDir: config.dataDirectory }).catch((error) => {
    throw new DatabaseUnreachableError(config.dataDirectory, error);
  });
  const database = await connect(server.uri, config.dataDirectory, config, options);
  return {
    database,
    embedded: true,
    async close() {
      await database.client.close();
      await server.close();
    },
  };
}

async function connect(
  uri: string,
  where: string,
  config: Config,
  options: ConnectOptions,
): Promise<Database> {
  try {
    return await connectDatabase(uri, config.mongodbDatabase, options);
  } catch (error) {
    throw new DatabaseUnreachableError(where, error);
  }
}

/** Up to the last `@`: a password that was not percent-encoded may hold any character. */
function withoutCredentials(uri: string): string {
  return uri.replace(/^(mongodb(?:\+srv)?:\/\/).*@/, '$1').replace(/\?.*$/, '');
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? '';
}
