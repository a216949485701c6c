import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { startRelease } from '../../src/backfill/release-credentials.ts';
import { findRelease } from '../../src/backfill/release-job.ts';
import { startWireProxy } from '../faults/support/wire-proxy.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { type OpenRelease, openRelease } from './support/open-release.ts';

let scene: OpenRelease;
beforeAll(async () => {
  scene = await openRelease();
});
afterAll(async () => {
  await scene?.close();
});

const kills = 20;

describe(`a release that is killed ${kills} times, before and after any of its commands`, () => {
  it('sends everybody exactly one message, whose password is the one that is stored', async () => {
    const pairs = await scene.addPairs([
      ...Array.from({ length: 80 }, () => ({})),
      ...Array.from({ length: 6 }, () => ({ email: null })),
    ]);
    // Four at a time.
    const { id } = await startRelease(scene.dependencies, 'command line', {
      backfillId: scene.backfillId,
      perMinute: 1_000,
    });
    const random = seededRandom(6);
    const moments = new Set<string>();
    for (let kill = 0; kill < kills; kill += 1) moments.add(await runUntilKilled(id, random.below(30)));
    await scene.run(id);
    const run = await findRelease(scene.database, id);
    expect(run).toMatchObject({
      state: 'SUCCEEDED',
      progress: { total: 86, sent: 80, skipped: 6, unreachable: 6 },
    });
    const messages = await scene.messages();
    expect(messages.map(({ loginKey }) => loginKey).sort()).toEqual(
      pairs
        .slice(0, 80)
        .map(({ key }) => key)
        .sort(),
    );
    expect(new Set(messages.map(({ state }) => state))).toEqual(new Set(['PENDING']));
    expect(await scene.database.journal.countDocuments({ action: 'CREDENTIALS_ISSUED' })).toBe(80);
    expect(await scene.database.jobFailures.countDocuments({ jobId: id })).toBe(6);
    await expectPasswordsToBeThoseStored(messages);
    expect(moments.size).toBeGreaterThan(8);
  }, 60_000);
});

/** Cuts a process off from its database at a command or an answer, for good. */
async function runUntilKilled(id: string, atStep: number): Promise<string> {
  const proxy = await startWireProxy(inject('mongodbUri'));
  const process = await scene.startProcess(proxy.uri);
  let steps = 0;
  let moment = 'never';
  const killed = new Promise<void>((resolve) => {
    proxy.onMessage = ({ direction, command, collection }) => {
      if (moment !== 'never') return 'cut';
      if (steps++ < atStep) return undefined;
      moment = `${direction} ${command} ${collection}`;
      proxy.shut();
      resolve();
      return 'cut';
    };
  });
  const died = process.run(id).catch(() => {});
  await Promise.race([died, killed]);
  await proxy.drained();
  // Nobody answers it any more.
  void process.kill();
  const sessions = proxy.openSessions();
  // What the database and the lease take a minute for is over at once.
  if (sessions.length > 0) await scene.database.client.db('admin').command({ killSessions: sessions });
  await scene.database.leases.deleteMany({});
  await proxy.close();
  return moment;
}

async function expectPasswordsToBeThoseStored(
  messages: readonly { loginKey: string | null; password: string | undefined }[],
): Promise<void> {
  const { hasher } = scene.dependencies.customers.accounts;
  const users = await scene.database.users.find({}, { projection: { password_hash: 1 } }).toArray();
  const hashes = new Map(users.map(({ _id, password_hash }) => [String(_id), password_hash]));
  for (const { loginKey, password } of messages) {
    expect(await hasher.verify(password ?? '', hashes.get(loginKey ?? ''))).toBe(true);
  }
}
