import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Document } from 'mongodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { StoredNotification } from '../../src/database/collections.ts';
import { type Dispatcher, startDispatcher } from '../../src/notifications/dispatcher.ts';
import { createSecretBox } from '../../src/notifications/secret-box.ts';
import { loadTemplates, type Templates } from '../../src/notifications/templates.ts';
import type { OutgoingMessage } from '../../src/notifications/transport.ts';
import { type Assignments, openAssignments } from './support/open-assignments.ts';

/** Short, since the admin's token lasts for a quarter of an hour of the same clock. */
const windowMs = 60_000;
let assignments: Assignments;
let templates: Templates;
const sent: OutgoingMessage[] = [];
const dispatchers: Dispatcher[] = [];
beforeAll(async () => {
  assignments = await openAssignments({ ASSIGNMENT_DIGEST_MINUTES: '1' });
  templates = await loadTemplates({
    directory: 'templates',
    overridingDirectory: null,
    locale: 'en',
    businessName: 'Milk & More',
  });
});
afterAll(() => assignments?.close());
beforeEach(async () => {
  await assignments.database.notifications.deleteMany({});
  sent.length = 0;
});
afterEach(async () => {
  await Promise.all(dispatchers.splice(0).map((dispatcher) => dispatcher.stop({ graceMs: 0 })));
});

function rows(): Promise<StoredNotification[]> {
  return assignments.database.notifications.find().sort({ createdAt: 1 }).toArray();
}

/** Sends what is due, as a process does. */
function startSending(
  send: (message: OutgoingMessage) => Promise<void> = async (m) => void sent.push(m),
): void {
  const key = randomBytes(32);
  const transport = { send, close() {} };
  dispatchers.push(
    startDispatcher({
      database: assignments.database,
      secrets: createSecretBox('k1', async () => key),
      templates,
      transports: { EMAIL: transport, SMS: transport },
      limits: { smsPerDay: 1_000, smsPerPhonePerDay: 10 },
      now: () => new Date(assignments.clock.ms),
      pollMs: 10,
      onDead() {},
      onError(error) {
        throw error;
      },
    }),
  );
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let waited = 0; waited < 10_000; waited += 10) {
    if (await holds()) return;
    await sleep(10);
  }
  throw new Error(`Still: ${JSON.stringify({ sent, rows: await rows() })}`);
}

const allSettled = async () => (await rows()).every(({ state }) => state === 'SENT' || state === 'CANCELLED');

