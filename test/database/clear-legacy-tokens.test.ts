import { ObjectId } from 'mongodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { clearLegacyTokens } from '../../src/database/clear-legacy-tokens.ts';
import { foreignChanges } from '../../src/watcher/foreign-changes.ts';
import { openTestDatabase, type TestDatabase } from '../support/test-database.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await openTestDatabase();
});
afterAll(() => test?.close());

/** As PyMongo writes it: every field, some of them null. */
function wholeDocument(token: string | null, fields: object = {}) {
  return {
    _id: new ObjectId(),
    id: 'u',
    email: 'priya@example.com',
    password_hash: '$2b$04$saltsaltsaltsaltsaltsa',
    password_reset_token: token,
    password_reset_expires: token === null ? null : '2026-03-01T11:00:00',
    customer_v2_id: null,
    ...fields,
  };
}

it('plain reset tokens are removed from every login, in any form, and nothing else is changed', async () => {
  const { users } = test.database;
  const documents = [
    wholeDocument('secret-1'),
    wholeDocument(null),
    { _id: 'text', password_reset_expires: new Date() },
    { _id: 'none', email: 'none@example.com' },
  ];
  await users.insertMany(documents);
  expect(await clearLegacyTokens(test.database)).toBe(3);
  const left = await users.find().toArray();
  expect(JSON.stringify(left)).not.toContain('password_reset');
  const {
    password_reset_token: _token,
    password_reset_expires: _expires,
    ...rest
  } = wholeDocument('', {
    _id: documents[0]?._id,
  });
  expect(left[0]).toEqual(rest);
  expect(await clearLegacyTokens(test.database)).toBe(0);
  await users.deleteMany({});
});

it('more than a thousand are removed piece by piece, and who is interrupted goes on', async () => {
  const { users } = test.database;
  await users.insertMany(Array.from({ length: 2_300 }, (_, number) => wholeDocument(`secret-${number}`)));
  let writes = 0;
  const bulkWrite = users.bulkWrite.bind(users);
  const dying = {
    ...test.database,
    users: Object.assign(Object.create(users), {
      bulkWrite: (...batch: Parameters<typeof bulkWrite>) => {
        writes += 1;
        return writes === 2 ? Promise.reject(new Error('killed')) : bulkWrite(...batch);
      },
    }),
  };
  await expect(clearLegacyTokens(dying)).rejects.toThrow('killed');
  expect(await clearLegacyTokens(test.database)).toBe(1_300);
  expect(await users.countDocuments({ password_reset_token: { $exists: true } })).toBe(0);
});

it('a process that follows the change stream takes the removal for no write of another application', () => {
  const event = {
    _id: { token: 1 },
    operationType: 'update',
    ns: { db: test.database.db.databaseName, coll: 'users' },
    documentKey: { _id: 'text' },
    updateDescription: {
      updatedFields: {},
      removedFields: ['password_reset_token', 'password_reset_expires'],
    },
  };
  expect(foreignChanges(test.database, [event], new Date())).toEqual([]);
  const told = { ...event, updateDescription: { updatedFields: { email: 'x' }, removedFields: [] } };
  expect(foreignChanges(test.database, [told], new Date())).toHaveLength(1);
});
