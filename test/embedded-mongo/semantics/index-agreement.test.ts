import { afterAll, beforeAll, describe, it } from 'vitest';
import { startTestServer, type TestServer } from '../server/start-test-server.ts';
import { expectIndexesToAgree } from './expect-indexes-to-agree.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

describe('answers by index are those of a scan of the collection', () => {
  it('for random documents and queries', () =>
    expectIndexesToAgree(server.db, 1, { documents: 120, queries: 84 }));

  it('for others at each run', () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    return expectIndexesToAgree(server.db, seed, { documents: 120, queries: 60 });
  });
});