describe('what a delivery boy is told', () => {
  it('is one message for what came within the window, by name and area, and none before it ends', async () => {
    const [boy, other] = [await assignments.boy({ name: 'Ravi' }), await assignments.boy()];
    const customers: Document[] = [];
    for (const [name, area] of [
      ['Asha Rao', 'Baner'],
      ['Meera Iyer', null],
      ['José Patil', 'Aundh'],
    ])
      customers.push(await assignments.record({ name, area }));
    const [asha, meera, jose] = customers;
    await assignments.assign(asha?.id, boy.id);
    assignments.clock.ms += 0.3 * windowMs;
    await assignments.assign(meera?.id, boy.id);
    await assignments.assign(jose?.id, other.id);
    assignments.clock.ms += 0.3 * windowMs;
    await assignments.assign(jose?.id, boy.id);
    startSending();
    await sleep(100);
    expect(sent).toEqual([]);
    assignments.clock.ms += 0.4 * windowMs;
    await until(() => sent.length === 1);
    expect(sent[0]).toMatchObject({
      kind: 'DELIVERIES_CHANGED',
      channel: 'EMAIL',
      to: boy.email,
      subject: '3 new customers',
    });
    expect(sent[0]?.text).toContain('- Asha Rao (Baner)\n- Meera Iyer\n- José Patil (Aundh)');
    // The other one had a customer for a moment, and is told nothing of it.
    assignments.clock.ms += windowMs;
    await until(allSettled);
    expect(sent).toHaveLength(1);
    await assignments.unassign(asha?.id);
    await assignments.assign(jose?.id, other.id);
    assignments.clock.ms += windowMs;
    await until(() => sent.length === 3);
    expect(sent.find(({ to }) => to === boy.email && to !== sent[0]?.to)).toBeUndefined();
    const second = sent.slice(1).find(({ to }) => to === boy.email);
    expect(second?.subject).toBe('2 customers removed');
    expect(second?.text).toContain('- Asha Rao (Baner)\n- José Patil (Aundh)');
    expect(sent.slice(1).find(({ to }) => to === other.email)?.subject).toBe('1 new customer');
  });

  it('is one SMS of one segment where he has no address, whatever the names', async () => {
    const boy = await assignments.boy({ email: '9833300000@delivery.local', phone: '98333 00000' });
    const previous = await assignments.boy();
    const input = [];
    for (let at = 0; at < 12; at++) {
      const name = at === 0 ? 'Asha Rao' : `Maheshwari ${'Subramaniam '.repeat(6)}${at}`;
      const record = await assignments.record({ name, ...(at > 9 && { delivery_boy_id: boy.id }) });
      input.push({ customer: record.id, deliveryBoy: at > 9 ? previous.id : boy.id });
    }
    await assignments.assignAll(input);
    startSending();
    assignments.clock.ms += windowMs;
    await until(() => sent.length === 2);
    const sms = sent.find(({ channel }) => channel === 'SMS');
    expect(sms?.to).toBe('+919833300000');
    expect(sms?.text).toMatch(
      /^10 new customers, 2 removed: \+Asha Rao \(Baner\), \+Maheshwari Subramaniam\.\.\. \(Baner\), .* \(Baner\) and 9 more\. Milk & More$/,
    );
    expect(sms?.text.length).toBeLessThanOrEqual(160);
  });

  it('names somebody without a name by phone and area, also where an SMS cannot write the name', async () => {
    const reader = { email: '9833300001@delivery.local', phone: '98333 00001' };
    const [byEmail, bySms] = [await assignments.boy(), await assignments.boy(reader)];
    const login = await assignments.login({ name: null, phone: '98777 00001' });
    const records = [
      await assignments.record({ name: ' ', phone: '98777 00002', area: null }),
      await assignments.record({ name: 'आशा राव', phone: '98777 00003', area: 'पुणे' }),
      await assignments.record({ name: null, phone: null, email: null, area: 'Aundh', user_id: login.id }),
      await assignments.record({ name: null, phone: null, email: null, area: null }),
    ];
    for (const boy of [byEmail, bySms])
      await assignments.assignAll(records.map(({ _id }) => ({ customer: String(_id), deliveryBoy: boy.id })));
    const told = (await rows()).find(({ loginKey }) => loginKey === String(bySms._id));
    expect(told?.changes?.map(({ phone = null }) => phone)).toEqual([
      '98777 00002',
      '98777 00003',
      '98777 00001',
      null,
    ]);
    startSending();
    assignments.clock.ms += windowMs;
    await until(allSettled);
    expect(sent.map(({ channel, text }) => [channel, text])).toEqual([
      ['SMS', '4 new customers: +98777 00002, +98777 00003, +98777 00001 (Aundh), +no name. Milk & More'],
    ]);
    for (const { id } of records) await assignments.assign(id, byEmail.id);
    assignments.clock.ms += windowMs;
    await until(async () => sent.length === 3 && (await allSettled()));
    expect(sent.find(({ to }) => to === byEmail.email)?.text).toContain(
      'New (4):\n\n- 98777 00002\n- आशा राव (पुणे)\n- 98777 00001 (Aundh)\n- no name\n\nLog in',
    );
  });

  it('is nothing when what came within the window comes to nothing', async () => {
    const [one, other] = [await assignments.boy(), await assignments.boy()];
    const record = await assignments.record({ delivery_boy_id: one.id });
    await assignments.assign(record.id, other.id);
    await assignments.assign(record.id, one.id);
    startSending();
    assignments.clock.ms += windowMs;
    await until(allSettled);
    expect((await rows()).map(({ state }) => state)).toEqual(['CANCELLED', 'CANCELLED']);
    expect(sent).toEqual([]);
  });

  it('is nothing for one who is inactive, or whom nothing reaches', async () => {
    const gone = await assignments.boy({ is_active: false });
    const unreachable = await assignments.boy({ email: null, phone: null });
    const record = await assignments.record({ delivery_boy_id: gone.id });
    await assignments.assign(record.id, unreachable.id);
    expect(await rows()).toEqual([]);
  });

  it('cannot begin another line or header by a name', async () => {
    const boy = await assignments.boy();
    const name = 'Eve\r\nBcc: x@example.com\u2028- Somebody (Else)';
    const record = await assignments.record({ name });
    await assignments.assign(record.id, boy.id);
    startSending();
    assignments.clock.ms += windowMs;
    await until(() => sent.length === 1);
    expect(sent[0]?.text.split('\n').filter((line) => line.startsWith('- '))).toEqual([
      '- Eve Bcc: x@example.com - Somebody (Else) (Baner)',
    ]);
  });
});

