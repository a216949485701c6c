import { afterEach, describe, expect, it } from 'vitest';
import { connectDatabase } from '../../src/database/connect.ts';
import { migrate, requireCurrentSchema, SchemaOutdatedError } from '../../src/database/migrate.ts';
import { makeUniqueLinkIndexes } from '../../src/database/unique-links.ts';
import { violationLines } from '../../src/database/violation-lines.ts';
import { startGateway } from '../support/start-gateway.ts';
import { openTestDatabase, type TestDatabase } from '../support/test-database.ts';

const opened: TestDatabase[] = [];
async function open(options: { migrated: boolean }): Promise<TestDatabase> {
  const test = await openTestDatabase(options);
  opened.push(test);
  return test;
}
afterEach(async () => {
  for (const test of opened.splice(0)) await test.close();
});
const now = () => new Date('2026-03-01T10:00:00.000Z');

/** Every document and every index of a database. */
async function everything({ db }: TestDatabase): Promise<Record<string, unknown>> {
  const names = (await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name).sort();
  const found: Record<string, unknown> = {};
  for (const name of names) {
    const documents = await db.collection(name).find({}).sort({ _id: 1 }).toArray();
    found[name] = { documents, indexes: await db.collection(name).indexes() };
  }
  return found;
}

const migrationNames = [
  '0001_link_fields',
  '0002_history_of_both_halves',
  '0003_no_plain_reset_tokens',
  '0004_indexes_that_nothing_reads',
];

describe('migrating', () => {
  it('adds empty links to thousands, page by page', async () => {
    const test = await open({ migrated: false });
    const many = Array.from({ length: 2_345 }, (_, at) => ({
      at,
      ...(at % 5 === 0 && { user_id: `u-${at}` }),
    }));
    await test.db.collection('customers_v2').insertMany(many);
    await migrate(test.database, { now });
    const records = await test.db.collection('customers_v2').find({}).sort({ at: 1 }).toArray();
    expect(records.map(({ at, user_id }) => [at, user_id])).toEqual(
      many.map(({ at, user_id }) => [at, user_id ?? null]),
    );
    const applied = await test.database.migrations.findOne({ _id: '0001_link_fields' });
    expect(applied?.details).toBe('customer_v2_id added to 0 users, user_id to 1876 customers_v2');
  });

  it('adds an empty link to documents without one, changes no other, and records itself', async () => {
    const test = await open({ migrated: false });
    const users = [
      { _id: 'a', extra: [1] },
      { _id: 'b', customer_v2_id: null },
      { _id: 'c', customer_v2_id: '' },
      { _id: 'd', customer_v2_id: 7 },
    ];
    await test.db.collection<{ _id: string }>('users').insertMany(users);
    await test.db.collection<{ _id: string }>('customers_v2').insertMany([{ _id: 'e' }]);
    const report = await migrate(test.database, { now });
    expect(report).toEqual({
      applied: migrationNames,
      violations: [],
    });
    expect(await test.database.users.find({}).sort({ _id: 1 }).toArray()).toEqual([
      { _id: 'a', extra: [1], customer_v2_id: null },
      ...users.slice(1),
    ]);
    expect(await test.database.customersV2.findOne({})).toEqual({ _id: 'e', user_id: null });
    expect(await test.database.migrations.find({}).toArray()).toEqual([
      {
        _id: '0001_link_fields',
        appliedAt: now(),
        details: 'customer_v2_id added to 1 users, user_id to 1 customers_v2',
      },
      {
        _id: '0002_history_of_both_halves',
        appliedAt: now(),
        details: '0 journal entries are found by every address of their subject',
      },
      {
        _id: '0003_no_plain_reset_tokens',
        appliedAt: now(),
        details: 'password_reset_token and password_reset_expires removed from 0 users',
      },
      { _id: '0004_indexes_that_nothing_reads', appliedAt: now(), details: 'there was none' },
    ]);
  });

  it('lives with an index of the older application on the same keys, and knows a partial one for what it is', async () => {
    const test = await open({ migrated: false });
    const users = test.db.collection('users');
    await users.createIndex({ id: 1 }, { name: 'id_1', unique: true });
    await users.createIndex({ email: 1 }, { name: 'email_1', partialFilterExpression: { is_active: true } });
    await migrate(test.database, { now });
    await requireCurrentSchema(test.database);
    const names = (await users.indexes()).map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['id_1', 'email_1', 'gateway_email', 'gateway_unique_link']),
    );
    expect(names).not.toContain('gateway_id');
  });

  it('drops the indexes that no query stands on any more, and none that others have made', async () => {
    const test = await open({ migrated: false });
    const rows = test.db.collection('customer_index');
    await rows.createIndex({ isActive: 1, nameKey: 1, _id: 1 }, { name: 'isActive_nameKey' });
    await rows.createIndex({ area: 1, isActive: -1 }, { name: 'of_a_database_administrator' });
    await migrate(test.database, { now });
    const names = (await rows.indexes()).map(({ name }) => name);
    expect(names).toContain('of_a_database_administrator');
    expect(names).not.toContain('isActive_nameKey');
    expect(await test.database.migrations.findOne({ _id: '0004_indexes_that_nothing_reads' })).toMatchObject({
      details: 'isActive_nameKey dropped',
    });
  });

  it('does nothing the second time', async () => {
    const test = await open({ migrated: false });
    await migrate(test.database, { now });
    const before = await everything(test);
    expect(await migrate(test.database, { now: () => new Date('2027-01-01T00:00:00Z') })).toEqual({
      applied: [],
      violations: [],
    });
    expect(await everything(test)).toEqual(before);
  });

  it('is done by one of two processes that start at once, and the other waits for it', async () => {
    const test = await open({ migrated: false });
    const other = await connectDatabase(test.uri, test.name);
    try {
      const reports = await Promise.all([
        migrate(test.database, { now: () => new Date() }),
        migrate(other, { now: () => new Date() }),
      ]);
      expect(reports.flatMap((report) => report.applied)).toEqual(migrationNames);
      await requireCurrentSchema(other);
      expect(await test.database.leases.countDocuments({})).toBe(0);
    } finally {
      await other.client.close();
    }
  });

  it('goes on where another process died', async () => {
    const test = await open({ migrated: false });
    await test.database.leases.insertOne({
      _id: 'migrations',
      holder: 'the dead',
      expiresAt: new Date(Date.now() + 600),
    });
    const startedAt = Date.now();
    await migrate(test.database, { now: () => new Date() });
    expect(Date.now() - startedAt).toBeGreaterThan(400);
    await requireCurrentSchema(test.database);
  });
});

