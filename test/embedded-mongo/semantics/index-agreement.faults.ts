import { afterAll, beforeAll, describe, it } from 'vitest';
import { startTestServer, type TestServer } from '../server/start-test-server.ts';
import { expectIndexesToAgree } from './expect-indexes-to-agree.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

describe('answers by index are those of a scan of the collection', () => {
  it('for 12000 random queries; FAULT_SEED brings an earlier run back', async () => {
    const first = Number(process.env.FAULT_SEED ?? Math.floor(Math.random() * 2 ** 30));
    console.info(`FAULT_SEED=${first}`);
    for (let seed = first; seed < first + 30; seed++) {
      await expectIndexesToAgree(server.db, seed, { documents: 400, queries: 400 });
    }
  });
});
