import { ObjectId } from 'mongodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
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
