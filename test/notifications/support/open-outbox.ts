import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database, StoredNotification } from '../../../src/database/collections.ts';
import { inTransaction } from '../../../src/database/transaction.ts';
import type { DeadLetter } from '../../../src/notifications/deliver-notification.ts';
import {
  type Dispatcher,
  type DispatcherOptions,
  startDispatcher,
} from '../../../src/notifications/dispatcher.ts';
import { createOutbox, type Outbox, type Recipient } from '../../../src/notifications/outbox.ts';
import { createSecretBox, type SecretBox } from '../../../src/notifications/secret-box.ts';
import { loadTemplates, type Templates } from '../../../src/notifications/templates.ts';
import type { Transport, Transports } from '../../../src/notifications/transport.ts';
import { openTestDatabase } from '../../support/test-database.ts';

/** The temporary password in `addCredentials`: where it is found, a secret has leaked. */
export const password = 'QyTmRk7hWz4P';

export interface OutboxFixture {
  readonly database: Database;
  readonly outbox: Outbox;
  readonly secrets: SecretBox;
  readonly templates: Templates;
  /** The time, which stands still until it is set. */
  readonly clock: { ms: number };
  /** Everything that dispatchers reported. */
  readonly dead: DeadLetter[];
  readonly errors: unknown[];
  /** Writes a message with a password for somebody; answers its rows. */
  addCredentials(
    to: Partial<Recipient>,
    options?: { loginKey?: string; expiresAt?: Date; name?: string },
  ): Promise<readonly StoredNotification[]>;
  /** Starts a dispatcher with the transports given; it is stopped at the end. */
  start(transports: Partial<Transports>, options?: Partial<DispatcherOptions>): Dispatcher;
  /** Stops and forgets the dispatchers that were started, and empties the outbox. */
  reset(): Promise<void>;
  row(id: string | undefined): Promise<StoredNotification>;
  /** Waits until a row is as told. */
  until(
    id: string | undefined,
    holds: (row: StoredNotification) => boolean,
    timeoutMs?: number,
  ): Promise<StoredNotification>;
  close(): Promise<void>;
}

/** An outbox on a database of its own, whose clock is set by hand. */
export async function openOutbox(): Promise<OutboxFixture> {
  const { database, close } = await openTestDatabase();
  const clock = { ms: Date.parse('2026-03-01T10:00:00.000Z') };
  const now = () => new Date(clock.ms);
  const key = randomBytes(32);
  const secrets = createSecretBox('k1', async (kid) => (kid === 'k1' ? key : undefined));
  const templates = await loadTemplates({
    directory: 'templates',
    overridingDirectory: null,
    locale: 'en',
    businessName: 'Milk & More',
  });
  const outbox = createOutbox({
    database,
    secrets,
    channels: { email: true, sms: true },
    useBothChannels: false,
  });
  const dead: DeadLetter[] = [];
  const errors: unknown[] = [];
  const started: { dispatcher: Dispatcher; transports: Partial<Transports> }[] = [];

  const fixture: OutboxFixture = {
    database,
    outbox,
    secrets,
    templates,
    clock,
    dead,
    errors,
    async addCredentials(to, { loginKey = 'login-1', expiresAt, name = 'Asha Rao' } = {}) {
      const prepared = await outbox.prepare({
        kind: 'CREDENTIALS',
        to: { email: null, phoneE164: null, ...to },
        loginKey,
        subjectIds: ['customer-1'],
        values: { name, loginName: 'asha@example.com', expiresOn: '2026-03-08' },
        secrets: { password },
        expiresAt: expiresAt ?? new Date(clock.ms + 7 * 24 * 60 * 60_000),
        now: now(),
      });
      await inTransaction(database, (session) => outbox.add([prepared], session));
      return prepared.rows;
    },
    start(transports, options = {}) {
      const dispatcher = startDispatcher({
        database,
        secrets,
        templates,
        transports: { EMAIL: null, SMS: null, ...transports },
        limits: { smsPerDay: 1_000, smsPerPhonePerDay: 10 },
        now,
        pollMs: 20,
        onDead: (letter) => dead.push(letter),
        onError: (error) => errors.push(error),
        ...options,
      });
      started.push({ dispatcher, transports });
      return dispatcher;
    },
    async reset() {
      await Promise.all(started.map(({ dispatcher }) => dispatcher.stop({ graceMs: 0 })));
      for (const { transports } of started.splice(0)) {
        transports.EMAIL?.close();
        transports.SMS?.close();
      }
      await database.notifications.deleteMany({});
      await database.throttles.deleteMany({});
      await database.accounts.deleteMany({});
      dead.length = 0;
      errors.length = 0;
    },
    async row(id) {
      const row = await database.notifications.findOne({ _id: id ?? '' });
      if (row === null) throw new Error(`There is no notification ${id}.`);
      return row;
    },
    async until(id, holds, timeoutMs = 5_000) {
      const deadline = performance.now() + timeoutMs;
      for (;;) {
        const row = await fixture.row(id);
        if (holds(row)) return row;
        if (performance.now() >= deadline) throw new Error(`Still ${JSON.stringify(row)}`);
        await sleep(10);
      }
    },
    async close() {
      await fixture.reset();
      await close();
    },
  };
  return fixture;
}

/** A transport that does as it is told, for what no real provider does on demand. */
export function transportThat(send: Transport['send']): Transport {
  return { send, close() {} };
}
