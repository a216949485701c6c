import { afterAll, beforeAll, expect, it } from 'vitest';
import { sendFuzzed } from './fuzz-messages.ts';
import { startTestServer, type TestServer } from './start-test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

it('answers through 100,000 messages that are wrong in some way', async () => {
  for (let seed = 1; seed <= 100; seed++) {
    expect(await sendFuzzed(`${server.dataDir}/mongo.sock`, seed, 1000), `seed ${seed}`).toBe(1000);
  }
  expect(await server.db.command({ ping: 1 })).toMatchObject({ ok: 1 });
});
