import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGateway, type TestGateway } from '../support/start-gateway.ts';

const publicUrl = 'https://gateway.example.com/delivery';
const ownPage = { origin: 'https://gateway.example.com', 'sec-fetch-site': 'same-origin' };
const adminPage = { origin: 'https://admin.example.com', 'sec-fetch-site': 'same-site' };
const transport = { 'x-session-transport': 'cookie' };

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({
    environment: { PUBLIC_URL: publicUrl, CORS_ORIGINS: 'https://admin.example.com' },
  });
});
afterAll(() => gateway.close());

describe('the refresh token of a browser', () => {
  it('is in a cookie that no script reads, no foreign page sends and nothing but the API gets', async () => {
    const { cookie, data } = await logIn(ownPage);
    expect(data.login?.refreshToken).toBeNull();
    expect(data.login?.accessToken).toBeTypeOf('string');
    const [pair = '', ...attributes] = cookie.split('; ');
    expect(pair).toMatch(/^__Secure-gateway-refresh=[\w-]{43}$/);
    expect(attributes.sort()).toEqual([
      'HttpOnly',
      `Max-Age=${30 * 24 * 60 * 60}`,
      'Path=/delivery/graphql',
      'SameSite=Strict',
      'Secure',
    ]);
  });

  it('is in no answer: neither of a refresh nor of a change of password', async () => {
    const { cookie } = await logIn(adminPage);
    const refreshed = await send(refresh, { ...adminPage, ...transport, cookie: pairOf(cookie) });
    expect(refreshed.data.refreshSession?.refreshToken).toBeNull();
    expect(pairOf(refreshed.cookie)).toMatch(/=[\w-]{43}$/);
    expect(pairOf(refreshed.cookie)).not.toBe(pairOf(cookie));
    const current = gateway.people.password;
    const changed = await send(
      `mutation { changePassword(currentPassword: "${current}", newPassword: "a-fresh-harbour-kettle-28") { refreshToken } }`,
      {
        ...adminPage,
        ...transport,
        authorization: `Bearer ${refreshed.data.refreshSession?.accessToken}`,
      },
    );
    expect(changed.data.changePassword?.refreshToken).toBeNull();
    expect(pairOf(changed.cookie)).toMatch(/=[\w-]{43}$/);
    expect((await send(refresh, { ...ownPage, ...transport, cookie: pairOf(changed.cookie) })).code).toBe(
      undefined,
    );
    expect((await send(refresh, { ...ownPage, ...transport, cookie: pairOf(refreshed.cookie) })).code).toBe(
      'UNAUTHENTICATED',
    );
    await gateway.foreign.users.updateOne(
      { email: gateway.people.customerEmail },
      { $set: { password_hash: passwordHash } },
    );
  });

  it('is found among other cookies, and absent is nobody', async () => {
    const { cookie } = await logIn(ownPage);
    const among = `theme=dark; x__Secure-gateway-refresh=no; ${pairOf(cookie)}; last=1`;
    expect((await send(refresh, { ...ownPage, ...transport, cookie: among })).code).toBe(undefined);
    for (const other of ['theme=dark', '__Secure-gateway-refresh=', '']) {
      expect((await send(refresh, { ...ownPage, ...transport, cookie: other })).code).toBe('UNAUTHENTICATED');
    }
  });

  it('is cleared by a log-out, which ends the session with an expired access token, too, and twice', async () => {
    const { cookie } = await logIn(ownPage);
    const headers = { ...ownPage, ...transport, cookie: pairOf(cookie), authorization: 'Bearer a.b.c' };
    for (const _ of ['once', 'twice']) {
      const answer = await send('mutation { logout { message } }', headers);
      expect(answer.data.logout?.message).toBe('You are logged out.');
      expect(answer.cookie).toMatch(
        /^__Secure-gateway-refresh=; Max-Age=0; Path=\/delivery\/graphql; HttpOnly/,
      );
    }
    expect((await send(refresh, headers)).code).toBe('UNAUTHENTICATED');
  });
});

