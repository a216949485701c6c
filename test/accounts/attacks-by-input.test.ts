import bcrypt from 'bcrypt';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { post, send } from '../http/support/send.ts';
import { type GraphqlClient, graphqlClient } from '../support/graphql-client.ts';
import { secretIn } from '../support/inbox.ts';
import {
  type AttackedGateway,
  newPassword,
  openAttackedGateway,
  password,
} from './support/attacked-gateway.ts';

let gateway: AttackedGateway;
let admin: GraphqlClient;
const startMs = Date.parse('2026-03-01T10:00:00.000Z');
const minuteMs = 60_000;
beforeAll(async () => {
  gateway = await openAttackedGateway();
  admin = await gateway.clientOf('admin@example.com');
});
afterAll(() => gateway?.close());
beforeEach(async () => {
  gateway.clock.ms = startMs;
  await gateway.foreign.throttles.deleteMany({});
});

/** The token of the link that somebody is sent who asks for a new password. */
async function resetLink(email: string): Promise<string> {
  await gateway.forgot(email);
  return tokenOf(secretIn(await gateway.messageTo(email, { kind: 'PASSWORD_RESET' })));
}

const tokenOf = (link: string) => new URL(link).searchParams.get('token') ?? '';

describe('one kind of secret in place of another', () => {
  it('opens nothing, each of them at each door but its own', async () => {
    await gateway.signUp('holder');
    await gateway.addRecord('holder-record', { email: 'record@owner.example' });
    await gateway.signUp('mover');
    await gateway.signUp('phone-only', { email: null, phone: '9845600001' });
    await admin('mutation { linkCustomer(userId: "holder", customerV2Id: "holder-record") { id } }');
    await admin(
      'mutation { createStaff(input: { name: "New", email: "new@example.com", role: DELIVERY_BOY }) { id } }',
    );
    const tokens = await gateway.tokensOf('holder@example.com');
    const holder = graphqlClient(gateway.url, tokens.accessToken);
    const mover = await gateway.clientOf('mover@example.com');
    await mover(`mutation { setEmail(email: "moved@example.com", currentPassword: "${password}") { id } }`);
    await gateway.forgot('9845600001');

    const doors: Record<string, (secret: string) => Promise<string | undefined>> = {
      accessToken: async (secret) => (await graphqlClient(gateway.url, secret)('{ me { id } }')).code,
      refreshToken: async (token) =>
        (
          await gateway.anonymous(
            'mutation ($token: String) { refreshSession(refreshToken: $token) { expiresAt } }',
            { token },
          )
        ).code,
      refreshCookie: async (secret) => {
        const headers = {
          cookie: `gateway-refresh=${secret}`,
          'x-session-transport': 'cookie',
          'sec-fetch-site': 'same-origin',
        };
        const query = 'mutation { refreshSession { expiresAt } }';
        return (await post(gateway.url, { query }, headers)).code;
      },
      linkCode: async (code) =>
        (await holder('mutation ($code: String!) { confirmLink(code: $code) { id } }', { code })).code,
      confirmLink: async (token) =>
        (
          await gateway.anonymous('mutation ($token: String!) { confirmEmail(token: $token) { message } }', {
            token,
          })
        ).code,
      resetLink: async (secret) => refusalOf(await gateway.tryReset(secret)),
      smsCode: async (secret) => {
        for (const identifier of ['holder@example.com', 'mover@example.com']) {
          expect(await gateway.tryReset(secret, identifier)).toBe('INVALID_OR_EXPIRED_TOKEN');
        }
        return refusalOf(await gateway.tryReset(secret, '9845600001'));
      },
      temporaryPassword: async (secret) => refusalOf(await gateway.tryLogIn('new@example.com', secret)),
      password: async (secret) => refusalOf(await gateway.tryLogIn('holder@example.com', secret)),
    };
    const secrets: Record<string, string> = {
      ...tokens,
      linkCode: secretIn(await gateway.messageTo('record@owner.example', { kind: 'LINK_CODE' })),
      confirmLink: tokenOf(secretIn(await gateway.messageTo('moved@example.com', { kind: 'CONFIRM_EMAIL' }))),
      smsCode: secretIn(await gateway.messageTo('+919845600001', { kind: 'PASSWORD_RESET_CODE' })),
      temporaryPassword: secretIn(await gateway.messageTo('new@example.com', { kind: 'CREDENTIALS' })),
      resetLink: await resetLink('holder@example.com'),
    };
    expect(Object.values(secrets).every((secret) => secret.length >= 8)).toBe(true);
    for (const [kind, secret] of Object.entries(secrets)) {
      for (const [door, open] of Object.entries(doors)) {
        // A reset link is good with or without an identifier, a refresh token in a cookie or without one.
        const own = kind === door || (kind === 'refreshToken' && door === 'refreshCookie');
        if (own || (kind === 'resetLink' && door === 'smsCode')) continue;
        // The code alone is asked for its identifier before anything is looked up.
        const refusals = /Code$/.test(kind) && door === 'resetLink' ? ['BAD_USER_INPUT'] : refused;
        expect(refusals, `${kind} as ${door}`).toContain(await open(secret));
      }
    }
    // All of them are good still, each at its own door; the last ones end what was before.
    const order = [
      'accessToken',
      'refreshToken',
      'linkCode',
      'temporaryPassword',
      'smsCode',
      'resetLink',
      'confirmLink',
    ];
    expect(order.toSorted()).toEqual(Object.keys(secrets).toSorted());
    for (const kind of order) expect(await doors[kind]?.(secrets[kind] ?? ''), kind).toBeUndefined();
  });
});

