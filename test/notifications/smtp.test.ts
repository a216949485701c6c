import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSmtpTransport } from '../../src/notifications/smtp-transport.ts';
import { type MailServer, smtpPassword, startMailServer } from './support/mail-server.ts';
import { type OutboxFixture, openOutbox, password, transportThat } from './support/open-outbox.ts';

const email = 'asha@example.com';
const from = 'Milk & More <no-reply@milk.example>';

describe('e-mail, by a real SMTP server', () => {
  let outbox: OutboxFixture;
  let server: MailServer;
  beforeAll(async () => {
    outbox = await openOutbox();
  });
  beforeEach(async () => {
    server = await startMailServer();
  });
  afterEach(async () => {
    await outbox.reset();
    await server.close();
  });
  afterAll(() => outbox.close());

  /** Patient, unless silence is what is tested: a busy machine must not look like it. */
  const smtp = (url = server.url) => {
    const impatient = server.behaviour.silentAt !== undefined;
    const limits = impatient
      ? { timeoutMs: 300, deadlineMs: 1_000 }
      : { timeoutMs: 5_000, deadlineMs: 10_000 };
    return createSmtpTransport({ url, from, ...limits });
  };

  it('is delivered once, as plain text under the id of the message, and its secrets are erased', async () => {
    const [row] = await outbox.addCredentials({ email });
    outbox.start({ EMAIL: smtp() });
    const sent = await outbox.until(row?._id, ({ state }) => state === 'SENT');
    expect(sent).toMatchObject({
      secrets: null,
      attempts: 1,
      holder: null,
      sentAt: new Date(outbox.clock.ms),
    });
    expect(server.mails).toHaveLength(1);
    expect(server.mails[0]).toMatchObject({
      messageId: `<${row?._id}@milk.example>`,
      from: 'no-reply@milk.example',
      to: [email],
    });
    expect(server.mails[0]?.raw).toMatch(/^Content-Type: text\/plain; charset=utf-8/im);
    expect(server.mails[0]?.raw).toMatch(/^Subject: Your login for Milk & More\r$/m);
    expect(server.mails[0]?.raw.replaceAll('=\r\n', '')).toContain(`Temporary password:  ${password}`);
  });

  it.each([
    ['a refusal for now', { rcptTo: '450 4.2.0 Greylisted' }, 'REFUSED'],
    ['a full disk', { data: '452 4.3.1 Insufficient system storage' }, 'REFUSED'],
    ['a sender that is not allowed yet', { mailFrom: '550 5.7.1 Sender not allowed' }, 'REFUSED'],
    ['a server that says nothing', { silentAt: 'greeting' as const }, 'TIMEOUT'],
    ['a server that hangs up at the end', { hangUpAt: 'data' as const }, 'UNREACHABLE'],
    ['a server that never answers to the message', { silentAt: 'data' as const }, 'TIMEOUT'],
  ])('is sent again after %s', async (_what, behaviour, code) => {
    Object.assign(server.behaviour, behaviour);
    const [row] = await outbox.addCredentials({ email });
    outbox.start({ EMAIL: smtp() });
    const failed = await outbox.until(row?._id, ({ holder, attempts }) => holder === null && attempts === 1);
    expect(failed).toMatchObject({ state: 'PENDING', nextAttemptAt: new Date(outbox.clock.ms + 10_000) });
    expect(failed.lastError).toMatchObject({ code });
    for (const name of Object.keys(behaviour)) delete server.behaviour[name as keyof typeof behaviour];
    outbox.clock.ms += 10_000;
    await outbox.until(row?._id, ({ state }) => state === 'SENT');
    expect(new Set(server.mails.map(({ messageId }) => messageId)).size).toBe(1);
  });

  it('is sent again after the server was not there at all', async () => {
    const transport = smtp();
    await server.close();
    const [row] = await outbox.addCredentials({ email });
    outbox.start({ EMAIL: transport });
    const failed = await outbox.until(row?._id, ({ holder, attempts }) => holder === null && attempts === 1);
    expect(failed.lastError).toMatchObject({ code: 'UNREACHABLE' });
    server = await startMailServer();
  });

  it('is sent again, and says nothing of the password, when the log-in is refused', async () => {
    const [row] = await outbox.addCredentials({ email });
    outbox.start({ EMAIL: smtp(server.url.replace('gateway:', 'gateway:x')) });
    const failed = await outbox.until(row?._id, ({ holder, attempts }) => holder === null && attempts === 1);
    expect(failed.lastError).toMatchObject({
      code: 'AUTHENTICATION',
      message: expect.stringContaining('535 5.7.8'),
    });
    expect(failed.lastError?.message).not.toContain(smtpPassword);
  });

  it.each([
    [
      'the recipient',
      { rcptTo: '550 5.1.1 No such user' },
      'The mail server answered 550 5.1.1 No such user.',
    ],
    ['the message', { data: '554 5.7.1 Spam' }, 'The mail server answered 554 5.7.1.'],
  ])('is not tried again once the server refuses %s for good', async (_what, behaviour, message) => {
    Object.assign(server.behaviour, behaviour);
    const [row] = await outbox.addCredentials({ email });
    outbox.start({ EMAIL: smtp() });
    const dead = await outbox.until(row?._id, ({ state }) => state === 'DEAD');
    expect(dead).toMatchObject({ attempts: 1, lastError: { code: 'REFUSED', message } });
    expect(dead.secrets).not.toBeNull();
    expect(outbox.dead).toEqual([
      { id: row?._id, kind: 'CREDENTIALS', channel: 'EMAIL', code: 'REFUSED', message },
    ]);
  });

  it('keeps no secret that a server repeats, neither of the message nor its own', async () => {
    const said = `550 5.1.1 ${password} ${Buffer.from(password).toString('base64')} ${smtpPassword} ${encodeURIComponent(smtpPassword)}`;
    for (const behaviour of [{ rcptTo: said }, { data: said }, { mailFrom: said }]) {
      Object.assign(server.behaviour, {
        rcptTo: undefined,
        data: undefined,
        mailFrom: undefined,
        ...behaviour,
      });
      const [row] = await outbox.addCredentials({ email });
      outbox.start({ EMAIL: smtp() });
      const failed = await outbox.until(row?._id, ({ lastError }) => lastError !== null);
      const told = JSON.stringify([failed, outbox.dead, outbox.errors.map(String)]);
      for (const secret of [password, Buffer.from(password).toString('base64'), smtpPassword, 'rd-81'])
        expect(told).not.toContain(secret);
      await outbox.reset();
    }
  });

  it('is sent again under the same id when the process dies after the server has taken it', async () => {
    const [row] = await outbox.addCredentials({ email });
    const real = smtp();
    let taken = () => {};
    const isTaken = new Promise<void>((resolve) => {
      taken = resolve;
    });
    const neverComesBack = transportThat(async (message, signal) => {
      await real.send(message, signal);
      taken();
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    });
    outbox.start({ EMAIL: neverComesBack }, { concurrency: 1 });
    await isTaken;
    outbox.start({ EMAIL: smtp() });
    outbox.clock.ms += 59_000;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(server.mails).toHaveLength(1);
    outbox.clock.ms += 1_000;
    await outbox.until(row?._id, ({ state }) => state === 'SENT');
    expect(server.mails.map(({ messageId }) => messageId)).toEqual(
      Array(2).fill(`<${row?._id}@milk.example>`),
    );
    real.close();
  });

  it('is sent once each by two dispatchers that share an outbox', async () => {
    const rows = (
      await Promise.all(
        Array.from({ length: 40 }, (_, at) => outbox.addCredentials({ email: `a${at}@example.com` })),
      )
    ).flat();
    outbox.start({ EMAIL: smtp() });
    outbox.start({ EMAIL: smtp() });
    for (const row of rows) await outbox.until(row._id, ({ state }) => state === 'SENT', 10_000);
    expect(server.mails.map(({ to }) => to[0]).sort()).toEqual(
      rows.map(({ destination }) => destination).sort(),
    );
  });

  it('goes to one address, whatever an address holds, and into one header, whatever a name holds', async () => {
    const [row] = await outbox.addCredentials(
      { email: 'asha@example.com,victim@example.com' },
      { name: 'Asha\r\nBcc: victim@example.com\r\n\r\n{{password}}' },
    );
    outbox.start({ EMAIL: smtp() });
    await outbox.until(row?._id, ({ state }) => state !== 'PENDING');
    expect(server.mails.flatMap(({ to }) => to)).not.toContain('victim@example.com');
    const [other] = await outbox.addCredentials(
      { email },
      { name: 'Asha\r\nBcc: victim@example.com\r\n\r\n{{password}}' },
    );
    await outbox.until(other?._id, ({ state }) => state === 'SENT');
    const mail = server.mails.at(-1);
    expect(mail?.to).toEqual([email]);
    expect(mail?.raw).not.toMatch(/^Bcc:/im);
    expect(mail?.raw.split(password)).toHaveLength(2);
  });
});
