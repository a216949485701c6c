import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { BSON, MongoClient } from 'mongodb';
import { startEmbeddedMongo } from '../../src/embedded-mongo/start.ts';
import { floors } from './floors.ts';
import type { SpecFile } from './format.ts';
import { leftOut } from './not-served.ts';
import { type Deployment, unmetRequirement } from './requirements.ts';
import { runTest, type Verdict } from './run-test.ts';

/**
 * Runs MongoDB's own test data (unified test format) through the real driver, against an embedded server of its own or
 * the one at `--uri`. `--dir` is the folder with the data, `--filter` a part of "folder/file: test". Exits 1 when
 * something fails that is not named in not-served.ts, or fewer tests pass than floors.ts wants.
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
const started = performance.now();
const server = options.uri === undefined ? await startServer() : { uri: options.uri, close: async () => {} };
const own = await new MongoClient(server.uri).connect();
try {
  process.exitCode = (await runAll()) ? 0 : 1;
} finally {
  await own.close();
  await server.close();
}

async function runAll(): Promise<boolean> {
  const deployment = await deploymentOf();
  const failures: string[] = [];
  const skipped = new Map<string, number>();
  const passed = new Map<string, number>();
  for (const folder of Object.keys(floors)) {
    if (!existsSync(join(options.dir, folder))) continue;
    for (const name of readdirSync(join(options.dir, folder)).sort()) {
      const path = `${folder}/${name.replace(/\.json$/, '')}`;
      const file = BSON.EJSON.parse(readFileSync(join(options.dir, folder, name), 'utf8')) as SpecFile;
      const count = { passed: 0, failed: 0, skipped: 0 };
      for (const test of file.tests) {
        const title = `${path}: ${test.description}`;
        if (!title.includes(options.filter)) continue;
        const verdict = await verdictOf(path, file, test.description, deployment);
        count[verdict.kind] += 1;
        if (verdict.kind === 'failed') failures.push(`${title}\n    ${verdict.reason}`);
        if (verdict.kind === 'skipped') skipped.set(verdict.reason, (skipped.get(verdict.reason) ?? 0) + 1);
      }
      passed.set(folder, (passed.get(folder) ?? 0) + count.passed);
      const total = count.passed + count.failed + count.skipped;
      if (total > 0)
        console.log(`${path}: ${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
    }
  }
  console.log('\nSkipped:');
  for (const [reason, count] of [...skipped].sort((a, b) => b[1] - a[1]))
    console.log(`  ${count} × ${reason}`);
  if (failures.length > 0) console.log(`\nFailed:\n  ${failures.join('\n  ')}`);
  console.log('');
  let reached = true;
  for (const [folder, floor] of Object.entries(floors)) {
    const count = passed.get(folder) ?? 0;
    const low = options.filter === '' && count < floor;
    reached &&= !low;
    console.log(`${folder}: ${count} passed${low ? `, BELOW THE FLOOR of ${floor}` : ` (floor ${floor})`}`);
  }
  const total = [...passed.values()].reduce((sum, count) => sum + count, 0);
  const left = [...skipped.values()].reduce((sum, count) => sum + count, 0);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${total} passed, ${failures.length} failed, ${left} skipped in ${seconds} s`);
  return reached && failures.length === 0;
}

async function verdictOf(
  path: string,
  file: SpecFile,
  description: string,
  deployment: Deployment,
): Promise<Verdict> {
  const test = file.tests.find((candidate) => candidate.description === description);
  if (test === undefined) throw new Error(`${path} has no test ${description}`);
  const unmet =
    test.skipReason ??
    unmetRequirement(file.runOnRequirements, deployment) ??
    unmetRequirement(test.runOnRequirements, deployment);
  if (unmet !== undefined) return { kind: 'skipped', reason: unmet };
  const known = leftOut.find((entry) => entry.file === path && (entry.test?.test(description) ?? true));
  const verdict = await runTest(file, test, server.uri, own);
  if (known === undefined) return verdict;
  if (verdict.kind !== 'passed') return { kind: 'skipped', reason: known.reason };
  return { kind: 'failed', reason: `passes, and is still named in not-served.ts: ${known.reason}` };
}

async function deploymentOf(): Promise<Deployment> {
  const { version } = await own.db('admin').command({ buildInfo: 1 });
  const hello = await own.db('admin').command({ hello: 1 });
  const topology =
    hello.msg === 'isdbgrid' ? 'sharded' : hello.setName === undefined ? 'single' : 'replicaset';
  const parameters = await own
    .db('admin')
    .command({ getParameter: '*' })
    .catch(() => ({}));
  return { version: String(version).replace(/-.*/, ''), topology, parameters };
}

/** As a replica set over TCP, since the driver treats a direct connection in its own way. */
async function startServer(): Promise<{ uri: string; close(): Promise<void> }> {
  const dataDir = mkdtempSync(join(tmpdir(), 'spec-'));
  const mongo = await startEmbeddedMongo({ dataDir, durability: 'process', port: 0, socket: false });
  return {
    // The driver looks again at a server that failed after this while, and not after half a second.
    uri: `mongodb://127.0.0.1:${mongo.port}/?replicaSet=embedded&minHeartbeatFrequencyMS=5`,
    close: async () => {
      await mongo.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
