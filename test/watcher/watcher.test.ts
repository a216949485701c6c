import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { refreshIndex } from '../../src/customer-index/refresh-index.ts';
import { keepForeignHistory } from '../../src/database/foreign-history.ts';
import { inTransaction } from '../../src/database/transaction.ts';
import { writeJournal } from '../../src/journal/write-journal.ts';
import { openWatchedDatabase, settings, until, type WatchedDatabase } from './support/watched-database.ts';

let opened: WatchedDatabase;

beforeEach(async () => {
  opened = await openWatchedDatabase();
});
afterEach(() => opened.close());

describe('a write of another application reaches the index and the journal without a sweep', () => {
  it('an insert of each half, and their link', async () => {
    await opened.watching();
    await opened.users.insertOne({ id: 'u3', name: 'Meena', role: 'customer', customer_v2_id: 'd3' });
    await opened.records.insertOne({ id: 'd3', name: 'Meena', status: 'trial', user_id: 'u3' });
    await opened.settled();
    expect(await opened.rowOf('u3')).toMatchObject({ linkState: 'LINKED', id: 'd3', status: 'TRIAL' });
    expect(await opened.told()).toEqual([
      {
        RECORD_CREATED: expect.arrayContaining(['u3']),
        changes: [
          'users.id: null → u3',
          'users.name: null → Meena',
          'users.role: null → customer',
          'users.customer_v2_id: null → d3',
        ],
      },
      {
        RECORD_CREATED: ['d3', 'u3'],
        changes: [
          'customers_v2.id: null → d3',
          'customers_v2.name: null → Meena',
          'customers_v2.status: null → trial',
          'customers_v2.user_id: null → u3',
        ],
      },
    ]);
  });

  it('an update of each half', async () => {
    await opened.watching();
    await opened.users.updateOne({ id: 'u1' }, { $set: { is_active: false, password_hash: 'other' } });
    await opened.records.updateOne({ id: 'd2' }, { $set: { area: 'East' }, $unset: { user_id: '' } });
    await opened.settled();
    expect(await opened.rowOf('u1')).toMatchObject({ linkState: 'LINKED', loginUsable: false });
    expect(await opened.rowOf('d2')).toMatchObject({ linkState: 'ORPHANED_V2', area: 'East' });
    expect(await opened.told()).toEqual([
      {
        RECORD_CHANGED: ['u1', 'd1'],
        changes: ['users.is_active: null → false', 'users.password: null → null'],
      },
      {
        RECORD_CHANGED: ['d2'],
        changes: ['customers_v2.area: null → East', 'customers_v2.user_id: null → null'],
      },
    ]);
  });

  it('a replacement that drops the link, by either half', async () => {
    await opened.watching();
    await opened.records.replaceOne({ id: 'd1' }, { id: 'd1', name: 'Priya', status: 'active' });
    await opened.settled();
    expect(await opened.rowOf('d1')).toMatchObject({ linkState: 'HALF_LINKED' });
    await opened.users.replaceOne({ id: 'u1' }, { id: 'u1', name: 'Priya', role: 'customer' });
    await opened.settled();
    expect(await opened.rowOf('d1')).toMatchObject({ linkState: 'ORPHANED_V2' });
    expect(await opened.rowOf('u1')).toMatchObject({ linkState: 'ORPHANED_USER' });
    expect(await opened.told()).toMatchObject([
      { RECORD_REPLACED: ['d1', 'u1'], changes: expect.arrayContaining(['customers_v2.user_id: u1 → null']) },
      { RECORD_REPLACED: ['u1', 'd1'], changes: expect.arrayContaining(['users.customer_v2_id: d1 → null']) },
    ]);
  });

  it('a delete of each half', async () => {
    await opened.watching();
    await opened.users.deleteOne({ id: 'u1' });
    await opened.records.deleteOne({ id: 'd2' });
    await opened.settled();
    expect(await opened.rowOf('d1')).toMatchObject({ linkState: 'DANGLING', hasLogin: false });
    expect(await opened.rowOf('d2')).toBeNull();
    expect(await opened.told()).toEqual([
      { RECORD_REMOVED: ['u1', 'd1'], changes: ['users.customer_v2_id: d1 → null'] },
      { RECORD_REMOVED: ['d2'], changes: [] },
    ]);
  });

  it('with the values before, once the database keeps them', async () => {
    await keepForeignHistory(opened.database);
    await opened.watching();
    await opened.records.replaceOne({ id: 'd1' }, { id: 'd1', name: 'Priya R', status: 'active' });
    await opened.users.updateOne({ id: 'u2' }, { $set: { email: 'new@example.com' } });
    await opened.users.deleteOne({ id: 'u2' });
    await opened.settled();
    expect(await opened.told()).toEqual([
      {
        RECORD_CHANGED: ['d1', 'u1'],
        changes: ['customers_v2.name: Priya → Priya R', 'customers_v2.user_id: u1 → null'],
      },
      { RECORD_CHANGED: ['u2'], changes: ['users.email: asha@example.com → new@example.com'] },
      { RECORD_REMOVED: ['u2'], changes: expect.arrayContaining(['users.name: Asha → null']) },
    ]);
  });

  it('within half a second, as a rule', async () => {
    await opened.watching();
    const delays: number[] = [];
    for (let at = 0; at < 10; at++) {
      const area = `Area ${at}`;
      const from = performance.now();
      await opened.records.updateOne({ id: 'd2' }, { $set: { area } });
      await until(async () => (await opened.rowOf('d2'))?.area === area, area);
      delays.push(performance.now() - from);
    }
    expect(delays.toSorted((a, b) => a - b)[5]).toBeLessThan(500);
  });
});