const refused = ['UNAUTHENTICATED', 'INVALID_CREDENTIALS', 'INVALID_OR_EXPIRED_TOKEN'];
const refusalOf = (outcome: string | undefined) =>
  outcome === 'session' || outcome === 'changed' ? undefined : outcome;

describe('a query operator where text is expected', () => {
  const credentials: [string, string[]][] = [
    ['login', ['identifier', 'password']],
    ['forgotPassword', ['identifier']],
    ['resetPassword', ['token', 'identifier', 'newPassword']],
    ['refreshSession', ['refreshToken']],
    ['logout', ['refreshToken']],
    ['changePassword', ['currentPassword', 'newPassword']],
    ['setEmail', ['email', 'currentPassword']],
    ['confirmEmail', ['token']],
    ['confirmLink', ['code']],
  ];
  const cases = credentials.flatMap(([field, names]) => names.map((name) => ({ field, names, name })));

  it.each(cases)('reaches no filter: $field($name)', async ({ field, names, name }) => {
    const selection = ['login', 'refreshSession', 'changePassword'].includes(field)
      ? '{ expiresAt }'
      : ['setEmail', 'confirmLink'].includes(field)
        ? '{ id }'
        : '{ message }';
    const optional = ['refreshToken', 'identifier'];
    const types = names.map(
      (each) =>
        `$${each}: String${optional.includes(each) && field !== 'login' && field !== 'forgotPassword' ? '' : '!'}`,
    );
    const call = names.map((each) => `${each}: $${each}`);
    const others = Object.fromEntries(names.map((each) => [each, 'admin@example.com']));
    const asVariable = `mutation (${types.join(', ')}) { ${field}(${call.join(', ')}) ${selection} }`;
    const before = await gateway.records();
    for (const operator of [{ $ne: null }, { $gt: '' }, { $regex: '.*' }, ['admin@example.com'], 5, true]) {
      const answer = await admin(asVariable, { ...others, [name]: operator });
      expect(answer, JSON.stringify(operator)).toMatchObject({ code: 'BAD_USER_INPUT', data: null });
    }
    const written = names.map((each) => `${each}: ${each === name ? '{ ne: null }' : '"x"'}`);
    const inDocument = await admin(`mutation { ${field}(${written.join(', ')}) ${selection} }`);
    expect(inDocument.data).toBeNull();
    expect(['BAD_USER_INPUT', 'GRAPHQL_VALIDATION_FAILED']).toContain(inDocument.code);
    // As text it is a text like any other, which nobody has. Who logs out by it is logged out of nothing.
    if (field !== 'logout' && field !== 'forgotPassword') {
      const asText = await admin(asVariable, { ...others, [name]: '{"$ne": null}' });
      expect(asText.code).toBeTypeOf('string');
    }
    expect(await gateway.changedSince(before)).toEqual([]);
  });

  it('reaches none through the forms of the pages either', async () => {
    const before = await gateway.records();
    const bodies = ['token[$ne]=', 'token[]=x', 'code[$ne]=&identifier[$ne]=', 'token=x&token=y'];
    for (const page of ['/reset-password', '/confirm-email']) {
      for (const body of bodies) {
        const answer = await send(`${gateway.url}${page}`, {
          method: 'POST',
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          body: `${body}&newPassword=${encodeURIComponent(newPassword)}`,
        });
        expect(answer.status, `${page} ${body}`).toBe(400);
      }
    }
    expect(await gateway.changedSince(before)).toEqual([]);
  });
});

