import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GraphqlClient } from '../support/graphql-client.ts';
import { secretIn } from '../support/inbox.ts';
import { startGateway, type TestGateway } from '../support/start-gateway.ts';

let gateway: TestGateway;
let admin: GraphqlClient;
beforeAll(async () => {
  gateway = await startGateway();
  admin = await gateway.logIn(gateway.admin.email);
});
afterAll(() => gateway?.close());

const fields = 'id state total sent unreachable skippedCount perMinute backfillId error startedBy finishedAt';
const release = `mutation ($perMinute: Int) { releaseCredentials(perMinute: $perMinute) { ${fields} } }`;
const imported = (name: string, phone: string, email: string | null = null) => ({
  name,
  phone,
  email,
  address: '1 Temple Street',
  area: 'Jayanagar',
});

async function runOf(id: string) {
  const { data } = await admin(`query ($id: ID!) { releaseRun(id: $id) { ${fields} } }`, { id });
  return data.releaseRun;
}

async function reaches(id: string, state: string, timeoutMs = 10_000) {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const run = await runOf(id);
    if (run.state === state) return run;
    if (performance.now() > deadline) throw new Error(`It is ${run.state}, not ${state}.`);
    await sleep(50);
  }
}

async function importPeople(input: object[]): Promise<void> {
  const { data } = await admin(
    'mutation ($input: [CreateCustomerInput!]!) { importCustomers(input: $input) { error { message } } }',
    { input },
  );
  expect(data.importCustomers.every(({ error }: { error: unknown }) => error === null)).toBe(true);
}

// In this order: the first release sends to everybody whom the demo data left waiting.
describe('credentials released through the API', () => {
  it('arrive, log the customer in, and open nothing but the choice of another password', async () => {
    await importPeople([imported('Roopa Shenoy', '9845077001', 'roopa@example.com')]);
    const { data, errors } = await admin(release, { perMinute: 100_000 });
    expect(errors).toEqual([]);
    const { id } = data.releaseCredentials;
    const run = await reaches(id, 'SUCCEEDED');
    expect(run.sent + run.skippedCount).toBe(run.total);
    expect(run).toMatchObject({ perMinute: 100_000, backfillId: null, error: null });
    const message = await gateway.messageTo('roopa@example.com', { kind: 'CREDENTIALS' });
    const password = secretIn(message);
    const logIn = `mutation ($i: String!, $p: String!) {
      login(identifier: $i, password: $p) { accessToken mustChangePassword viewer { name } }
    }`;
    const first = await gateway.anonymous(logIn, { i: 'roopa@example.com', p: password });
    expect(first.data.login).toMatchObject({ mustChangePassword: true, viewer: { name: 'Roopa Shenoy' } });
    const roopa = await gateway.logIn('roopa@example.com', password);
    expect((await roopa('{ customer(id: "x") { id } }')).code).toBe('PASSWORD_CHANGE_REQUIRED');
    const changed = await roopa(
      'mutation ($c: String!, $n: String!) { changePassword(currentPassword: $c, newPassword: $n) { mustChangePassword } }',
      { c: password, n: 'seven coconuts by noon' },
    );
    expect(changed.data.changePassword.mustChangePassword).toBe(false);
    const again = await gateway.anonymous(logIn, { i: '98450 77001', p: 'seven coconuts by noon' });
    expect(again.data.login.mustChangePassword).toBe(false);
  });

  it('are paused within two seconds while the next is not due, go on, and can be given up', async () => {
    await importPeople(
      Array.from({ length: 3 }, (_, index) => imported(`Person ${index}`, `984507710${index}`)),
    );
    const { data } = await admin(release, { perMinute: 1 });
    const { id, total } = data.releaseCredentials;
    expect(total).toBe(3);
    while ((await runOf(id)).sent < 1) await sleep(50);
    const control = async (command: string) => {
      const answer = await admin(`mutation ($id: ID!) { ${command}Release(id: $id) { state } }`, { id });
      return answer.code ?? answer.data[`${command}Release`].state;
    };
    expect(await control('pause')).toBe('PAUSED');
    const lease = () => gateway.database.leases.findOne({ _id: 'job/release' });
    const pausedAt = performance.now();
    while ((await lease()) !== null) await sleep(50);
    expect(performance.now() - pausedAt).toBeLessThan(2_000);
    expect(await control('resume')).toBe('QUEUED');
    await reaches(id, 'RUNNING');
    expect((await admin(release, { perMinute: 1 })).code).toBe('CONFLICT');
    expect(await control('cancel')).toBe('CANCELLED');
    expect(await control('resume')).toBe('CONFLICT');
    expect(await runOf(id)).toMatchObject({ sent: 1, finishedAt: expect.any(String) });
  });

  it('list those who got none page by page, each once, with the reason', async () => {
    await gateway.foreign.db.collection('users').insertMany(
      Array.from({ length: 5 }, (_, index) => ({
        id: `off-${index}`,
        name: `Off ${index}`,
        email: `off${index}@example.com`,
        role: 'customer',
        is_active: false,
      })),
    );
    await gateway.sweep();
    const { data } = await admin(release, { perMinute: 100_000 });
    const { id } = data.releaseCredentials;
    const run = await reaches(id, 'SUCCEEDED');
    const listed: { customerId: string; code: string }[] = [];
    for (let after: string | null = null; ; ) {
      const page = await admin(
        `query ($id: ID!, $after: String) {
          releaseRun(id: $id) {
            skipped(first: 2, after: $after) { nodes { customerId code message } pageInfo { hasNextPage endCursor } }
          }
        }`,
        { id, after },
      );
      const { nodes, pageInfo } = page.data.releaseRun.skipped;
      listed.push(...nodes);
      if (!pageInfo.hasNextPage) break;
      after = pageInfo.endCursor;
    }
    expect(listed).toHaveLength(run.skippedCount);
    expect(new Set(listed.map(({ customerId }) => customerId)).size).toBe(listed.length);
    for (let index = 0; index < 5; index += 1) {
      expect(listed).toContainEqual(
        expect.objectContaining({ customerId: `off-${index}`, code: 'INACTIVE' }),
      );
    }
  });

  it('are refused at an impossible rate, and for a backfill that nobody knows', async () => {
    const tooMany = await admin(release, { perMinute: 100_001 });
    expect([tooMany.code, tooMany.errors[0]?.extensions.argument]).toEqual(['BAD_USER_INPUT', 'perMinute']);
    const unknown = await admin('mutation { releaseCredentials(backfillId: "nobody") { id } }');
    expect(unknown.code).toBe('NOT_FOUND');
    expect((await admin('mutation { revertBatch(batchId: "nobody") { id } }')).code).toBe('NOT_FOUND');
    expect((await admin('{ releaseRun(id: "nobody") { id } }')).data.releaseRun).toBeNull();
    expect((await admin('{ repairRun(id: "nobody") { id } }')).data.repairRun).toBeNull();
  });
});

