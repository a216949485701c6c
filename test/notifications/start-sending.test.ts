import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type Config, readConfig } from '../../src/config.ts';
import { startSending } from '../../src/notifications/start-sending.ts';
import { type OutboxFixture, openOutbox, password } from './support/open-outbox.ts';
import { startSmsReceiver } from './support/sms-receiver.ts';

const secret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;

let outbox: OutboxFixture;
let folder: string;
let log: { details: object; message: string }[];
beforeAll(async () => {
  outbox = await openOutbox();
  folder = await mkdtemp(join(tmpdir(), 'gateway-sending-'));
  log = [];
});
afterEach(() => {
  log = [];
});
afterAll(async () => {
  await outbox.close();
  await rm(folder, { recursive: true });
});

function start(environment: Readonly<Record<string, string>>) {
  const config: Config = readConfig({ DATA_DIR: folder, ...environment });
  const note = (details: object, message: string) => log.push({ details, message });
  return startSending({
    config,
    database: outbox.database,
    secrets: outbox.secrets,
    templates: outbox.templates,
    now: () => new Date(outbox.clock.ms),
    log: { warn: note, error: note },
  });
}
const production = {
  NODE_ENV: 'production',
  MONGODB_URI: 'mongodb://127.0.0.1',
  SIGNING_KEYS: JSON.stringify({ keys: [{ kty: 'OKP', crv: 'Ed25519', x: 'x', d: 'd' }] }),
};

it('warns of every channel by which nobody can be sent anything', async () => {
  await start(production).stop();
  expect(log.map(({ details }) => details)).toEqual([{ channel: 'EMAIL' }, { channel: 'SMS' }]);
  expect(log[0]?.message).toContain('SMTP_URL');
  expect(log[1]?.message).toContain('SMS_WEBHOOK_URL');
});

it('writes files outside production, and where a channel has no transport of its own', async () => {
  const receiver = await startSmsReceiver();
  const sending = start({ SMS_WEBHOOK_URL: receiver.url, SMS_WEBHOOK_SECRET: secret });
  const [email] = await outbox.addCredentials({ email: 'asha@example.com' });
  const [sms] = await outbox.addCredentials({ phoneE164: '+919876543210' });
  sending.wake();
  for (const row of [email, sms]) await outbox.until(row?._id, ({ state }) => state === 'SENT');
  await sending.stop();
  expect(await readdir(join(folder, 'notifications'))).toEqual([expect.stringContaining(email?._id ?? '?')]);
  expect(receiver.posts.map(({ headers }) => headers['webhook-id'])).toEqual([sms?._id]);
  expect(log).toEqual([]);
  await receiver.close();
});

it('logs what is given up without what it says or whom it is for', async () => {
  const receiver = await startSmsReceiver();
  receiver.answer = 400;
  const sending = start({ ...production, SMS_WEBHOOK_URL: receiver.url, SMS_WEBHOOK_SECRET: secret });
  const [row] = await outbox.addCredentials({ phoneE164: '+919876543210' });
  sending.wake();
  await outbox.until(row?._id, ({ state }) => state === 'DEAD');
  await sending.stop();
  const text = JSON.stringify(log);
  expect(text).toContain(row?._id);
  expect(text).toContain('resendNotification');
  for (const confidential of [password, '9876543210', secret]) expect(text).not.toContain(confidential);
  await receiver.close();
});
