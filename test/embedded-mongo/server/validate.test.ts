import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Db, type Document, MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EmbeddedMongo, startEmbeddedMongo } from '../../../src/embedded-mongo/start.ts';

let dataDir: string;
let mongo: EmbeddedMongo;
let client: MongoClient;
let db: Db;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'validate-'));
  await start();
  for (const name of ['missing', 'damaged', 'records', 'sound']) {
    const rows = db.collection<Document>(name);
    await rows.createIndex({ tags: 1 });
    await rows.insertMany([1, 2, 3].map((i) => ({ _id: i as never, tags: [`a${i}`, `b${i}`] })));
  }
  await stop();
  const script = fileURLToPath(new URL('./damage-file.ts', import.meta.url));
  execFileSync(process.execPath, ['--import', 'tsx', script, dataDir], { timeout: 20_000 });
  await start();
});
afterAll(async () => {
  await stop();
  rmSync(dataDir, { recursive: true, force: true });
});

async function start(): Promise<void> {
  mongo = await startEmbeddedMongo({ dataDir, durability: 'process' });
  client = await new MongoClient(mongo.uri).connect();
  db = client.db('test');
}

async function stop(): Promise<void> {
  await client.close();
  await mongo.close();
}

describe('validate', () => {
  it('says what there is', async () => {
    expect(await db.command({ validate: 'sound', full: true })).toMatchObject({
      ns: 'test.sound',
      nrecords: 3,
      nIndexes: 2,
      keysPerIndex: { _id_: 3, tags_1: 6 },
      indexDetails: { _id_: { valid: true }, tags_1: { valid: true } },
      nInvalidDocuments: 0,
      valid: true,
      repaired: false,
      warnings: [],
      errors: [],
      extraIndexEntries: [],
      missingIndexEntries: [],
      corruptRecords: [],
    });
  });

  it('finds an entry that is missing, and the document that ought to have it', async () => {
    expect(await db.command({ validate: 'missing' })).toMatchObject({
      valid: false,
      keysPerIndex: { tags_1: 5 },
      indexDetails: { _id_: { valid: true }, tags_1: { valid: false } },
      warnings: ['Detected 1 missing index entries.'],
      errors: ["Index with name 'tags_1' has inconsistencies."],
      missingIndexEntries: [{ indexName: 'tags_1', idKey: { _id: 3 } }],
    });
  });

  it('finds a damaged entry though the numbers are right', async () => {
    expect(await db.command({ validate: 'damaged' })).toMatchObject({
      valid: false,
      keysPerIndex: { tags_1: 6 },
      warnings: ['Detected 1 missing index entries.', 'Detected 1 extra index entries.'],
      extraIndexEntries: [{ indexName: 'tags_1', recordId: 3 }],
    });
  });

  it('finds a document that is gone, and one that is none', async () => {
    const found = await db.command({ validate: 'records' });
    expect(found).toMatchObject({ valid: false, nrecords: 2, nInvalidDocuments: 1, corruptRecords: [2] });
    expect(found.errors.slice(0, 2)).toEqual([
      'Detected 1 corrupt records.',
      'The stored count is 3, there are 2 documents.',
    ]);
    expect(found.extraIndexEntries).toHaveLength(6);
  });

  it('does not repair, as on a replica set', async () => {
    await expect(db.command({ validate: 'sound', repair: true })).rejects.toMatchObject({ code: 72 });
    await expect(db.command({ validate: 'none' })).rejects.toMatchObject({ code: 26 });
  });
});