describe('a page of another site', () => {
  const foreignPages = {
    'of another site': { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
    'of another site in an old browser': { origin: 'https://evil.example' },
    'of a neighbour that is not allowed': {
      origin: 'https://shop.example.com',
      'sec-fetch-site': 'same-site',
    },
    'without an origin': { origin: 'null' },
    'that says nothing of where it is from': {},
    'of an allowed origin that is another site': { ...adminPage, 'sec-fetch-site': 'cross-site' },
  };

  it.each(Object.entries(foreignPages))('%s gets nothing by the cookie', async (_, page) => {
    const { cookie } = await logIn(ownPage);
    const headers = { ...page, ...transport, cookie: pairOf(cookie) };
    for (const operation of [refresh, 'mutation { logout { message } }']) {
      const answer = await send(operation, headers);
      expect(answer.code).toBe('FORBIDDEN');
      expect(answer.cookie).toBe('');
    }
    expect((await send(logInOperation(), { ...page, ...transport })).code).toBe('FORBIDDEN');
    expect((await send(refresh, { ...ownPage, ...transport, cookie: pairOf(cookie) })).code).toBe(undefined);
  });

  it('that does not ask for the cookie gets nothing by it either', async () => {
    const { cookie } = await logIn(ownPage);
    const headers = { ...ownPage, cookie: pairOf(cookie) };
    expect((await send(refresh, headers)).code).toBe('BAD_USER_INPUT');
    await send('mutation { logout { message } }', headers);
    expect((await send(refresh, { ...headers, ...transport })).code).toBe(undefined);
  });

  it('may not ask for it: only allowed origins pass the preflight, with credentials', async () => {
    const preflight = async (origin: string) => {
      const response = await fetch(`${gateway.url}/graphql`, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'content-type, x-session-transport',
        },
      });
      return ['origin', 'credentials', 'headers'].map((name) =>
        response.headers.get(`access-control-allow-${name}`),
      );
    };
    expect(await preflight('https://evil.example')).toEqual([null, null, null]);
    const [origin, credentials, headers] = await preflight('https://admin.example.com');
    expect([origin, credentials]).toEqual(['https://admin.example.com', 'true']);
    expect(headers).toContain('x-session-transport');
  });

  it('cannot send a form: nothing but JSON is read', async () => {
    const { cookie } = await logIn(ownPage);
    const answer = await send(refresh, {
      ...ownPage,
      ...transport,
      cookie: pairOf(cookie),
      'content-type': 'text/plain',
    });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.cookie).toBe('');
  });
});

it('a client that is no browser gets its refresh token in the answer, and no cookie', async () => {
  const { data, cookie } = await send(logInOperation(), {});
  expect(data.login?.refreshToken).toMatch(/^[\w-]{43}$/);
  expect(cookie).toBe('');
  const answer = await send(
    `mutation { refreshSession(refreshToken: "${data.login?.refreshToken}") { refreshToken viewer { email } } }`,
    {},
  );
  expect(answer.data.refreshSession?.viewer.email).toBe(gateway.people.customerEmail);
  expect(answer.cookie).toBe('');
});

const refresh = 'mutation { refreshSession { accessToken refreshToken } }';
let passwordHash: unknown;

function logInOperation() {
  const { customerEmail, password } = gateway.people;
  return `mutation { login(identifier: "${customerEmail}", password: "${password}") { accessToken refreshToken } }`;
}

async function logIn(page: Record<string, string>) {
  const { customerEmail } = gateway.people;
  passwordHash ??= (await gateway.foreign.users.findOne({ email: customerEmail }))?.password_hash;
  return send(logInOperation(), { ...page, ...transport });
}

async function send(query: string, headers: Record<string, string>) {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = (await response.json()) as Answer;
  return {
    status: response.status,
    data: data ?? {},
    code: errors?.[0]?.extensions.code,
    cookie: response.headers.get('set-cookie') ?? '',
  };
}

interface Answer {
  readonly data?: Record<
    string,
    { accessToken: string; refreshToken: string; message: string; viewer: { email: string } }
  >;
  readonly errors?: { extensions: { code: string } }[];
}

function pairOf(cookie: string): string {
  return cookie.split(';', 1)[0] ?? '';
}
