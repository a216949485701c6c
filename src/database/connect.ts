import { MongoClient, type MongoClientOptions } from 'mongodb';
import { type Database, openCollections } from './collections.ts';
import { mendDriver } from './driver-mend.ts';

/** How long the first connection may take before the gateway gives up with one line. */
export const connectTimeoutMs = 10_000;

export interface ConnectOptions {
  /** At most so many connections at once. */
  readonly maxPoolSize?: number;
  readonly serverSelectionTimeoutMs?: number;
  /** For tests that count commands. */
  readonly monitorCommands?: boolean;
}

/**
 * Connects to a replica set, a sharded cluster or the embedded server.
 *
 * @throws MongoServerSelectionError when no primary answers within `serverSelectionTimeoutMs`.
 */
export async function connectDatabase(
  uri: string,
  databaseName: string,
  options: ConnectOptions = {},
): Promise<Database> {
  mendDriver();
  const client = new MongoClient(uri, {
    ...clientOptions,
    maxPoolSize: options.maxPoolSize ?? 50,
    serverSelectionTimeoutMS: options.serverSelectionTimeoutMs ?? connectTimeoutMs,
    monitorCommands: options.monitorCommands ?? false,
  });
  try {
    await client.connect();
    return openCollections(client, databaseName);
  } catch (error) {
    await client.close();
    throw error;
  }
}

const clientOptions: MongoClientOptions = {
  appName: 'customer-gateway',
  retryReads: true,
  retryWrites: true,
  writeConcern: { w: 'majority', journal: true },
  readPreference: 'primary',
  /** A text that is broken in the database is shown broken; it must not take the page with it. And a page costs a tenth less. */
  enableUtf8Validation: false,
  /** A database that stalls: waiting requests are answered UNAVAILABLE after these. */
  socketTimeoutMS: 20_000,
  waitQueueTimeoutMS: 10_000,
  connectTimeoutMS: 5_000,
};