describe('a backfill undone through the API', () => {
  it('leaves whoever has used the login, and says why', async () => {
    const started = await admin('mutation { startBackfill(dryRun: false) { id } }');
    const batchId = started.data.startBackfill.id;
    const done = async (
      query: string,
      read: (data: Record<string, { state: string }>) => { state: string } | undefined,
    ) => {
      for (let look = 0; look < 400; look += 1) {
        const { data } = await admin(query);
        const run = read(data);
        if (run?.state === 'SUCCEEDED') return run;
        await sleep(50);
      }
      throw new Error('It does not come to its end.');
    };
    await done(`{ backfillRun(id: "${batchId}") { state } }`, (data) => data.backfillRun);
    const { accounts } = gateway.database;
    const made = await accounts.countDocuments({ createdByJob: batchId });
    expect(made).toBeGreaterThan(50);
    const used = await accounts.findOneAndUpdate(
      { createdByJob: batchId },
      { $set: { lastLoginAt: new Date() } },
    );
    expect(used).not.toBeNull();
    const reverted = await admin('mutation ($id: ID!) { revertBatch(batchId: $id) { id planned } }', {
      id: batchId,
    });
    const { id, planned } = reverted.data.revertBatch;
    expect(planned).toBe(made);
    const run = await done(
      `{ repairRun(id: "${id}") { state planned applied skippedCount skipped { nodes { action description } } } }`,
      (data) => data.repairRun,
    );
    expect(run).toMatchObject({
      planned: made,
      applied: made - 1,
      skippedCount: 1,
      skipped: {
        nodes: [{ action: 'REVERT_LOGIN', description: 'Somebody has logged in with this login.' }],
      },
    });
  });
});
