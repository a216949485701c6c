import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGateway, type TestGateway } from '../support/start-gateway.ts';
import { type BreakableGateway, startBreakableGateway } from './support/breakable-gateway.ts';
import { post, send } from './support/send.ts';

describe('the HTTP surface', () => {
  let gateway: TestGateway;

  beforeAll(async () => {
    gateway = await startGateway({
      environment: {
        CORS_ORIGINS: 'https://admin.example.com,http://localhost:5173',
        TRUSTED_PROXIES: '127.0.0.1,10.0.0.0/8',
      },
    });
  });
  afterAll(() => gateway.close());

  it('says that it lives and is ready', async () => {
    expect(await send(`${gateway.url}/health/live`)).toMatchObject({ status: 200, body: { status: 'live' } });
    expect(await send(`${gateway.url}/health/ready`)).toMatchObject({
      status: 200,
      body: { status: 'ready' },
    });
  });

  it('publishes keys without their private halves', async () => {
    const { status, headers, body } = await send(`${gateway.url}/.well-known/jwks.json`);
    expect([status, headers.get('content-type')]).toEqual([200, expect.stringMatching(/^application\/json/)]);
    expect(headers.get('cache-control')).toBe('public, max-age=300');
    expect(body.keys).toHaveLength(1);
    expect(Object.keys(body)).toEqual(['keys']);
    for (const key of body.keys)
      expect(Object.keys(key).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x']);
  });

  it.each([
    ['an answer', () => post(gateway.url, { query: '{ me { id } }' })],
    ['a refusal', () => post(gateway.url, 'x')],
    ['health', () => send(`${gateway.url}/health/live`)],
    ['the keys', () => send(`${gateway.url}/.well-known/jwks.json`)],
    ['the way to the playground', () => send(`${gateway.url}/`)],
    ['the playground', () => send(`${gateway.url}/graphql`, { headers: { accept: 'text/html' } })],
    ['nothing', () => send(`${gateway.url}/nothing`)],
  ])('sends security headers with %s, and no word of what it is made of', async (_, ask) => {
    const { headers } = await ask();
    expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
    expect(headers.get('content-security-policy')).not.toMatch(/https?:|\*/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect([headers.get('x-powered-by'), headers.get('server')]).toEqual([null, null]);
  });

  it('lets nobody keep the answers of the API', async () => {
    expect((await post(gateway.url, { query: '{ me { id } }' })).headers.get('cache-control')).toBe(
      'no-store',
    );
  });

  it('names each request differently', async () => {
    const ids = await Promise.all(
      [{ query: '{ me { id } }' }, 'x', '[]'].map(async (body) =>
        (await post(gateway.url, body)).headers.get('x-request-id'),
      ),
    );
    expect(new Set(ids).size).toBe(3);
    for (const id of ids) expect(id).toMatch(/^[\da-f-]{36}$/);
  });

  describe('pages of other origins', () => {
    const preflight = (origin: string) =>
      send(`${gateway.url}/graphql`, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'content-type',
        },
      });

    it.each(['https://admin.example.com', 'http://localhost:5173'])(
      'may call it when they are listed: %s',
      async (origin) => {
        const asked = await preflight(origin);
        expect([asked.status, asked.headers.get('access-control-allow-origin')]).toEqual([204, origin]);
        expect(asked.headers.get('access-control-allow-methods')).toBe('POST');
        expect(asked.headers.get('access-control-allow-headers')).toContain('content-type');
        const answer = await post(gateway.url, { query: '{ me { id } }' }, { origin });
        expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
        expect(answer.headers.get('vary')).toMatch(/origin/i);
      },
    );

    it.each([
      'https://evil.example.com',
      'https://admin.example.com.evil.example',
      'http://admin.example.com',
      'https://admin.example.com:8443',
      'null',
      '*',
    ])('may not when they are not: %s', async (origin) => {
      for (const { headers } of [
        await preflight(origin),
        await post(gateway.url, { query: '{ me { id } }' }, { origin }),
      ]) {
        const granted = [...headers.keys()].filter((name) => name.startsWith('access-control-'));
        expect(granted).toEqual([]);
        expect(headers.get('vary')).toMatch(/origin/i);
      }
    });

    it('get to send the cookie of their session when they are allowed, and only then', async () => {
      const { headers } = await preflight('https://admin.example.com');
      expect(headers.get('access-control-allow-credentials')).toBe('true');
      const foreign = await preflight('https://evil.example.com');
      expect(foreign.headers.get('access-control-allow-credentials')).toBeNull();
    });
  });

  describe('the address of a client', () => {
    /** Whose attempts a failed log-in was counted with. */
    async function countedFor(forwarded: string | undefined): Promise<string[]> {
      await gateway.foreign.throttles.deleteMany({});
      await post(
        gateway.url,
        { query: 'mutation { login(identifier: "nobody@example.com", password: "x") { expiresAt } }' },
        forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
      );
      const counted = await gateway.foreign.throttles.find({}).toArray();
      return counted.map(({ _id }) => _id).filter((id) => id.startsWith('login-address/'));
    }

    it.each([
      ['the connection itself, without a proxy', undefined, '127.0.0.1'],
      ['what a trusted proxy saw', '203.0.113.7', '203.0.113.7'],
      ['what the first trusted proxy of several saw', '203.0.113.7, 10.1.2.3', '203.0.113.7'],
      ['not what a client wrote before it', '198.51.100.1, 203.0.113.7', '203.0.113.7'],
      ['not what a client wrote before several', '127.0.0.1, 203.0.113.7, 10.1.2.3', '203.0.113.7'],
      ['the proxy, when it forwards nonsense', 'unknown', '127.0.0.1'],
    ])('is %s', async (_, forwarded, expected) => {
      expect(await countedFor(forwarded)).toEqual([`login-address/${expected}`]);
    });
  });
});