describe('a password of enormous length', () => {
  it('of a megabyte is refused before it is read, and of 90 kB before it is hashed', async () => {
    await gateway.signUp('long');
    const token = await resetLink('long@example.com');
    const client = await gateway.clientOf('long@example.com');
    for (const [length, codes] of [
      [1_000_000, ['BAD_USER_INPUT', 'BAD_REQUEST', 'PAYLOAD_TOO_LARGE', 'QUERY_TOO_EXPENSIVE']],
      [90_000, ['BAD_USER_INPUT', 'INVALID_CREDENTIALS']],
    ] as const) {
      const long = 'é1'.repeat(length / 3);
      const begun = performance.now();
      expect(codes).toContain(await gateway.tryLogIn('long@example.com', long));
      expect(codes).toContain(await gateway.tryReset(token, null, long));
      const changed = await client(
        'mutation ($p: String!, $n: String!) { changePassword(currentPassword: $p, newPassword: $n) { expiresAt } }',
        { p: password, n: long },
      );
      expect(codes).toContain(changed.code);
      expect(performance.now() - begun).toBeLessThan(5_000);
    }
    expect(await gateway.tryReset(token)).toBe('changed');
  });

  it('is never cut: one of 72 bytes and more is no other one that begins alike', async () => {
    const whole = 'kettle-7 '.repeat(8);
    const { password_hash } = await gateway.signUp('cut', { password_hash: bcrypt.hashSync(whole, 4) });
    expect(password_hash).toBe(bcrypt.hashSync(`${whole}X`, password_hash));
    expect(await gateway.tryLogIn('cut@example.com', `${whole}X`)).toBe('INVALID_CREDENTIALS');
    expect(await gateway.tryLogIn('cut@example.com', `${whole}Y`)).toBe('INVALID_CREDENTIALS');
    expect(await gateway.tryLogIn('cut@example.com', whole)).toBe('session');
    const token = await resetLink('cut@example.com');
    expect(await gateway.tryReset(token, null, `${'saffron-8'.repeat(8)}X`)).toBe('BAD_USER_INPUT');
    expect(await gateway.tryReset(token, null, 'saffron-8'.repeat(8))).toBe('changed');
  });
});

describe('times without a zone', () => {
  it.each(['Pacific/Kiritimati', 'Asia/Kolkata', 'America/Los_Angeles'])(
    'move no expiry by the zone of the machine: %s',
    async (zone) => {
      const machine = process.env.TZ;
      onTestFinished(() => {
        if (machine === undefined) delete process.env.TZ;
        else process.env.TZ = machine;
      });
      process.env.TZ = zone;
      const id = zone.replace('/', '-').toLowerCase();
      await gateway.signUp(id, {
        password_reset_token: 'a'.repeat(43),
        password_reset_expires: '2026-03-01T10:30:00',
      });
      await gateway.signUp(`${id}-late`);
      const links = [resetLink(`${id}@example.com`), resetLink(`${id}-late@example.com`)];
      const [token = '', late = ''] = await Promise.all(links);
      expect(await gateway.tryReset('a'.repeat(43))).toBe('INVALID_OR_EXPIRED_TOKEN');
      gateway.clock.ms = startMs + 60 * minuteMs - 1_000;
      expect(await gateway.tryReset(token)).toBe('changed');
      gateway.clock.ms = startMs + 60 * minuteMs + 1_000;
      expect(await gateway.tryReset(late)).toBe('INVALID_OR_EXPIRED_TOKEN');
    },
  );

  it('stored as text in place of an expiry make a link no good, rather than good for ever', async () => {
    await gateway.signUp('restored');
    const token = await resetLink('restored@example.com');
    const tokens = gateway.foreign.db.collection('tokens');
    const stored = await tokens.findOne({ email: 'restored@example.com' });
    await tokens.updateOne({ email: 'restored@example.com' }, { $set: { expiresAt: '2026-03-01T23:00:00' } });
    expect(await gateway.tryReset(token)).toBe('INVALID_OR_EXPIRED_TOKEN');
    await tokens.updateOne({ email: 'restored@example.com' }, { $set: { expiresAt: stored?.expiresAt } });
    expect(await gateway.tryReset(token)).toBe('changed');
  });
});

describe('a regular expression as search text', () => {
  it.each([
    'hol.?er',
    '^zq|holder$',
    'h[aeiou]lder',
    '/h.lder/i',
    '(a+)+zq$',
    '(.*a){30}zq$',
    '([a-z]+)*zq@.*',
  ])('is text: it finds nobody, and takes no time: %s', async (pattern) => {
    await gateway.foreign.users.updateOne({ id: 'holder' }, { $set: { name: `holder ${'a'.repeat(40)}!` } });
    await gateway.sweep();
    const begun = performance.now();
    const searches = await admin(
      `query ($p: String!) {
          plain: customers(filter: { search: "holder" }) { nodes { name } }
          customers(filter: { search: $p }) { nodes { id } }
          deliveryBoys(search: $p) { nodes { id } }
          findCustomer(identifier: $p) { ... on CustomerFound { customer { id } } ... on CustomerNotFound { __typename } }
        }`,
      { p: pattern },
    );
    expect(searches.errors).toEqual([]);
    expect(searches.data.plain.nodes).not.toEqual([]);
    expect(JSON.stringify(searches.data)).not.toContain('"id"');
    expect(await gateway.tryLogIn(pattern)).toBe('INVALID_CREDENTIALS');
    expect(await gateway.tryReset('ABCDEFGH', pattern)).toBe('INVALID_OR_EXPIRED_TOKEN');
    expect(performance.now() - begun).toBeLessThan(5_000);
  });
});
