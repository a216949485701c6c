import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Db, MongoClient, type MongoClientOptions } from 'mongodb';
import { type EmbeddedMongo, startEmbeddedMongo } from '../../../src/embedded-mongo/start.ts';

/** A server on a directory of its own, with a connected client. */
export interface TestServer {
  dataDir: string;
  mongo: EmbeddedMongo;
  client: MongoClient;
  db: Db;
  close(): Promise<void>;
}

/** Starts one; `close` stops it and removes its data. */
export async function startTestServer(options: MongoClientOptions = {}): Promise<TestServer> {
  const dataDir = mkdtempSync(join(tmpdir(), 'embedded-'));
  const mongo = await startEmbeddedMongo({ dataDir, durability: 'process' });
  const client = await new MongoClient(mongo.uri, options).connect();
  return {
    dataDir,
    mongo,
    client,
    db: client.db('test'),
    close: async () => {
      await client.close();
      await mongo.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
