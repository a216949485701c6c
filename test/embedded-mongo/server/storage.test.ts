import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Document, MongoClient } from 'mongodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { startEmbeddedMongo } from '../../../src/embedded-mongo/start.ts';
import { checkDataFile } from '../../../src/embedded-mongo/storage/check-data-file.ts';

let dataDir: string;
let file: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'storage-'));
  file = join(dataDir, 'data', 'data.mdb');
  return () => rmSync(dataDir, { recursive: true, force: true });
});

async function withClient<T>(uri: string, use: (client: MongoClient) => Promise<T>): Promise<T> {
  const client = await new MongoClient(uri).connect();
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}

describe('a damaged file', () => {
  it('is an error at start that names it, never an empty database', async () => {
    const mongo = await startEmbeddedMongo({ dataDir });
    await withClient(mongo.uri, (client) =>
      client
        .db('t')
        .collection('c')
        .insertMany(Array.from({ length: 200 }, (_, n) => ({ n, text: 'x'.repeat(500) }))),
    );
    await mongo.close();
    const sound = readFileSync(file);
    const damages: Array<[string, () => void]> = [
      ['it is empty', () => truncateSync(file, 0)],
      ['its header is not that', () => truncateSync(file, 100)],
      [`it has ${sound.length - 8192} bytes of`, () => truncateSync(file, sound.length - 8192)],
      [
        'its header is not that',
        () => writeFileSync(file, Buffer.concat([Buffer.alloc(64, 7), sound.subarray(64)])),
      ],
      ['its header is damaged', () => writeFileSync(file, Buffer.from(sound).fill(0, 4096, 8192))],
      ['its header is not that', () => writeFileSync(file, 'something else entirely')],
    ];
    for (const [problem, damage] of damages) {
      writeFileSync(file, sound);
      damage();
      const bytes = readFileSync(file);
      expect(() => checkDataFile(dataDir)).toThrow(`The database ${file} is damaged: ${problem}`);
      expect(readFileSync(file).equals(bytes)).toBe(true);
    }
    await expect(startEmbeddedMongo({ dataDir })).rejects.toThrow(`${file} is damaged: its header`);
    writeFileSync(file, sound);
    const again = await startEmbeddedMongo({ dataDir });
    const count = await withClient(again.uri, (client) => client.db('t').collection('c').countDocuments());
    expect(count).toBe(200);
    await again.close();
  });

  it('is noticed when a directory is in its place, or a file in the place of its directory', () => {
    checkDataFile(dataDir);
    mkdirSync(file, { recursive: true });
    expect(() => checkDataFile(dataDir)).toThrow(`${file} is damaged: it is not a file`);
    rmSync(join(dataDir, 'data'), { recursive: true });
    writeFileSync(join(dataDir, 'data'), 'x');
    expect(() => checkDataFile(dataDir)).toThrow('data is damaged: it is not a directory');
  });
});

/** The server in a process whose files may grow so far: the kernel refuses more as it does on a full disk. */
function serveWithin(kilobytes: number): Promise<{ child: ChildProcess; uri: string }> {
  const script = fileURLToPath(new URL('./serve-directory.ts', import.meta.url));
  const limited = `ulimit -S -f ${kilobytes}; exec "$0" "$@"`;
  const child = spawn('bash', ['-c', limited, process.execPath, '--import', 'tsx', script, dataDir], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  return new Promise((resolve) => child.once('message', (uri) => resolve({ child, uri: String(uri) })));
}

describe('a full disk', () => {
  it('refuses writes with OutOfDiskSpace, goes on reading, and writes again when there is room', async () => {
    const { child, uri } = await serveWithin(1024);
    let stored = 0;
    await withClient(uri, async (client) => {
      const rows = client.db('t').collection<Document>('c');
      await rows.createIndex({ n: 1 });
      let refused = 0;
      for (let n = 0; refused < 5; n++) {
        const text = 'x'.repeat(20_000);
        const write = rows.insertOne({ n, text }).then(
          () => {
            stored += 1;
          },
          (error) => {
            refused += 1;
            expect(error).toMatchObject({ code: 14031, codeName: 'OutOfDiskSpace' });
          },
        );
        const session = client.startSession();
        session.startTransaction();
        const lastRead = rows.countDocuments({}, { session }).catch(() => undefined);
        await write;
        await lastRead;
        await session.abortTransaction().catch(() => undefined);
        await session.endSession();
      }
      expect(await rows.countDocuments()).toBe(stored);
      expect(await rows.find().sort({ n: 1 }).toArray()).toHaveLength(stored);
      execFileSync('prlimit', ['--pid', String(child.pid), '--fsize=unlimited']);
      for (let n = 0; n < 50; n++) await rows.insertOne({ n, text: 'y'.repeat(20_000) });
      expect(await client.db('t').command({ validate: 'c' })).toMatchObject({ valid: true, errors: [] });
    });
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    const mongo = await startEmbeddedMongo({ dataDir });
    await withClient(mongo.uri, async (client) => {
      expect(await client.db('t').collection('c').countDocuments()).toBe(stored + 50);
      expect(await client.db('t').command({ validate: 'c' })).toMatchObject({ valid: true });
    });
    await mongo.close();
  });
});
