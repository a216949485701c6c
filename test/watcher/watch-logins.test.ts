import { ObjectId } from 'mongodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { watchLogins } from '../../src/watcher/watch-logins.ts';
import { openTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { until } from './support/watched-database.ts';

let opened: TestDatabase;
const changed: string[] = [];
let watching: ReturnType<typeof watchLogins>;

beforeAll(async () => {
  opened = await openTestDatabase();
  watching = watchLogins({ database: opened.database, onChange: (key) => changed.push(key) });
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
  // It begins with what happens once it is open.
  await until(async () => {
    await database.accounts.updateOne({ _id: 'of-an-account' }, { $inc: { failures: 1 } });
    return changed.includes('of-an-account');
  }, 'the stream');
  const from = performance.now();
  await users.updateOne({ _id }, { $set: { role: 'customer' } });
  await until(() => changed.includes(_id.toHexString()), 'a changed role');
  expect(performance.now() - from).toBeLessThan(2_000);
  await users.deleteOne({ _id: 'text' as never });
  await until(() => changed.includes('text:text'), 'a removed login');
});
