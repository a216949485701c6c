import { setTimeout as sleep } from 'node:timers/promises';
import bcrypt from 'bcrypt';
import { ObjectId } from 'mongodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type MailServer, startMailServer } from '../notifications/support/mail-server.ts';
import { type SmsReceiver, startSmsReceiver } from '../notifications/support/sms-receiver.ts';
import { graphqlClient } from '../support/graphql-client.ts';
import { startGateway, type TestGateway } from '../support/start-gateway.ts';

const password = 'saffron-kettle-harbour-27';
const newPassword = 'seven coconuts by noon';
const phone = '9845400001';

let mails: MailServer;
let sms: SmsReceiver;
let gateway: TestGateway;
const clock = { ms: Date.now() };
beforeAll(async () => {
  mails = await startMailServer();
  sms = await startSmsReceiver();
  gateway = await startGateway({
    now: () => new Date(clock.ms),
    fill: async ({ users }) => {
      const common = { password_hash: await bcrypt.hash(password, 4), role: 'customer', is_active: true };
      await users.insertMany([
        { ...common, _id: new ObjectId(), id: 'priya', name: 'Priya', email: 'priya@example.com' },
        { ...common, _id: new ObjectId(), id: 'ravi', name: 'Ravi', email: `${phone}@delivery.local`, phone },
      ]);
    },
    environment: {
      SMTP_URL: mails.url,
      SMS_WEBHOOK_URL: sms.url,
      SMS_WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
    },
  });
});
afterAll(async () => {
  await gateway?.close();
  await mails?.close();
  await sms?.close();
});

const forgot = (identifier: string) =>
  gateway.anonymous(
    'mutation ($identifier: String!) { forgotPassword(identifier: $identifier) { message } }',
    {
      identifier,
    },
  );
const reset = (variables: { token: string; identifier?: string }) =>
  gateway.anonymous(
    `mutation ($token: String!, $identifier: String, $newPassword: String!) {
      resetPassword(token: $token, identifier: $identifier, newPassword: $newPassword) { message }
    }`,
    { ...variables, newPassword },
  );
const logIn = (identifier: string, typed: string) =>
  gateway.anonymous(
    'mutation ($identifier: String!, $password: String!) { login(identifier: $identifier, password: $password) { accessToken } }',
    { identifier, password: typed },
  );

async function until<Found>(look: () => Found | undefined): Promise<Found> {
  for (let wait = 0; wait < 800; wait += 1) {
    const found = look();
    if (found !== undefined) return found;
    await sleep(25);
  }
  throw new Error('It did not come.');
}

/** The text of the newest e-mail with these words, as a reader sees it. */
const mailWith = (words: string) =>
  mails.mails
    .map(({ raw }) => raw.replace(/=\r\n/g, '').replace(/=3D/g, '='))
    .filter((text) => text.includes(words))
    .at(-1);
const smsWith = (words: RegExp) =>
  sms.posts.map(({ body }) => (JSON.parse(body) as { text: string }).text).find((text) => words.test(text));

it('forgotten, written to by SMTP, chosen anew: the old phone is logged out, and its owner is told', async () => {
  const session = (await logIn('priya@example.com', password)).data as { login: { accessToken: string } };
  const oldPhone = graphqlClient(gateway.url, session.login.accessToken);
  const answer = await forgot('priya@example.com');
  expect(answer.errors).toEqual([]);
  expect(await forgot('nobody@example.com')).toMatchObject({ data: answer.data });
  const mail = await until(() => mailWith('/reset-password?token='));
  const [, token = ''] = /token=([\w-]{43})/.exec(mail) ?? [];
  expect((await oldPhone('{ me { id } }')).data).toMatchObject({ me: { id: 'priya' } });
  expect(await reset({ token })).toMatchObject({
    data: { resetPassword: { message: expect.stringContaining('Log in as priya@example.com') } },
  });
  expect(await oldPhone('{ me { id } }')).toMatchObject({
    errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
  });
  expect((await logIn('priya@example.com', newPassword)).errors).toEqual([]);
  expect(await reset({ token })).toMatchObject({
    errors: [{ message: 'Invalid or expired token.', extensions: { code: 'INVALID_OR_EXPIRED_TOKEN' } }],
  });
  await until(() => mailWith('every device was logged out'));
});

it('while the provider of SMS is down nothing is lost: the code comes later, and is good', async () => {
  sms.answer = 503;
  await forgot(phone);
  await until(() => sms.posts[0]);
  sms.posts.length = 0;
  sms.answer = 202;
  clock.ms += 11_000;
  const text = await until(() => smsWith(/is your code/));
  expect(text.length).toBeLessThanOrEqual(160);
  const [code = ''] = /^[A-Z0-9]{8}/.exec(text) ?? [];
  expect(await reset({ token: code, identifier: `+91 ${phone}` })).toMatchObject({
    data: { resetPassword: { message: expect.any(String) } },
  });
  expect((await logIn(phone, newPassword)).errors).toEqual([]);
});

it('one document asks for one thing, whatever aliases it uses', async () => {
  const twice = await gateway.anonymous(
    'mutation { a: forgotPassword(identifier: "a@example.com") { message } b: forgotPassword(identifier: "b@example.com") { message } }',
  );
  expect(twice.data ?? null).toBeNull();
  const mixed = await gateway.anonymous(
    'mutation { a: forgotPassword(identifier: "a@example.com") { message } b: resetPassword(token: "x", newPassword: "y") { message } }',
  );
  expect(mixed.data ?? null).toBeNull();
});
