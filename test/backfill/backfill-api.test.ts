import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadDemoData } from '../../src/cli/demo/load-demo-data.ts';
import type { GraphqlClient } from '../support/graphql-client.ts';
import { oracleAddressOfId } from '../support/oracle-values.ts';
import { randomRecords } from '../support/random-records.ts';
import { startGateway, type TestGateway } from '../support/start-gateway.ts';

describe('the backfill over the API', () => {
  let gateway: TestGateway;
  let admin: GraphqlClient;
  beforeAll(async () => {
    gateway = await startGateway({
      async fill(database) {
        await loadDemoData(database);
        const { customersV2 } = randomRecords(36, 200);
        await database.db.collection('customers_v2').insertMany(
          customersV2.map((record) => ({
            ...record,
            user_id: null,
            _id: record._id as never,
            id: `random-${oracleAddressOfId(record._id)}`,
          })),
        );
      },
    });
    admin = await gateway.logIn(gateway.admin.email);
  });
  afterAll(() => gateway.close());

  const figures =
    'id dryRun state total processed created skipped errors error startedBy retryOf preview { byEmail bySms unreachable inactive }';
  const act = async (operation: string, variables: Record<string, unknown> = {}) => {
    const { data, errors } = await admin(operation, variables);
    if (errors.length > 0) throw Object.assign(new Error(errors[0]?.message), errors[0]?.extensions);
    return Object.values(data ?? {})[0] as never;
  };
  const start = (dryRun: boolean): Promise<Run> =>
    act(`mutation ($d: Boolean!) { startBackfill(dryRun: $d) { ${figures} } }`, { d: dryRun });
  const runOf = (id: string): Promise<Run> =>
    act(`query ($id: ID!) { backfillRun(id: $id) { ${figures} } }`, { id });
  const ended = async (id: string) => {
    for (;;) {
      const run = await runOf(id);
      expect(run.processed).toBe(run.created + run.skipped + run.errors);
      if (run.state !== 'QUEUED' && run.state !== 'RUNNING') return run;
      await sleep(20);
    }
  };
  interface Run {
    id: string;
    state: string;
    total: number;
    processed: number;
    created: number;
    skipped: number;
    errors: number;
  }
  /** Every entry of a list of a run, page by page. */
  const all = async (id: string, list: string, fields: string) => {
    const nodes: Record<string, unknown>[] = [];
    let after: string | null = null;
    for (;;) {
      const run: Record<string, { nodes: []; pageInfo: { hasNextPage: boolean; endCursor: string } }> =
        await act(
          `query ($id: ID!, $after: String) { backfillRun(id: $id) { ${list}(first: 30, after: $after) { nodes { ${fields} } pageInfo { hasNextPage endCursor } } } }`,
          { id, after },
        );
      const page = run[list];
      if (page === undefined) throw new Error(`There is no ${list}.`);
      nodes.push(...page.nodes);
      if (!page.pageInfo.hasNextPage) return nodes;
      after = page.pageInfo.endCursor;
    }
  };

  it('runs dry by default, then for good, and both list whom they count', async () => {
    const dry = await ended(((await act(`mutation { startBackfill { ${figures} } }`)) as Run).id);
    expect(dry).toMatchObject({ dryRun: true, state: 'SUCCEEDED', startedBy: expect.any(String) });
    const wouldBe = await all(dry.id, 'createdCustomers', 'id');
    expect(wouldBe).toHaveLength(dry.created);
    const { id } = await start(false);
    await expect(start(false)).rejects.toMatchObject({ code: 'CONFLICT' });
    const run = await ended(id);
    expect(run).toMatchObject({ dryRun: false, state: 'SUCCEEDED', preview: null, error: null });
    for (const figure of ['total', 'created', 'skipped', 'errors'] as const)
      expect(run[figure]).toBe(dry[figure]);
    const created = await all(id, 'createdCustomers', 'id link { state }');
    expect(created.map((customer) => customer.id).sort()).toEqual(
      wouldBe.map((customer) => customer.id).sort(),
    );
    expect(new Set(created.map(({ link }) => JSON.stringify(link)))).toEqual(new Set(['{"state":"LINKED"}']));
    const failures = await all(id, 'failures', 'customerV2Id code message');
    expect(failures).toHaveLength(run.errors);
    expect(failures).toEqual(
      expect.arrayContaining(await all(dry.id, 'failures', 'customerV2Id code message')),
    );
    const runs: Run[] = await act(`{ backfillRuns(first: 5) { ${figures} } }`);
    expect(runs.map((each) => each.id)).toEqual([id, dry.id]);
    const retried = await ended(
      ((await act(`mutation ($id: ID!) { retryBackfillFailures(id: $id) { ${figures} } }`, { id })) as Run)
        .id,
    );
    expect(retried).toMatchObject({ total: run.errors, created: 0, retryOf: id });
    expect(await gateway.database.journal.countDocuments({ action: 'LOGIN_CREATED' })).toBe(run.created);
  });

  it('pauses, resumes and cancels, and refuses what is over', async () => {
    const control = (name: string, id: string) =>
      act(`mutation ($id: ID!) { ${name}(id: $id) { ${figures} } }`, { id });
    const { id } = await start(false);
    await control('pauseBackfill', id).catch(() => undefined);
    const { state } = await runOf(id);
    if (state === 'PAUSED') await control('resumeBackfill', id);
    expect(await ended(id)).toMatchObject({ state: 'SUCCEEDED', created: 0 });
    await expect(control('cancelBackfill', id)).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(control('pauseBackfill', 'nobody')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await act('query { backfillRun(id: "nobody") { id } }')).toBeNull();
  });
});
