import { mkdtempSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { startEmbeddedMongo } from '../src/embedded-mongo/start.ts';
import { servedTable, tableBegin, tableEnd } from './embedded-table/served-table.ts';

/** Writes the table of src/embedded-mongo/README.md by asking the server; `--check` only says whether it is current. */
const path = new URL('../src/embedded-mongo/README.md', import.meta.url);
const current = await readFile(path, 'utf8');
const [before, , after] = current.split(new RegExp(`${tableBegin}|${tableEnd}`));
if (before === undefined || after === undefined)
  throw new Error('The README has lost the marks of its table');
const text = `${before}${tableBegin}\n${await askServer()}\n${tableEnd}${after}`;
if (!process.argv.includes('--check')) await writeFile(path, text);
else if (current !== text) {
  console.error('The table in src/embedded-mongo/README.md is not what the server does.');
  console.error('Run "node --import tsx scripts/emit-embedded-table.ts".');
  process.exitCode = 1;
}

async function askServer(): Promise<string> {
  const dataDir = mkdtempSync(join(tmpdir(), 'embedded-'));
  const mongo = await startEmbeddedMongo({ dataDir, durability: 'process' });
  const client = await new MongoClient(mongo.uri).connect();
  try {
    return await servedTable(client.db('table'));
  } finally {
    await client.close();
    await mongo.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}