describe('a gateway without trusted proxies', () => {
  it('believes no forwarded address', async () => {
    const gateway = await startGateway({ fill: async () => {} });
    try {
      const query = 'mutation { login(identifier: "nobody@example.com", password: "x") { expiresAt } }';
      await post(gateway.url, { query }, { 'x-forwarded-for': '203.0.113.7', forwarded: 'for=203.0.113.7' });
      const counted = await gateway.foreign.throttles.find({}).toArray();
      expect(counted.map(({ _id }) => _id)).toContain('login-address/127.0.0.1');
      expect(JSON.stringify(counted)).not.toContain('203.0.113.7');
    } finally {
      await gateway.close();
    }
  });
});

describe('a gateway whose database goes away', () => {
  let broken: BreakableGateway;
  beforeAll(async () => {
    broken = await startBreakableGateway();
  });
  afterAll(() => broken.close());

  const ready = () => send(`${broken.url}/health/ready`);

  it('is alive but not ready, answers UNAVAILABLE within bounds, and is ready within seconds of its return', async () => {
    expect((await ready()).status).toBe(200);
    await broken.stopDatabase();
    const startedAt = performance.now();
    const [notReady, alive, answer] = await Promise.all([
      ready(),
      send(`${broken.url}/health/live`),
      post(broken.url, {
        query: 'mutation { login(identifier: "a@example.com", password: "b") { expiresAt } }',
      }),
    ]);
    expect([notReady.status, notReady.body]).toEqual([503, { status: 'unavailable' }]);
    expect(alive.status).toBe(200);
    expect(answer.code).toBe('UNAVAILABLE');
    expect(performance.now() - startedAt).toBeLessThan(15_000);

    await broken.startDatabase();
    await expect.poll(async () => (await ready()).status, { timeout: 10_000, interval: 100 }).toBe(200);
    expect((await post(broken.url, { query: '{ me { id } }' })).body).toEqual({ data: { me: null } });
  }, 40_000);

  it('finishes what is under way when it is stopped, takes nothing new, and does not wait for idle clients', async () => {
    await broken.fail({ failCommands: ['find'], blockConnection: true, blockTimeMS: 800 });
    await post(broken.url, { query: '{ me { id } }' });
    const underWay = post(broken.url, {
      query:
        'mutation { login(identifier: "admin@example.com", password: "saffron-kettle-harbour-27") { viewer { role } } }',
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    const startedAt = performance.now();
    const stopped = broken.gateway.stop();
    await expect(openConnection(broken.url)).rejects.toThrow('ECONNREFUSED');
    expect((await underWay).body).toEqual({ data: { login: { viewer: { role: 'ADMIN' } } } });
    await stopped;
    expect(performance.now() - startedAt).toBeLessThan(8_000);
  });
});

function openConnection(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    request(`${url}/health/live`, { agent: false }, (response) => response.resume().on('end', resolve))
      .on('error', reject)
      .end();
  });
}
