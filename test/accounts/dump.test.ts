import { createHash } from 'node:crypto';
import { BSON } from 'mongodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type MailServer, startMailServer } from '../notifications/support/mail-server.ts';
import { type SmsReceiver, startSmsReceiver } from '../notifications/support/sms-receiver.ts';
import { secretIn } from '../support/inbox.ts';
import { until } from '../watcher/support/watched-database.ts';
import { type AttackedGateway, openAttackedGateway, password } from './support/attacked-gateway.ts';

let mails: MailServer;
let sms: SmsReceiver;
let gateway: AttackedGateway;
/** Every kind of secret that the gateway gives out, as its owner has it. */
const secrets: Record<string, string> = {};
/** The whole database while messages wait to be sent, and after they were. */
const dumps: string[] = [];
const phone = '9845700001';
const idempotencyKey = 'order-form-2026-03-01-0007';

beforeAll(async () => {
  [mails, sms] = await Promise.all([startMailServer(), startSmsReceiver()]);
  gateway = await openAttackedGateway({
    SMTP_URL: mails.url,
    SMS_WEBHOOK_URL: sms.url,
    SMS_WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
  });
  // No provider takes anything; that of SMS repeats in its refusal what it was told.
  mails.behaviour.data = '451 4.3.0 Try again later';
  sms.answer = 503;
  await askForEverything();
  await until(async () => (await failed()) === 5, 'five messages that could not be sent');
  await until(async () => sms.posts.length > 0, 'an SMS');
  dumps.push(await dump());

  delete mails.behaviour.data;
  sms.answer = 202;
  gateway.clock.ms += 15_000;
  await until(async () => (await unsent()) === 0, 'the end of the outbox');
  dumps.push(await dump());
  secrets['link code'] = secretTo('record@owner.example', 'LINK_CODE');
  secrets['link for a new e-mail'] = tokenOf(secretTo('moved@example.com', 'CONFIRM_EMAIL'));
  secrets['temporary password'] = secretTo('new@example.com', 'CREDENTIALS');
  secrets['reset link'] = tokenOf(secretTo('owner@example.com', 'PASSWORD_RESET'));
  secrets['SMS code'] = secretIn({
    kind: 'PASSWORD_RESET_CODE',
    text: JSON.parse(sms.posts.at(-1)?.body ?? '{}').text,
  });
});
afterAll(async () => {
  await gateway?.close();
  await mails?.close();
  await sms?.close();
});

it('a dump of every collection holds none of the secrets that were given out, neither while they wait nor after', () => {
  expect(Object.keys(secrets).toSorted()).toEqual(kinds);
  for (const text of dumps) {
    expect(text.length).toBeGreaterThan(5_000);
    for (const [kind, secret] of Object.entries(secrets)) {
      expect(secret.length, kind).toBeGreaterThanOrEqual(8);
      for (const form of [
        secret,
        Buffer.from(secret).toString('base64').replace(/=+$/, ''),
        Buffer.from(secret).toString('hex'),
      ]) {
        expect(text.includes(form), `${kind} as ${form.slice(0, 4)}…`).toBe(false);
      }
    }
  }
});

it('what is short enough to be guessed stands in it under no digest that a guess could be compared with', () => {
  for (const text of dumps) {
    for (const kind of guessable) {
      for (const digest of plainDigests(secrets[kind] ?? '')) expect(text, kind).not.toContain(digest);
    }
    // Of what nobody can guess it does stand there, so the search would find it.
    for (const kind of unguessable) {
      const found = plainDigests(secrets[kind] ?? '').filter((digest) => text.includes(digest));
      expect(found, kind).not.toEqual([]);
    }
  }
});

it('what stands in it is good for nothing by itself', async () => {
  await gateway.foreign.throttles.deleteMany({});
  const {
    tokens,
    refresh_tokens: refreshTokens,
    recovery_codes: codes,
    sessions,
  } = JSON.parse(dumps[1] ?? '{}');
  const texts = [...tokens, ...refreshTokens, ...sessions, ...codes].flatMap(textsOf);
  expect(texts.length).toBeGreaterThan(20);
  for (const text of new Set(texts)) {
    expect(await gateway.tryReset(text, phone), text).not.toBe('changed');
    const refreshed = await gateway.anonymous(
      'mutation ($t: String) { refreshSession(refreshToken: $t) { expiresAt } }',
      {
        t: text,
      },
    );
    expect(refreshed.code, text).toBe('UNAUTHENTICATED');
    const confirmed = await gateway.anonymous(
      'mutation ($t: String!) { confirmEmail(token: $t) { message } }',
      {
        t: text,
      },
    );
    expect(confirmed.code, text).toBe('INVALID_OR_EXPIRED_TOKEN');
  }
  // Until then they were all good.
  expect(await gateway.tryReset(secrets['SMS code'] ?? '', phone)).toBe('changed');
  expect(await gateway.tryReset(secrets['reset link'] ?? '')).toBe('changed');
});