describe('digests under concurrency', () => {
  it('of twenty assignments at once are one message with all of them', async () => {
    const boy = await assignments.boy();
    const records = await assignments.records(20);
    const answers = await Promise.all(records.map(({ id }) => assignments.assign(id, boy.id)));
    for (const answer of answers) expect(answer.__typename).toBe('DeliveryBoyAssigned');
    expect(await rows()).toHaveLength(1);
    startSending();
    assignments.clock.ms += windowMs;
    await until(() => sent.length === 1);
    for (const { name } of records) expect(sent[0]?.text).toContain(`- ${name} (Baner)`);
  });

  it('lose nothing and tell nothing twice while they are being sent by two processes', async () => {
    const boy = await assignments.boy();
    const records = await assignments.records(40);
    const slow = async (message: OutgoingMessage) => {
      await sleep(15);
      sent.push(message);
    };
    startSending(slow);
    startSending(slow);
    for (let at = 0; at < records.length; at += 5) {
      await Promise.all(records.slice(at, at + 5).map(({ id }) => assignments.assign(id, boy.id)));
      assignments.clock.ms += 0.4 * windowMs;
    }
    assignments.clock.ms += windowMs;
    await until(async () => (await allSettled()) && (await rows()).length === sent.length);
    const told = sent.flatMap(({ text }) =>
      [...text.matchAll(/^- (Customer Number\d+)/gm)].map(([, name]) => name),
    );
    expect(told.toSorted()).toEqual(records.map(({ name }) => name).toSorted());
    expect(sent.length).toBeGreaterThan(1);
  });

  it('survive a process that ends while it sends: what comes meanwhile waits for the next one', async () => {
    const boy = await assignments.boy();
    const [first, second] = [await assignments.record(), await assignments.record()];
    await assignments.assign(first.id, boy.id);
    assignments.clock.ms += windowMs;
    let under = 0;
    startSending(async () => {
      under += 1;
      await sleep(1_000_000, undefined, { ref: false });
    });
    await until(() => under === 1);
    // A process that is gone claims nothing more either.
    void dispatchers[0]?.stop();
    await assignments.assign(second.id, boy.id);
    expect((await rows()).map(({ changes }) => changes?.length)).toEqual([1, 1]);
    // The process is gone; after a minute another may claim what it had.
    assignments.clock.ms += 1.1 * windowMs;
    startSending();
    await until(() => sent.length === 2);
    const told = sent.map(({ text }) => /- (Customer Number\d+)/.exec(text)?.[1]);
    expect(told.toSorted()).toEqual([first.name, second.name].toSorted());
  });
});

describe('ASSIGNMENT_DIGEST_MINUTES', () => {
  it.each([
    ['0', 1],
    ['off', 0],
  ])('%s: %i message waits, to be sent at once', async (minutes, count) => {
    const other = await openAssignments({ ASSIGNMENT_DIGEST_MINUTES: minutes });
    try {
      const boy = await other.boy();
      const record = await other.record();
      await other.assign(record.id, boy.id);
      const messages = await other.newMessages();
      expect(messages).toHaveLength(count);
      for (const { nextAttemptAt } of messages) expect(nextAttemptAt.getTime()).toBe(other.clock.ms);
    } finally {
      await other.close();
    }
  });
});