describe('a gateway that may not migrate', () => {
  it('refuses an old schema and names what it lacks', async () => {
    const test = await open({ migrated: false });
    const refusal = await requireCurrentSchema(test.database).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(SchemaOutdatedError);
    expect((refusal as Error).message).toMatch(
      /^[^.]*run "customer-gateway migrate".*It lacks \d\d migrations and indexes: migration 0001_link_fields.* and \d\d more\.$/,
    );
    expect((refusal as Error).message.length).toBeLessThan(350);
    expect((refusal as SchemaOutdatedError).missing).toContain('index users.gateway_claims');
    await migrate(test.database, { now });
    await requireCurrentSchema(test.database);
  });

  it('refuses a schema that has lost an index, by its name', async () => {
    const test = await open({ migrated: true });
    await test.database.users.dropIndex('gateway_email');
    await expect(requireCurrentSchema(test.database)).rejects.toThrow(/lacks index users\.gateway_email\./);
  });

  it('does not start, and changes nothing', async () => {
    await expect(startGateway({ environment: { MIGRATE: 'off' } })).rejects.toThrow(SchemaOutdatedError);
  });
});

describe('the links', () => {
  const sides = [
    ['users', 'customer_v2_id'],
    ['customers_v2', 'user_id'],
  ] as const;

  it.each(sides)('of %s are unique, by an index that the planner can use', async (collection, field) => {
    const { db } = await open({ migrated: true });
    expect(await db.collection(collection).indexes()).toContainEqual(
      expect.objectContaining({
        name: 'gateway_unique_link',
        key: { [field]: 1 },
        unique: true,
        partialFilterExpression: { [field]: { $gt: '' } },
      }),
    );
  });

  it.each(sides)('of %s are claimed once, also by an update', async (name, field) => {
    const { db } = await open({ migrated: true });
    const collection = db.collection<{ _id: number }>(name);
    await collection.insertMany([
      { _id: 1, [field]: 'x' },
      { _id: 2, [field]: 'y' },
    ]);
    await expect(collection.insertOne({ _id: 3, [field]: 'x' })).rejects.toMatchObject({ code: 11_000 });
    await expect(collection.updateOne({ _id: 2 }, { $set: { [field]: 'x' } })).rejects.toMatchObject({
      code: 11_000,
    });
    await collection.updateOne({ _id: 1 }, { $set: { [field]: null } });
    await collection.updateOne({ _id: 2 }, { $set: { [field]: 'x' } });
  });

  it.each(sides)(
    'of %s may be missing, null, empty or of a wrong type in many documents',
    async (name, field) => {
      const { db } = await open({ migrated: true });
      const values = [undefined, null, '', 5, { a: 1 }];
      const documents = [...values, ...values].map((value) =>
        value === undefined ? {} : { [field]: value },
      );
      expect((await db.collection(name).insertMany(documents)).insertedCount).toBe(10);
    },
  );

  it('that are shared already are told by their ids, stop nothing, and are unique once mended', async () => {
    const test = await open({ migrated: false });
    const { users, customersV2 } = test.database;
    await users.insertMany([
      { _id: 1, id: 'u1', customer_v2_id: 'c1' },
      { _id: 2, id: 'u2', customer_v2_id: 'c1' },
      { _id: 'no id', customer_v2_id: 'c1' },
      { _id: 4, id: 'u4', customer_v2_id: 'c4' },
      { _id: 5, id: '', customer_v2_id: 'c1' },
    ]);
    await customersV2.insertMany([
      { _id: 1, id: 'c1', user_id: 'u1' },
      { _id: 2, id: 'c2', user_id: 'u1' },
    ]);
    const { violations } = await migrate(test.database, { now });
    expect(violations).toEqual([
      {
        collection: 'users',
        field: 'customer_v2_id',
        shared: 1,
        links: [{ claimedId: 'c1', claimantCount: 4, claimants: ['u1', 'u2', '5', 'no id'] }],
      },
      {
        collection: 'customers_v2',
        field: 'user_id',
        shared: 1,
        links: [{ claimedId: 'u1', claimantCount: 2, claimants: ['c1', 'c2'] }],
      },
    ]);
    await requireCurrentSchema(test.database);

    await users.updateMany({ _id: { $in: [2, 5, 'no id'] as never[] } }, { $set: { customer_v2_id: null } });
    expect(await makeUniqueLinkIndexes(test.database)).toMatchObject([{ collection: 'customers_v2' }]);
    await expect(users.insertOne({ _id: 6, customer_v2_id: 'c1' })).rejects.toMatchObject({ code: 11_000 });
    await customersV2.deleteOne({ id: 'c2' });
    expect(await makeUniqueLinkIndexes(test.database)).toEqual([]);
    await expect(customersV2.insertOne({ _id: 5, user_id: 'u1' })).rejects.toMatchObject({ code: 11_000 });
  });

  it('that hundreds share are told in a few short lines', async () => {
    const test = await open({ migrated: false });
    await test.database.users.insertMany(
      Array.from({ length: 300 }, (_, n) => ({ _id: n, id: `u${n}`, customer_v2_id: 'all' })),
    );
    await test.database.customersV2.insertMany(
      Array.from({ length: 90 }, (_, n) => ({ _id: n, id: `c${n}`, user_id: `u${n % 45}` })),
    );
    const lines = violationLines((await migrate(test.database, { now })).violations);
    expect(lines[0]).toBe('users.customer_v2_id = all is claimed by 300: u0, u1, u2, u3, u4 and 295 more');
    expect(lines[1]).toBe('customers_v2.user_id = u0 is claimed by 2: c0, c45');
    expect(lines.slice(21)).toEqual(['customers_v2.user_id: 25 more are claimed by several']);
  });

  it('become unique in a running gateway once they are mended, without a restart', async () => {
    const gateway = await startGateway({
      environment: { SWEEP_INTERVAL_SECONDS: '1' },
      fill: ({ users }) =>
        users.insertMany([
          { _id: 1, id: 'u1', customer_v2_id: 'c1' },
          { _id: 2, id: 'u2', customer_v2_id: 'c1' },
        ]),
    });
    try {
      const names = async () => (await gateway.foreign.users.indexes()).map(({ name }) => name);
      expect(await names()).not.toContain('gateway_unique_link');
      await gateway.foreign.users.updateOne({ id: 'u2' }, { $set: { customer_v2_id: null } });
      await expect.poll(names, { timeout: 8_000, interval: 200 }).toContain('gateway_unique_link');
    } finally {
      await gateway.close();
    }
  });
});
