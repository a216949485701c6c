import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DeliveryError } from '../../src/notifications/transport.ts';
import { type OutboxFixture, openOutbox, transportThat } from './support/open-outbox.ts';

const nextDay = new Date('2026-03-02T00:00:00.000Z');

describe('limits of SMS', () => {
  let outbox: OutboxFixture;
  let sentTo: string[];
  const counting = () =>
    transportThat(async ({ to }) => {
      sentTo.push(to);
    });
  beforeAll(async () => {
    outbox = await openOutbox();
  });
  afterEach(() => outbox.reset());
  afterAll(() => outbox.close());

  const add = async (count: number, phone: (at: number) => string) => {
    outbox.clock.ms = Date.parse('2026-03-01T10:00:00.000Z');
    sentTo = [];
    const rows = [];
    for (let at = 0; at < count; at++)
      rows.push(...(await outbox.addCredentials({ phoneE164: phone(at) }, { loginKey: `login-${at}` })));
    return rows;
  };
  const states = () => outbox.database.notifications.find({}).toArray();
  const settled = async (sent: number, waiting: number) => {
    const deadline = performance.now() + 5_000;
    for (;;) {
      const rows = await states();
      const done = rows.filter(({ state }) => state === 'SENT').length;
      const waits = rows.filter(
        ({ state, holder, nextAttemptAt }) =>
          state === 'PENDING' && holder === null && nextAttemptAt.getTime() === nextDay.getTime(),
      );
      if (done === sent && waits.length === waiting) return waits;
      if (performance.now() > deadline) throw new Error(`${done} sent, ${waits.length} wait`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };

  it('lets messages beyond the budget of a day wait for the next, without using a try', async () => {
    await add(6, (at) => `+91987654321${at}`);
    const limits = { smsPerDay: 4, smsPerPhonePerDay: 10 };
    outbox.start({ SMS: counting() }, { limits });
    outbox.start({ SMS: counting() }, { limits });
    const waiting = await settled(4, 2);
    expect(waiting.map(({ attempts, lastError }) => [attempts, lastError])).toEqual([
      [0, null],
      [0, null],
    ]);
    expect(sentTo).toHaveLength(4);
    outbox.clock.ms = nextDay.getTime();
    await settled(6, 0);
    expect(sentTo).toHaveLength(6);
  });

  it('lets messages to one phone beyond its own limit wait, and counts them in no budget', async () => {
    await add(6, (at) => (at < 5 ? '+919876543210' : '+919876543211'));
    outbox.start({ SMS: counting() }, { limits: { smsPerDay: 4, smsPerPhonePerDay: 3 }, concurrency: 1 });
    await settled(4, 2);
    expect(sentTo.filter((to) => to === '+919876543210')).toHaveLength(3);
    outbox.clock.ms = nextDay.getTime();
    await settled(6, 0);
  });

  it('counts no message that the provider refused', async () => {
    await add(2, (at) => `+91987654321${at}`);
    const transport = transportThat(async ({ to }) => {
      if (to.endsWith('0')) throw new DeliveryError('REFUSED', 'No.', { permanent: true });
      sentTo.push(to);
    });
    outbox.start({ SMS: transport }, { limits: { smsPerDay: 1, smsPerPhonePerDay: 10 }, concurrency: 1 });
    await settled(1, 0);
    expect(sentTo).toEqual(['+919876543211']);
  });

  it('holds up no e-mail', async () => {
    await add(1, () => '+919876543210');
    const [row] = await outbox.addCredentials({ email: 'asha@example.com' });
    const limits = { smsPerDay: 0, smsPerPhonePerDay: 10 };
    outbox.start({ SMS: counting(), EMAIL: counting() }, { limits });
    await outbox.until(row?._id, ({ state }) => state === 'SENT');
    await settled(1, 1);
  });
});
