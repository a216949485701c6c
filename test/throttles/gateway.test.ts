import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type BreakableGateway, startBreakableGateway } from '../http/support/breakable-gateway.ts';
import { type GraphqlAnswer, graphqlClient } from '../support/graphql-client.ts';

let broken: BreakableGateway;
let send: ReturnType<typeof graphqlClient>;
beforeAll(async () => {
  broken = await startBreakableGateway({ TRUSTED_PROXIES: '127.0.0.1' });
  send = graphqlClient(broken.url);
});
afterEach(() => broken.mend());
afterAll(() => broken.close());

/** The code that a log-in from an address of its own is refused with. */
async function refusedLogIn(at: number): Promise<string | undefined> {
  const response = await fetch(`${broken.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': `198.51.100.${at}` },
    body: JSON.stringify({
      query: `mutation { login(identifier: "nobody${at}@example.com", password: "wrong") { expiresAt } }`,
    }),
  });
  const { errors = [] } = (await response.json()) as Partial<GraphqlAnswer>;
  return errors[0]?.extensions.code;
}

it.each([
  ['login', 'login(identifier: "nobody@example.com", password: "wrong") { expiresAt }'],
  ['forgotPassword', 'forgotPassword(identifier: "nobody@example.com") { message }'],
  [
    'resetPassword',
    'resetPassword(token: "ABCDEFGH", identifier: "9876543211", newPassword: "saffron kettle 27") { message }',
  ],
])('%s answers UNAVAILABLE while its attempts cannot be counted', async (_field, field) => {
  expect((await send(`mutation { ${field} }`)).code).not.toBe('UNAVAILABLE');
  await broken.fail({ failCommands: ['findAndModify'], errorCode: 91 });
  expect((await send(`mutation { ${field} }`)).code).toBe('UNAVAILABLE');
});

it('a flood of log-ins is answered with RATE_LIMITED once its queue is full, and nobody else waits for it', {
  timeout: 60_000,
}, async () => {
  await broken.foreign.throttles.deleteMany({});
  const flood = 110;
  let over = false;
  const answers = Promise.all(Array.from({ length: flood }, (_, at) => refusedLogIn(at))).finally(() => {
    over = true;
  });
  const waitsMs: number[] = [];
  while (!over) {
    const askedAt = performance.now();
    expect((await fetch(`${broken.url}/health/live`)).status).toBe(200);
    waitsMs.push(performance.now() - askedAt);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const codes = await answers;
  const compared = codes.filter((code) => code === 'INVALID_CREDENTIALS').length;
  expect(codes.filter((code) => code === 'RATE_LIMITED').length).toBe(flood - compared);
  expect(compared).toBeGreaterThan(0);
  // What found no place was neither compared nor counted.
  expect(compared).toBeLessThan(flood);
  const counted = await broken.foreign.throttles.find({ _id: /^login-address/ as never }).toArray();
  expect(counted.map(({ count }) => count)).toEqual(Array(compared).fill(1));
  const [median = 0] = waitsMs.sort((one, other) => one - other).slice(Math.floor(waitsMs.length / 2));
  expect(waitsMs.length).toBeGreaterThan(5);
  // Looser than the 200 ms that the benchmark holds it to: other tests run on the same processors.
  expect(median).toBeLessThan(400);
});
