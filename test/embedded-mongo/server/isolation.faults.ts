import { afterAll, beforeAll, expect, it } from 'vitest';
import { randomOf } from './fuzz-messages.ts';
import { runTransactions } from './run-transactions.ts';
import { startTestServer, type TestServer } from './start-test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

it('20,000 concurrent transactions lose no update, and read nothing that is dirty, torn or changes', async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const faults = await runTransactions(server.client, `seed${seed}`, randomOf(seed), 10, 100);
    expect(faults, `seed ${seed}`).toMatchObject({
      lostUpdates: 0,
      dirtyReads: 0,
      changedReads: 0,
      tornSums: 0,
    });
  }
});
