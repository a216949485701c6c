import { EventEmitter } from 'node:events';
import { ObjectId } from 'mongodb';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type LoginWatch, watchLogins } from '../../src/watcher/watch-logins.ts';
import { openTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { until } from './support/watched-database.ts';

let opened: TestDatabase;
const changed: string[] = [];
const ended: string[] = [];
let gaps = 0;
let watching: LoginWatch;

beforeAll(async () => {
  opened = await openTestDatabase();
  watching = watchLogins({
    database: opened.database,
    onChange: (key) => changed.push(key),
    onSessionEnd: (id) => ended.push(id),
    onGap: () => {
      gaps += 1;
    },
  });
  expect(watching.following()).toBe(false);
  await until(() => watching.following(), 'the stream');
});
afterAll(async () => {
  await watching.stop();
  await opened.close();
});

it('a login that anybody changes or removes, or whose account is changed, is told of at once', async () => {
  const { database, db } = opened;
  const users = db.collection('users');
  const _id = new ObjectId();
  await users.insertMany([
    { _id, role: 'admin' },
    { _id: 'text' as never, role: 'admin' },
  ]);
  await database.accounts.insertOne({ _id: 'of-an-account' });
  await until(() => changed.includes('of-an-account'), 'a new account');
  const from = performance.now();
  await users.updateOne({ _id }, { $set: { role: 'customer' } });
  await until(() => changed.includes(_id.toHexString()), 'a changed role');
  expect(performance.now() - from).toBeLessThan(2_000);
  await users.deleteOne({ _id: 'text' as never });
  await until(() => changed.includes('text:text'), 'a removed login');
});

it('a session that is removed is told of at once, and one that is refreshed is not', async () => {
  const { db } = opened;
  const sessions = db.collection<{ _id: string; expiresAt: Date }>('sessions');
  await sessions.insertMany(['refreshed', 'removed'].map((_id) => ({ _id, expiresAt: new Date() })));
  await sessions.updateOne({ _id: 'refreshed' }, { $set: { expiresAt: new Date(0) } });
  await sessions.deleteOne({ _id: 'removed' });
  await until(() => ended.length > 0, 'a removed session');
  expect(ended).toEqual(['removed']);
  expect(changed).not.toContain('refreshed');
});

it('after a collection was dropped nothing is believed that was known before', async () => {
  const before = gaps;
  await opened.db.collection('accounts').drop();
  await until(() => gaps > before, 'the gap');
});

it('a database that has fallen silent is not believed to have told everything, and one that breaks neither', async () => {
  const { database } = opened;
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  let answer: { resolve(event: null): void; reject(error: Error): void } | undefined;
  const stream = Object.assign(new EventEmitter(), {
    closed: false,
    tryNext: () => new Promise<null>((resolve, reject) => (answer = { resolve, reject })),
    close: async () => answer?.reject(new Error('closed')),
  });
  const db = new Proxy(database.db, {
    get: (target, property) => (property === 'watch' ? () => stream : Reflect.get(target, property)),
  });
  let missed = 0;
  const silent = watchLogins({
    database: { ...database, db },
    onChange() {},
    onSessionEnd() {},
    onGap: () => {
      missed += 1;
    },
  });
  try {
    expect(silent.following()).toBe(false);
    stream.emit('resumeTokenChanged');
    expect([silent.following(), missed]).toEqual([true, 1]);
    now = 2_999;
    expect(silent.following()).toBe(true);
    now = 3_000;
    expect(silent.following()).toBe(false);
    answer?.resolve(null);
    await vi.waitFor(() => expect(silent.following()).toBe(true));
    // The stream goes on where it was: nothing was missed.
    expect(missed).toBe(1);
    answer?.reject(new Error('the connection broke'));
    await vi.waitFor(() => expect(silent.following()).toBe(false));
  } finally {
    vi.restoreAllMocks();
    await silent.stop();
  }
});