describe('the gateway', () => {
  /** As every use case writes: both, with the index and the journal, in one transaction. */
  const ownWrite = (name: string, journalled = true) =>
    inTransaction(opened.database, async (session) => {
      const { database } = opened;
      const login = await database.users.findOne({ id: 'u2' }, { session });
      await database.users.updateOne({ id: 'u2' }, { $set: { name } }, { session });
      const entry = { at: new Date(), actor: 'a1', action: 'CUSTOMER_UPDATED', subjectIds: ['u2'] } as const;
      if (journalled) await writeJournal(database, [entry], session);
      await refreshIndex(database, { loginKeys: [login?._id], deliveryKeys: [] }, settings, session);
    });

  it('does not take its own writes for those of others', async () => {
    await opened.watching();
    await ownWrite('One');
    await ownWrite('Two', false);
    await opened.settled();
    expect(await opened.told()).toEqual([]);
  });

  it('tells its own writes from those of others to the same record, before, between and after', async () => {
    await opened.watching();
    const foreignWrite = (name: string) => opened.users.updateOne({ id: 'u2' }, { $set: { name } });
    await foreignWrite('Foreign 1');
    await ownWrite('Own 1');
    await foreignWrite('Foreign 2');
    await ownWrite('Own 2', false);
    await foreignWrite('Foreign 3');
    await ownWrite('Own 3');
    await opened.settled();
    expect((await opened.told()).map(({ changes }) => changes)).toEqual([
      ['users.name: null → Foreign 1'],
      ['users.name: null → Foreign 2'],
      ['users.name: null → Foreign 3'],
    ]);
    expect(await opened.rowOf('u2')).toMatchObject({ names: ['own 3'] });
  });

  it('tells of writes of others in a transaction of theirs', async () => {
    await opened.watching();
    await opened.client.withSession((session) =>
      session.withTransaction(async () => {
        await opened.users.updateOne({ id: 'u2' }, { $set: { customer_v2_id: 'd2' } }, { session });
        await opened.records.updateOne({ id: 'd2' }, { $set: { user_id: 'u2' } }, { session });
      }),
    );
    await opened.settled();
    const told = await opened.told();
    expect(told).toHaveLength(2);
    expect(told).toContainEqual({
      RECORD_CHANGED: ['u2', 'd2'],
      changes: ['users.customer_v2_id: null → d2'],
    });
    expect(told).toContainEqual({
      RECORD_CHANGED: ['d2', 'u2'],
      changes: ['customers_v2.user_id: null → u2'],
    });
    expect(await opened.rowOf('d2')).toMatchObject({ linkState: 'LINKED' });
  });

  it('keeps up with a thousand writes at once, and tells of each once', async () => {
    await opened.watching();
    await opened.records.insertMany(
      Array.from({ length: 1000 }, (_, at) => ({ id: `many-${at}`, name: `Many ${at}` })),
    );
    await opened.settled();
    expect(await opened.database.customerIndex.countDocuments({ names: /^many/ })).toBe(1000);
    const told = await opened.told();
    expect(new Set(told.map(({ RECORD_CREATED: [id] }) => id)).size).toBe(1000);
    expect(told).toHaveLength(1000);
  });
});
