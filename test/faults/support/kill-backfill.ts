import { setTimeout as sleep } from 'node:timers/promises';
import type { Document } from 'mongodb';
import type { Database } from '../../../src/database/collections.ts';
import { graphqlClient } from '../../support/graphql-client.ts';
import { randomRecords } from '../../support/random-records.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import type { GatewayProcess } from './gateway-process.ts';
import type { KillScene } from './kill-scene.ts';

/** What a backfill has come to, in a form that two runs on the same records share. */
export interface BackfillEnd {
  readonly counts: Document;
  /** Ids of delivery records whose login it made. */
  readonly created: readonly string[];
  /** Row keys with the codes of their failures. */
  readonly failures: readonly string[];
}

export interface KilledBackfill {
  readonly end: BackfillEnd;
  readonly runId: string;
  /** Kills while the run was not finished. */
  readonly kills: number;
  /** How many records it had come past at each kill. */
  readonly processed: readonly number[];
}

/** The same records in every database that is loaded with the same seed. */
export async function loadRecords(database: Database, seed: number, size: number): Promise<void> {
  const { users, customersV2 } = randomRecords(seed, size);
  await database.users.insertMany(users as never[]);
  await database.customersV2.insertMany(customersV2 as never[]);
}

/**
 * Starts a backfill and kills the gateway that works on it, again and again, half of the times after some command of a
 * transaction and half at any moment; each next gateway goes on. The last one is left alone.
 */
export async function killBackfill(
  scene: KillScene,
  { kills, records, seed }: { readonly kills: number; readonly records: number; readonly seed: number },
): Promise<KilledBackfill> {
  const random = seededRandom(seed);
  let gateway = await scene.start();
  const token = await scene.logIn(gateway);
  const started = await ask(gateway, token, 'mutation { startBackfill(dryRun: false) { id } }');
  const runId: string = started.startBackfill.id;
  const processed: number[] = [];
  while (processed.length < kills) {
    const step = 1 + random.below(Math.min(mostSteps, Math.ceil(records / recordsOfAStep)));
    const timer =
      processed.length % 2 === 0
        ? setTimeout(gateway.kill, random.below(Math.min(longestLifeMs, Math.ceil(records / recordsOfAMs))))
        : killAtStep(gateway, step);
    const finished = await Promise.race([
      gateway.dead.then(() => false),
      untilFinished(scene.database, runId).then(() => true),
    ]);
    clearTimeout(timer);
    if (finished) break;
    const job = await scene.database.jobs.findOne({ _id: runId });
    processed.push(job?.progress.processed ?? 0);
    await forgetTheDead(scene.database, gateway);
    gateway = await scene.start();
  }
  await untilFinished(scene.database, runId);
  const run = `{ backfillRun(id: "${runId}") { state total processed created skipped errors } }`;
  const { backfillRun: counts } = await ask(gateway, token, run);
  return {
    runId,
    kills: processed.length,
    processed,
    end: { counts, ...(await endOf(scene.database, runId)) },
  };
}

async function ask(gateway: GatewayProcess, token: string, query: string): Promise<Document> {
  const { data, errors } = await graphqlClient(gateway.url, token)(query);
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
  return data;
}

function killAtStep({ proxy, kill }: GatewayProcess, step: number): undefined {
  let steps = 0;
  proxy.onMessage = () => {
    steps += 1;
    if (steps === step) kill();
    return undefined;
  };
}

async function untilFinished({ jobs }: Database, id: string): Promise<void> {
  for (;;) {
    const job = await jobs.findOne({ _id: id });
    if (job?.state === 'FAILED') throw new Error(`The run failed: ${job.error}`);
    if (job?.finishedAt != null) return;
    await sleep(20);
  }
}

/** What a dead process holds, others have to wait for; here its leases and transactions are over at once. */
async function forgetTheDead(database: Database, { proxy }: GatewayProcess): Promise<void> {
  const sessions = proxy.openSessions();
  if (sessions.length > 0) await database.client.db('admin').command({ killSessions: sessions });
  await database.leases.deleteMany({});
}

async function endOf(database: Database, runId: string): Promise<Omit<BackfillEnd, 'counts'>> {
  const accounts = await database.accounts.find({ createdByJob: runId }).toArray();
  const keys = new Set(accounts.map((account) => account._id));
  const logins = (await database.users.find({}).toArray()).filter((user) => keys.has(String(user._id)));
  const failures = await database.jobFailures.find({ jobId: runId }).toArray();
  return {
    created: logins.map((login) => String(login.customer_v2_id)).sort(),
    failures: failures.map(({ rowKey, code }) => `${rowKey} ${code}`).sort(),
  };
}

/** A run of few records must not be over before it was killed often enough. */
const recordsOfAStep = 16;
const recordsOfAMs = 3;
const mostSteps = 200;
const longestLifeMs = 1_200;