/** Eight or twelve characters, or what somebody thought of: within reach of whoever tries all of them. */
const guessable = ['SMS code', 'link code', 'temporary password', 'password'];
/** 256 random bits, stored as their SHA-256. */
const unguessable = ['refresh token', 'its successor', 'reset link', 'link for a new e-mail'];
const kinds = [...guessable, ...unguessable, 'access token', 'idempotency key'].toSorted();

async function askForEverything(): Promise<void> {
  const admin = await gateway.clientOf('admin@example.com');
  await gateway.signUp('owner');
  await gateway.addRecord('owner-record', { email: 'record@owner.example' });
  await gateway.signUp('phone-only', { email: null, phone });
  await gateway.signUp('mover');
  await admin('mutation { linkCustomer(userId: "owner", customerV2Id: "owner-record") { id } }');
  const { accessToken, refreshToken } = await gateway.tokensOf('owner@example.com');
  const refreshed = await gateway.anonymous(
    'mutation ($t: String) { refreshSession(refreshToken: $t) { accessToken refreshToken } }',
    { t: refreshToken },
  );
  Object.assign(secrets, {
    password,
    'idempotency key': idempotencyKey,
    'access token': accessToken,
    'refresh token': refreshToken,
    'its successor': refreshed.data.refreshSession.refreshToken,
  });
  const mover = await gateway.clientOf('mover@example.com');
  await mover(`mutation { setEmail(email: "moved@example.com", currentPassword: "${password}") { id } }`);
  const customer = { name: 'New', phone: '9845700002', email: 'new@example.com', address: 'x', area: 'y' };
  const created = await admin(
    'mutation ($input: CreateCustomerInput!) { createCustomer(input: $input) { __typename } }',
    { input: { ...customer, idempotencyKey } },
  );
  expect(created.errors).toEqual([]);
  await gateway.forgot('owner@example.com');
  await gateway.forgot(phone);
}

const secretKinds = ['LINK_CODE', 'CONFIRM_EMAIL', 'CREDENTIALS', 'PASSWORD_RESET', 'PASSWORD_RESET_CODE'];
const failed = () =>
  gateway.foreign.notifications.countDocuments({ kind: { $in: secretKinds }, lastError: { $ne: null } });
const unsent = () => gateway.foreign.notifications.countDocuments({ state: 'PENDING' });

/** Every document of every collection, as `mongoexport` writes it. */
async function dump(): Promise<string> {
  const contents: Record<string, unknown[]> = {};
  for (const collection of await gateway.foreign.db.collections()) {
    contents[collection.collectionName] = await collection.find().toArray();
  }
  return BSON.EJSON.stringify(contents, { relaxed: false });
}

function secretTo(address: string, kind: keyof typeof wordsOf): string {
  const texts = mails.mails
    .filter(({ to }) => to.includes(address))
    .map(({ raw }) => raw.replace(/=\r\n/g, '').replace(/=3D/g, '=').replace(/\r\n/g, '\n'));
  return secretIn({ kind, text: texts.findLast((text) => text.includes(wordsOf[kind])) ?? '' });
}

/** By which the mail of a kind is told from the others to the same address. */
const wordsOf = {
  LINK_CODE: 'code',
  CONFIRM_EMAIL: '/confirm-email?',
  CREDENTIALS: 'password:',
  PASSWORD_RESET: '/reset-password?',
};

function tokenOf(link: string): string {
  return new URL(link).searchParams.get('token') ?? '';
}

function plainDigests(secret: string): string[] {
  return ['sha256', 'sha1', 'md5'].flatMap((algorithm) =>
    (['hex', 'base64', 'base64url'] as const).map((form) =>
      createHash(algorithm).update(secret).digest(form).replace(/=+$/, ''),
    ),
  );
}

/** Every text in a document, and the parts of those that have some. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value, ...value.split(/[ /]/)];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
}
