import { webcrypto } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSmsWebhookTransport } from '../../src/notifications/sms-webhook-transport.ts';
import { type OutboxFixture, openOutbox, password } from './support/open-outbox.ts';
import { type ReceivedPost, type SmsReceiver, startSmsReceiver } from './support/sms-receiver.ts';

const phoneE164 = '+919876543210';
const key = Buffer.from('000102030405060708090a0b0c0d0e0f1011121314151617', 'hex');
const secret = `whsec_${key.toString('base64')}`;

describe('SMS, by a real HTTP endpoint', () => {
  let outbox: OutboxFixture;
  let receiver: SmsReceiver;
  beforeAll(async () => {
    outbox = await openOutbox();
  });
  beforeEach(async () => {
    receiver = await startSmsReceiver();
  });
  afterEach(async () => {
    await outbox.reset();
    await receiver.close();
  });
  afterAll(() => outbox.close());

  const webhook = (url = receiver.url) =>
    createSmsWebhookTransport({
      url,
      secret,
      sender: 'Milk & More',
      now: () => new Date(outbox.clock.ms),
      // Short only where silence is what is tested: a busy machine must not look like it.
      timeoutMs: receiver.answer === 'silent' ? 200 : 5_000,
    });

  it('is posted once, with what a provider needs', async () => {
    const [row] = await outbox.addCredentials({ phoneE164 });
    outbox.start({ SMS: webhook() });
    const sent = await outbox.until(row?._id, ({ state }) => state === 'SENT');
    expect(sent.secrets).toBeNull();
    expect(receiver.posts).toHaveLength(1);
    expect(JSON.parse(receiver.posts[0]?.body ?? '')).toEqual({
      id: row?._id,
      to: phoneE164,
      text: `Hello Asha Rao, log in as asha@example.com with the password ${password} and choose your own by 2026-03-08. Milk & More`,
      sender: 'Milk & More',
      kind: 'CREDENTIALS',
    });
  });

  it('is signed as Standard Webhooks say, by an independent computation', async () => {
    const [row] = await outbox.addCredentials({ phoneE164 });
    outbox.start({ SMS: webhook() });
    await outbox.until(row?._id, ({ state }) => state === 'SENT');
    const [{ headers, body }] = receiver.posts as [ReceivedPost];
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'webhook-id': row?._id,
      'webhook-timestamp': String(outbox.clock.ms / 1000),
      'idempotency-key': row?._id,
    });
    const [version, signature = ''] = String(headers['webhook-signature']).split(',');
    expect(version).toBe('v1');
    expect(await verifies(signature, `${row?._id}.${headers['webhook-timestamp']}.${body}`)).toBe(true);
    expect(await verifies(signature, `${row?._id}.${headers['webhook-timestamp']}.${body} `)).toBe(false);
  });

  it.each([
    [408, 'REFUSED'],
    [425, 'REFUSED'],
    [429, 'REFUSED'],
    [500, 'REFUSED'],
    [503, 'REFUSED'],
    [401, 'AUTHENTICATION'],
    [403, 'AUTHENTICATION'],
    [302, 'REFUSED'],
    ['silent', 'TIMEOUT'],
    ['hangUp', 'UNREACHABLE'],
  ] as const)('is posted again under the same id after %s', async (answer, code) => {
    receiver.answer = answer;
    const [row] = await outbox.addCredentials({ phoneE164 });
    outbox.start({ SMS: webhook() });
    const failed = await outbox.until(row?._id, ({ holder, attempts }) => holder === null && attempts === 1);
    expect(failed).toMatchObject({ state: 'PENDING', lastError: { code } });
    receiver.answer = 202;
    outbox.clock.ms += 10_000;
    await outbox.until(row?._id, ({ state }) => state === 'SENT');
    expect(receiver.posts.map(({ path, headers }) => [path, headers['webhook-id']])).toEqual(
      Array(2).fill(['/sms', row?._id]),
    );
  });

  it.each([400, 404, 410, 422])('is not posted again after %s', async (answer) => {
    receiver.answer = answer;
    const [row] = await outbox.addCredentials({ phoneE164 });
    outbox.start({ SMS: webhook() });
    const dead = await outbox.until(row?._id, ({ state }) => state === 'DEAD');
    expect(dead).toMatchObject({
      attempts: 1,
      lastError: { code: 'REFUSED', message: `The SMS receiver answered ${answer}.` },
    });
  });

  it('keeps nothing of what the receiver repeats', async () => {
    receiver.answer = 400;
    const [row] = await outbox.addCredentials({ phoneE164 });
    outbox.start({ SMS: webhook() });
    const dead = await outbox.until(row?._id, ({ state }) => state === 'DEAD');
    expect(JSON.stringify([dead, outbox.dead, outbox.errors])).not.toContain(password);
  });

  it('is posted again when nobody listens', async () => {
    const [row] = await outbox.addCredentials({ phoneE164 });
    outbox.start({ SMS: webhook('http://127.0.0.1:1/sms') });
    const failed = await outbox.until(row?._id, ({ lastError }) => lastError !== null);
    expect(failed).toMatchObject({ state: 'PENDING', lastError: { code: 'UNREACHABLE' } });
  });
});

/** By WebCrypto, where the transport uses node's own HMAC. */
async function verifies(signature: string, content: string): Promise<boolean> {
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  const imported = await webcrypto.subtle.importKey('raw', key, hmac, false, ['verify']);
  return webcrypto.subtle.verify(
    'HMAC',
    imported,
    Buffer.from(signature, 'base64'),
    new TextEncoder().encode(content),
  );
}
