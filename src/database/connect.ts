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
  /** A command that is not answered for so long has failed. Default: 20 s; 0: it is waited for. */
  readonly socketTimeoutMs?: number;
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
    socketTimeoutMS: options.socketTimeoutMs ?? standardSocketTimeoutMs,
  });
  addresses.set(client, { uri, databaseName });
  try {
    await client.connect();
    return openCollections(client, databaseName);
  } catch (error) {
    await client.close();
    throw error;
  }
}

/**
 * Works by a connection of its own, on which a command may take as long as it takes: indexes are made of millions of
 * records. That the database is gone is noticed by its heartbeat.
 */
export async function patiently<Result>(
  database: Database,
  work: (patient: Database) => Promise<Result>,
): Promise<Result> {
  const address = addresses.get(database.client);
  if (address === undefined) return work(database);
  const patient = await connectDatabase(address.uri, address.databaseName, {
    socketTimeoutMs: 0,
    maxPoolSize: 2,
  });
  try {
    return await work(patient);
  } finally {
    await patient.client.close();
  }
}

/** Where each client was connected to. */
const addresses = new WeakMap<MongoClient, { readonly uri: string; readonly databaseName: string }>();

/** A database that stalls: waiting requests are answered UNAVAILABLE after these. */
const standardSocketTimeoutMs = 20_000;

const clientOptions: MongoClientOptions = {
  appName: 'customer-gateway',
  retryReads: true,
  retryWrites: true,
  writeConcern: { w: 'majority', journal: true },
  readPreference: 'primary',
  /** A text that is broken in the database is shown broken; it must not take the page with it. And a page costs a tenth less. */
  enableUtf8Validation: false,
  waitQueueTimeoutMS: 10_000,
  connectTimeoutMS: 5_000,
};
