import { once } from 'node:events';
import { connect } from 'node:net';
import { BSON, type Document, MongoClient } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type FindRecordsOptions, findRecords, type RecordFilters } from '../../src/database/find-records.ts';
import { inTransaction } from '../../src/database/transaction.ts';
import { opMessage, readReplies } from '../embedded-mongo/server/raw-client.ts';
import { openTestDatabase, type TestDatabase } from '../support/test-database.ts';

let test: TestDatabase;
let commands: string[] = [];
beforeAll(async () => {
  test = await openTestDatabase({ monitorCommands: true });
  const customers = (source: string) =>
    [1, 2, 3].map((number) => ({ id: `${source}-${number}`, name: `${source} ${number}`, role: 'customer' }));
  await test.db.collection('users').insertMany(customers('login'));
  await test.db.collection('customers_v2').insertMany(customers('delivery'));
  test.client.on('commandStarted', ({ commandName }) => commands.push(commandName));
});
beforeEach(() => {
  commands = [];
});
afterAll(() => test.close());

async function idsOf(filters: RecordFilters, options?: FindRecordsOptions) {
  const { logins, deliveries } = await findRecords(test.database, filters, options);
  return {
    logins: logins.map(({ id }) => id).toSorted(),
    deliveries: deliveries.map(({ id }) => id).toSorted(),
  };
}

const both: RecordFilters = {
  logins: { id: { $in: ['login-1', 'login-3', 'delivery-1'] } },
  deliveries: { id: 'delivery-2' },
};
const bothFound = { logins: ['login-1', 'login-3'], deliveries: ['delivery-2'] };

describe('records of both collections', () => {
  it('come by one command', async () => {
    expect(await idsOf(both)).toEqual(bothFound);
    expect(commands).toEqual(['aggregate']);
  });

  it('come all, in however many batches', async () => {
    const all = { logins: {}, deliveries: {} };
    expect(await idsOf(all, { batchSize: 2 })).toEqual(await idsOf(all));
    expect(commands.filter((name) => name === 'getMore').length).toBeGreaterThan(1);
  });

  it('come in a transaction, as it sees them', async () => {
    const found = await inTransaction(test.database, async (session) => {
      await test.database.users.updateOne({ id: 'login-2' }, { $set: { name: 'Changed' } }, { session });
      commands = [];
      const { logins, deliveries } = await findRecords(
        test.database,
        { logins: { id: 'login-2' }, deliveries: { id: 'delivery-2' } },
        { session },
      );
      return [...logins, ...deliveries].map(({ name }) => name);
    });
    expect(found).toEqual(['Changed', 'delivery 2']);
    expect(commands.slice(0, 2)).toEqual(['find', 'find']);
  });

  it('are not asked for where nobody is meant', async () => {
    expect(await idsOf({ logins: null, deliveries: { id: 'delivery-3' } })).toEqual({
      logins: [],
      deliveries: ['delivery-3'],
    });
    expect(await idsOf({ logins: { id: 'login-3' }, deliveries: null })).toEqual({
      logins: ['login-3'],
      deliveries: [],
    });
    expect(await idsOf({ logins: null, deliveries: null })).toEqual({ logins: [], deliveries: [] });
    expect(commands).toEqual(['find', 'find']);
  });
});

it('a text that is no UTF-8 is shown as far as it is, and hides nobody', async () => {
  const good = BSON.serialize({
    insert: 'customers_v2',
    $db: test.name,
    documents: [
      { id: 'broken', name: 'Asha ### Kulkarni', phone: '+91 98220 10001' },
      { id: 'beside', name: 'Asha' },
    ],
  });
  const body = Buffer.from(good);
  body.write('\xff\xfe\xff', body.indexOf('###'), 'latin1');
  const reply = await sendRaw(body);
  expect(reply).toMatchObject({ ok: 1, n: 2 });
  for (const logins of [null, { id: 'login-1' }]) {
    const { deliveries } = await findRecords(test.database, {
      logins,
      deliveries: { id: { $in: ['broken', 'beside'] } },
    });
    expect(deliveries.map(({ name }) => name).toSorted()).toEqual([
      'Asha',
      'Asha \ufffd\ufffd\ufffd Kulkarni',
    ]);
  }
});

async function sendRaw(body: Buffer): Promise<Document | undefined> {
  const [address] = new MongoClient(test.uri).options.hosts;
  const socket = address?.socketPath
    ? connect(address.socketPath)
    : connect(address?.port ?? 27017, address?.host);
  await once(socket, 'connect');
  socket.write(opMessage(0, Buffer.concat([Buffer.from([0]), body])));
  const [reply] = await readReplies(socket, 1);
  socket.destroy();
  return reply;
}
