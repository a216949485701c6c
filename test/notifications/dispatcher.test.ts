import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Database, StoredNotification } from '../../src/database/collections.ts';
import { claimMs, claimNotification } from '../../src/notifications/claim-notification.ts';
import { deliverNotification } from '../../src/notifications/deliver-notification.ts';
import { purgeNotifications } from '../../src/notifications/purge-notifications.ts';
import { createSecretBox } from '../../src/notifications/secret-box.ts';
import { DeliveryError, type OutgoingMessage } from '../../src/notifications/transport.ts';
import { type OutboxFixture, openOutbox, password, transportThat } from './support/open-outbox.ts';

const email = 'asha@example.com';
const dayMs = 24 * 60 * 60_000;

describe('the dispatcher', () => {
  let outbox: OutboxFixture;
  let sent: OutgoingMessage[];
  const taking = () =>
    transportThat(async (message) => {
      sent.push(message);
    });
  const unreachable = () =>
    transportThat(async () => {
      throw new DeliveryError('UNREACHABLE', 'Nobody is there.');
    });
  beforeAll(async () => {
    outbox = await openOutbox();
    sent = [];
  });
  afterEach(async () => {
    await outbox.reset();
    sent = [];
  });
  afterAll(() => outbox.close());

  /** The database, with every claim passed through `through`. */
  function claimingThrough(through: (claim: () => Promise<unknown>) => Promise<unknown>): Database {
    const notifications = new Proxy(outbox.database.notifications, {
      get(target, name) {
        const value = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        const method = value.bind(target);
        return name === 'findOneAndUpdate'
          ? (...claim: unknown[]) => through(() => method(...claim))
          : method;
      },
    });
    return { ...outbox.database, notifications };
  }

  it('leaves no password in the database before it is sent, nor afterwards', async () => {
    await outbox.addCredentials({ email, phoneE164: '+919876543210' });
    const dump = async () => JSON.stringify(await outbox.database.notifications.find({}).toArray());
    const before = await dump();
    expect(before).toContain(email);
    const forms = [password, Buffer.from(password).toString('base64'), Buffer.from(password).toString('hex')];
    for (const form of forms) expect(before).not.toContain(form);
    outbox.start({ EMAIL: taking() });
    while (sent.length === 0) await sleep(10);
    await outbox.until(sent[0]?.id, ({ state }) => state === 'SENT');
    for (const form of forms) expect(await dump()).not.toContain(form);
    expect(sent[0]?.text).toContain(password);
  });

  it('tries five times, later and later, and then no more', async () => {
    const [row] = await outbox.addCredentials({ email });
    outbox.start({ EMAIL: unreachable() });
    for (const [at, pauseMs] of [10_000, 60_000, 300_000, 1_800_000].entries()) {
      const failed = await outbox.until(
        row?._id,
        ({ attempts, holder }) => attempts === at + 1 && holder === null,
      );
      expect(failed.nextAttemptAt.getTime() - outbox.clock.ms).toBe(pauseMs);
      outbox.clock.ms += pauseMs - 1;
      await sleep(50);
      expect((await outbox.row(row?._id)).attempts).toBe(at + 1);
      outbox.clock.ms += 1;
    }
    const dead = await outbox.until(row?._id, ({ state }) => state === 'DEAD');
    expect(dead).toMatchObject({ attempts: 5, holder: null, lastError: { code: 'UNREACHABLE' } });
    expect(outbox.dead).toHaveLength(1);
  });

  it('gives up a message whose every try ended with the process', async () => {
    const [row] = await outbox.addCredentials({ email });
    await outbox.database.notifications.updateOne({ _id: row?._id ?? '' }, { $set: { attempts: 5 } });
    outbox.start({ EMAIL: taking() });
    const dead = await outbox.until(row?._id, ({ state }) => state === 'DEAD');
    expect(dead.lastError).toMatchObject({ code: 'INTERRUPTED' });
    expect(sent).toEqual([]);
  });

  it('keeps what a transport says by surprise to itself', async () => {
    const [row] = await outbox.addCredentials({ email });
    const transport = transportThat(async ({ text }) => {
      throw new Error(text);
    });
    outbox.start({ EMAIL: transport });
    const failed = await outbox.until(row?._id, ({ lastError }) => lastError !== null);
    expect(JSON.stringify([failed, outbox.errors.map(String)])).not.toContain(password);
  });

  it('never sends what has expired, and erases its secrets', async () => {
    const [row] = await outbox.addCredentials({ email }, { expiresAt: new Date(outbox.clock.ms) });
    outbox.start({ EMAIL: taking() });
    const dead = await outbox.until(row?._id, ({ state }) => state === 'DEAD');
    expect(dead).toMatchObject({ secrets: null, lastError: { code: 'EXPIRED' } });
    expect(sent).toEqual([]);
  });

  it('never sends what was cancelled', async () => {
    const [row] = await outbox.addCredentials({ email });
    await outbox.database.notifications.updateOne(
      { _id: row?._id ?? '' },
      { $set: { state: 'CANCELLED', secrets: null } },
    );
    const [other] = await outbox.addCredentials({ email });
    outbox.start({ EMAIL: taking() });
    await outbox.until(other?._id, ({ state }) => state === 'SENT');
    expect(sent.map(({ id }) => id)).toEqual([other?._id]);
  });

  it('leaves a message cancelled that was cancelled while it was being sent', async () => {
    const [row] = await outbox.addCredentials({ email });
    const cancelling = transportThat(async (message) => {
      await outbox.database.notifications.updateOne({ _id: message.id }, { $set: { state: 'CANCELLED' } });
      sent.push(message);
    });
    const dispatcher = outbox.start({ EMAIL: cancelling });
    while (sent.length === 0) await sleep(10);
    await dispatcher.stop();
    expect(await outbox.row(row?._id)).toMatchObject({ state: 'CANCELLED', sentAt: null });
  });

  it('says so when the key of a secret is gone', async () => {
    const [row] = await outbox.addCredentials({ email });
    const otherKeys = createSecretBox('k2', async (kid) => (kid === 'k2' ? new Uint8Array(32) : undefined));
    outbox.start({ EMAIL: taking() }, { secrets: otherKeys });
    const dead = await outbox.until(row?._id, ({ state }) => state === 'DEAD');
    expect(dead.lastError).toMatchObject({ code: 'SECRET_UNREADABLE' });
    expect(sent).toEqual([]);
  });

  it('says so when a secret was erased', async () => {
    const [row] = await outbox.addCredentials({ email });
    await outbox.database.notifications.updateOne({ _id: row?._id ?? '' }, { $set: { secrets: null } });
    outbox.start({ EMAIL: taking() });
    const dead = await outbox.until(row?._id, ({ state }) => state === 'DEAD');
    expect(dead.lastError).toMatchObject({ code: 'SECRET_UNREADABLE' });
  });

  it('leaves messages of a kind that it does not know to a newer version', async () => {
    const [row] = await outbox.addCredentials({ email });
    await outbox.database.notifications.updateOne({ _id: row?._id ?? '' }, { $set: { kind: 'HOROSCOPE' } });
    const [other] = await outbox.addCredentials({ email });
    outbox.start({ EMAIL: taking() });
    await outbox.until(other?._id, ({ state }) => state === 'SENT');
    expect(await outbox.row(row?._id)).toMatchObject({ state: 'PENDING', attempts: 0 });
  });

  it('begins at once when it is woken', async () => {
    const dispatcher = outbox.start({ EMAIL: taking() }, { pollMs: 600_000 });
    await sleep(50);
    const [row] = await outbox.addCredentials({ email });
    dispatcher.wake();
    await outbox.until(row?._id, ({ state }) => state === 'SENT', 1_000);
  });

  it('hears that it is woken while it looks', async () => {
    let looks = 0;
    let row: StoredNotification | undefined;
    const database = claimingThrough(async (claim) => {
      looks++;
      const found = await claim();
      if (looks > 1) return found;
      [row] = await outbox.addCredentials({ email });
      dispatcher.wake();
      return found;
    });
    const dispatcher = outbox.start({ EMAIL: taking() }, { database, pollMs: 600_000 });
    while (row === undefined) await sleep(10);
    await outbox.until(row._id, ({ state }) => state === 'SENT', 1_000);
  });

  it('goes on after an outage of the database, and tells of it once', async () => {
    let broken = true;
    let asked = 0;
    const database = claimingThrough(async (claim) => {
      asked++;
      if (broken) throw new Error('gone');
      return claim();
    });
    const [row] = await outbox.addCredentials({ email });
    outbox.start({ EMAIL: taking() }, { database });
    while (asked < 3) await sleep(10);
    broken = false;
    await outbox.until(row?._id, ({ state }) => state === 'SENT');
    expect(outbox.errors).toHaveLength(1);
  });

  it('sends nothing that it has claimed too long ago, since another may have sent it', async () => {
    const [row] = await outbox.addCredentials({ email });
    let answered = false;
    const stalls = claimingThrough(async (claim) => {
      const claimed = await claim();
      if (claimed === null || answered) return claimed;
      outbox.clock.ms += 61_000;
      outbox.start({ EMAIL: taking() });
      await outbox.until(row?._id, ({ state }) => state === 'SENT');
      answered = true;
      return claimed;
    });
    const late = outbox.start({ EMAIL: taking() }, { database: stalls });
    while (!answered) await sleep(10);
    await late.stop();
    expect(sent).toHaveLength(1);
    expect(await outbox.row(row?._id)).toMatchObject({ state: 'SENT', attempts: 2 });
  });

  it('hands a message back, without using a try, when its claim would not last until it is sent', async () => {
    const [row] = await outbox.addCredentials({ phoneE164: '+919876543210' });
    const claimed = await claimNotification(outbox.database, 'SMS', new Date(outbox.clock.ms));
    if (claimed === null) throw new Error('There is nothing to claim.');
    const at = new Date(outbox.clock.ms + claimMs - 29_000);
    const { database, templates, secrets } = outbox;
    await deliverNotification(
      {
        ...{ database, templates, secrets, now: () => at, onDead: () => {} },
        transports: { EMAIL: null, SMS: taking() },
        limits: { smsPerDay: 1_000, smsPerPhonePerDay: 10 },
      },
      claimed,
      new AbortController().signal,
    );
    expect(sent).toEqual([]);
    const state = { state: 'PENDING', attempts: 0, holder: null, nextAttemptAt: at };
    expect(await outbox.row(row?._id)).toMatchObject(state);
    expect(await database.throttles.find({ count: { $gt: 0 } }).toArray()).toEqual([]);
  });

  it('finishes what is under way when it is stopped, and takes nothing new', async () => {
    const rows = [...(await outbox.addCredentials({ email })), ...(await outbox.addCredentials({ email }))];
    const slow = transportThat(async (message) => {
      sent.push(message);
      await sleep(200);
    });
    const dispatcher = outbox.start({ EMAIL: slow }, { concurrency: 1 });
    while (sent.length === 0) await sleep(10);
    await dispatcher.stop();
    const states = await Promise.all(rows.map(async ({ _id }) => (await outbox.row(_id)).state));
    expect(states.sort()).toEqual(['PENDING', 'SENT']);
    expect(sent).toHaveLength(1);
  });

  it('hands back what does not finish in time, to be sent at once by another, without using a try', async () => {
    const [row] = await outbox.addCredentials({ email });
    const hanging = transportThat(
      (message, signal) =>
        new Promise((_resolve, reject) => {
          sent.push(message);
          signal.addEventListener('abort', () => reject(new DeliveryError('TIMEOUT', 'Given up.')));
        }),
    );
    const dispatcher = outbox.start({ EMAIL: hanging });
    while (sent.length === 0) await sleep(10);
    await dispatcher.stop({ graceMs: 50 });
    expect(await outbox.row(row?._id)).toMatchObject({ state: 'PENDING', holder: null, attempts: 0 });
    outbox.start({ EMAIL: taking() });
    await outbox.until(row?._id, ({ state }) => state === 'SENT');
  });

  it('lets a channel that hangs hold up no other', async () => {
    for (let at = 0; at < 5; at++) await outbox.addCredentials({ email });
    const [sms] = await outbox.addCredentials({ phoneE164: '+919876543210' });
    const hanging = transportThat((_message, signal) => {
      return new Promise((_resolve, reject) =>
        signal.addEventListener('abort', () => reject(new DeliveryError('TIMEOUT', 'Given up.'))),
      );
    });
    outbox.start({ EMAIL: hanging, SMS: taking() });
    await outbox.until(sms?._id, ({ state }) => state === 'SENT');
  });

  it('remembers that credentials were sent, while they are the ones that are good', async () => {
    const { accounts } = outbox.database;
    const expiresAt = new Date(outbox.clock.ms + dayMs);
    const superseded = new Date(outbox.clock.ms + 2 * dayMs);
    await accounts.insertMany([
      { _id: 'good', mustChangePassword: true, passwordExpiresAt: expiresAt },
      { _id: 'newer', mustChangePassword: true, passwordExpiresAt: superseded },
      { _id: 'chosen', mustChangePassword: false, passwordExpiresAt: null },
    ]);
    outbox.start({ EMAIL: taking() });
    for (const loginKey of ['good', 'newer', 'chosen', 'unknown']) {
      const [row] = await outbox.addCredentials({ email }, { loginKey, expiresAt });
      await outbox.until(row?._id, ({ state }) => state === 'SENT');
    }
    const remembered = await accounts.find({ credentialsSentAt: { $exists: true } }).toArray();
    expect(remembered.map(({ _id, credentialsSentAt }) => [_id, credentialsSentAt])).toEqual([
      ['good', new Date(outbox.clock.ms)],
    ]);
  });
});

