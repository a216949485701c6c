import { BSON, type Document } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sweepIndex } from '../../src/customer-index/sweep-index.ts';
import { type FaultyApp, startFaultyApp } from '../faults/support/faulty-app.ts';
import type { WireMessage } from '../faults/support/wire-proxy.ts';
import { noLogIns } from '../support/log-in-entries.ts';

let app: FaultyApp;
beforeAll(async () => {
  app = await startFaultyApp({ serverSelectionTimeoutMs: 1_000 });
});
afterAll(() => app?.close());

let people = 0;
let ids: { userId: string; customerV2Id: string };
beforeEach(async () => {
  people += 1;
  ids = { userId: `user-${people}`, customerV2Id: `record-${people}` };
  app.proxy.onMessage = () => undefined;
  const { db } = app.database;
  const contact = { name: 'Some Body', phone: `97654${30_000 + people}` };
  await db.collection('users').insertOne({ id: ids.userId, role: 'customer', ...contact });
  await db.collection('customers_v2').insertOne({ id: ids.customerV2Id, ...contact });
  await sweepIndex(app.database, { defaultPhoneRegion: 'IN', legacyTimezone: 'UTC' });
});

const text =
  'mutation ($userId: ID!, $customerV2Id: ID!) { linkCustomer(userId: $userId, customerV2Id: $customerV2Id) { id link { state } } }';
const link = () => app.admin(text, ids);

/** Everything that is stored of the two, but for what is counted or differs with the time. */
async function written() {
  const { db } = app.database;
  const subject = { subjectIds: ids.userId };
  const user: Document | null = await db.collection('users').findOne({ id: ids.userId });
  const record: Document | null = await db.collection('customers_v2').findOne({ id: ids.customerV2Id });
  return {
    links: [user?.customer_v2_id ?? null, record?.user_id ?? null],
    epoch: (await app.database.accounts.findOne({ _id: String(user?._id) }))?.sessionEpoch ?? 0,
    kinds: (await app.database.notifications.find(subject).toArray()).map(({ kind }) => kind).toSorted(),
    codes: await app.database.tokens.countDocuments({ loginKey: String(user?._id) }),
    journal: (await app.database.journal.find({ ...subject, ...noLogIns }).toArray()).map(
      ({ action }) => action,
    ),
    states: (await app.database.customerIndex.find({ ids: ids.userId }).toArray()).map(
      (row) => row.linkState,
    ),
  };
}

const all = {
  links: [expect.any(String), expect.any(String)],
  epoch: 1,
  kinds: ['LINK_CODE', 'LOGIN_ADOPTED'],
  codes: 1,
  journal: ['CUSTOMER_LINKED'],
  states: ['LINKED'],
};
const nothing = {
  links: [null, null],
  epoch: 0,
  kinds: [],
  codes: 0,
  journal: [],
  states: ['ORPHANED_USER'],
};

function failure(code: number, codeName: string, ...errorLabels: string[]) {
  return { answer: { ok: 0, code, codeName, errmsg: 'injected', errorLabels } };
}

const nameOf = ({ command, collection }: WireMessage) => `${command} ${collection}`.trim();

describe('while two are linked', () => {
  it('three transient errors, at the first, a middle and the last command before the commit, leave everything once', async () => {
    const commands: string[] = [];
    app.proxy.onMessage = (message) => {
      if (message.direction === 'request') commands.push(nameOf(message));
      return undefined;
    };
    await link();
    expect(await written()).toEqual(all);
    expect(commands).toEqual(
      expect.arrayContaining(['update users', 'update customers_v2', 'insert journal']),
    );
    expect(commands.at(-1)).toBe('commitTransaction');
    const { users, customersV2 } = app.database;
    await users.updateOne({ id: ids.userId }, { $set: { customer_v2_id: null } });
    await customersV2.updateOne({ id: ids.customerV2Id }, { $set: { user_id: null } });
    await app.database.journal.deleteMany({});
    await app.database.notifications.deleteMany({});
    const failing = [1, Math.ceil(commands.length / 2), commands.length - 1];
    let at = 0;
    app.proxy.onMessage = ({ direction, startsTransaction, command }) => {
      if (direction !== 'request' || command === 'abortTransaction') return undefined;
      at = startsTransaction ? 1 : at + 1;
      if (at !== failing[0]) return undefined;
      failing.shift();
      return failure(112, 'WriteConflict', 'TransientTransactionError');
    };
    const { data, errors } = await link();
    expect(errors).toEqual([]);
    expect(data.linkCustomer).toEqual({ id: ids.customerV2Id, link: { state: 'LINKED' } });
    expect(failing).toEqual([]);
    expect(await written()).toEqual({ ...all, epoch: 2 });
  });

  it('an error that stays leaves nothing, and is answered by a code', async () => {
    app.proxy.onMessage = (message) =>
      message.direction === 'request' && nameOf(message) === 'insert journal'
        ? failure(8, 'UnknownError')
        : undefined;
    const { code, errors } = await link();
    expect(code).toBe('INTERNAL_SERVER_ERROR');
    expect(BSON.EJSON.stringify(errors)).not.toContain('injected');
    expect(await written()).toEqual(nothing);
  });

  it('a connection that is cut at the commit leaves all or nothing, and asking again is answered', async () => {
    let cuts = 0;
    app.proxy.onMessage = ({ command, direction }) => {
      if (command !== 'commitTransaction' || direction !== 'answer' || cuts > 0) return undefined;
      cuts += 1;
      return 'cut';
    };
    await link();
    expect(cuts).toBe(1);
    expect((await link()).errors).toEqual([]);
    expect(await written()).toEqual(all);
  });
});
