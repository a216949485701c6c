import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { BSON, MongoClient } from 'mongodb';
import { startEmbeddedMongo } from '../../src/embedded-mongo/start.ts';
import type { SpecFile, SpecTest } from './format.ts';
import { leftOut } from './not-served.ts';
import { type Deployment, unmetRequirement } from './requirements.ts';
import { runTest, type Verdict } from './run-test.ts';
import { Tally } from './tally.ts';

/**
 * Runs MongoDB's own test data (unified test format) through the real driver, against an embedded server of its own or
 * the one at `--uri`. `--dir` is the folder whose folders hold the data, `--filter` a part of "folder/file: test".
 * Exits 1 when something fails that is not named in not-served.ts, or fewer tests pass than floors.ts wants; 2 when
 * there is no such folder.
 */
const { values: options } = parseArgs({
  options: {
    dir: { type: 'string', default: '../shared/spec' },
    filter: { type: 'string', default: '' },
    uri: { type: 'string' },
  },
});
if (!existsSync(options.dir)) {
  console.error(`There is no folder ${options.dir}; --dir names the one with MongoDB's test data.`);
  process.exit(2);
}
const tally = new Tally();
const server = options.uri === undefined ? await startServer() : { uri: options.uri, close: async () => {} };
const own = await new MongoClient(server.uri).connect();
try {
  const deployment = await deploymentOf();
  for (const path of filesIn(options.dir)) await runFile(path, deployment);
  process.exitCode = tally.conclude(options.filter === '') ? 0 : 1;
} finally {
  await own.close();
  await server.close();
}

/** "folder/file" of each file, without its ending. */
function filesIn(dir: string): string[] {
  const folders = readdirSync(dir, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders
    .flatMap(({ name }) => readdirSync(join(dir, name)).map((file) => `${name}/${file}`))
    .filter((path) => path.endsWith('.json'))
    .map((path) => path.slice(0, -'.json'.length))
    .sort();
}

async function runFile(path: string, deployment: Deployment): Promise<void> {
  const file = BSON.EJSON.parse(readFileSync(join(options.dir, `${path}.json`), 'utf8')) as SpecFile;
  const verdicts = new Map<string, Verdict>();
  for (const test of file.tests) {
    const title = test.description;
    if (`${path}: ${title}`.includes(options.filter)) {
      verdicts.set(title, await verdictOf(path, file, test, deployment));
    }
  }
  if (verdicts.size > 0) tally.addFile(path, verdicts);
}

async function verdictOf(
  path: string,
  file: SpecFile,
  test: SpecTest,
  deployment: Deployment,
): Promise<Verdict> {
  const unmet =
    test.skipReason ??
    unmetRequirement(file.runOnRequirements, deployment) ??
    unmetRequirement(test.runOnRequirements, deployment);
  if (unmet !== undefined) return { kind: 'skipped', reason: unmet };
  const verdict = await runTest(file, test, server.uri, own);
  const known = leftOut.find((entry) => entry.file === path && (entry.test?.test(test.description) ?? true));
  if (known === undefined) return verdict;
  if (verdict.kind !== 'passed') return { kind: 'skipped', reason: known.reason };
  // Another server may well serve it.
  if (options.uri !== undefined) return verdict;
  return { kind: 'failed', reason: `passes, and is still named in not-served.ts: ${known.reason}` };
}

async function deploymentOf(): Promise<Deployment> {
  const admin = own.db('admin');
  const { version } = await admin.command({ buildInfo: 1 });
  const hello = await admin.command({ hello: 1 });
  const unsharded = hello.setName === undefined ? 'single' : 'replicaset';
  return {
    version: String(version).replace(/-.*/, ''),
    topology: hello.msg === 'isdbgrid' ? 'sharded' : unsharded,
    parameters: await admin.command({ getParameter: '*' }),
  };
}

/** As a replica set over TCP, since the driver treats a direct connection in its own way. */
async function startServer(): Promise<{ uri: string; close(): Promise<void> }> {
  const dataDir = mkdtempSync(join(tmpdir(), 'spec-'));
  const mongo = await startEmbeddedMongo({ dataDir, durability: 'process', port: 0, socket: false });
  return {
    // The driver looks again at a server that failed after this while, and not after half a second.
    uri: `mongodb://127.0.0.1:${mongo.port}/?replicaSet=embedded&minHeartbeatFrequencyMS=5&serverSelectionTimeoutMS=5000`,
    close: async () => {
      await mongo.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