describe('purging the outbox', () => {
  let outbox: OutboxFixture;
  beforeAll(async () => {
    outbox = await openOutbox();
  });
  afterAll(() => outbox.close());

  it('removes old messages that were sent or cancelled, and erases secrets that nobody will send', async () => {
    const set = async (fields: Partial<StoredNotification>) => {
      const [row] = await outbox.addCredentials({ email });
      await outbox.database.notifications.updateOne({ _id: row?._id ?? '' }, { $set: fields });
      return row?._id;
    };
    const old = new Date(outbox.clock.ms - 31 * dayMs);
    const past = new Date(outbox.clock.ms - 1);
    const oldOnes = [
      await set({ state: 'SENT', createdAt: old }),
      await set({ state: 'CANCELLED', createdAt: old }),
    ];
    const dead = await set({ state: 'DEAD', createdAt: old });
    const deadAndExpired = await set({ state: 'DEAD', expiresAt: past });
    const waiting = await set({});
    const waitingAndExpired = await set({ expiresAt: past });
    const sent = await set({ state: 'SENT', secrets: null });
    await purgeNotifications(outbox.database, new Date(outbox.clock.ms));
    const left = await outbox.database.notifications.find({}).toArray();
    expect(left.map(({ _id }) => _id).filter((id) => oldOnes.includes(id))).toEqual([]);
    const byId = new Map(left.map((row) => [row._id, [row.state, row.secrets !== null]]));
    const found = [dead, deadAndExpired, waiting, waitingAndExpired, sent].map((id) => byId.get(id ?? ''));
    expect(found).toEqual([
      ['DEAD', true],
      ['DEAD', false],
      ['PENDING', true],
      ['DEAD', false],
      ['SENT', false],
    ]);
  });
});
