import type { Document } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadDemoData } from '../../src/cli/demo/load-demo-data.ts';
import type { GraphqlClient } from '../support/graphql-client.ts';
import { oracleAddressOfId } from '../support/oracle-values.ts';
import { startGateway, type TestGateway } from '../support/start-gateway.ts';
import { type CustomerAnswer, everyCustomerField, inOneOrder } from './support/customer-answer.ts';
import { type ExpectedCustomer, type ExpectedWorld, readExpected } from './support/expected-customers.ts';
import { fillWithRandomRecords } from './support/random-fill.ts';

let gateway: TestGateway;
let client: GraphqlClient;
const ask = async (id: string): Promise<CustomerAnswer | null> => {
  const [customer] = await askAll([id]);
  return customer ?? null;
};
/** Twenty of them in one operation. */
const askAll = async (ids: readonly string[]): Promise<(CustomerAnswer | null)[]> => {
  const answers: (CustomerAnswer | null)[] = [];
  for (let from = 0; from < ids.length; from += 20) {
    const some = ids.slice(from, from + 20);
    const fields = some.map((_, at) => `c${at}: customer(id: $c${at}) { ...EveryCustomerField }`);
    const query = `query (${some.map((_, at) => `$c${at}: ID!`).join(' ')}) { ${fields.join(' ')} } ${everyCustomerField}`;
    const { errors, data } = await client(query, Object.fromEntries(some.map((id, at) => [`c${at}`, id])));
    expect({ some, errors }).toEqual({ some, errors: [] });
    answers.push(...some.map((_, at) => (data[`c${at}`] === null ? null : inOneOrder(data[`c${at}`]))));
  }
  return answers;
};

describe.each([
  { data: 'the demo data', fill: loadDemoData },
  { data: 'random records', fill: fillWithRandomRecords(27, 200) },
])('customer(id:), on $data', ({ fill }) => {
  let world: ExpectedWorld;
  let customers: ExpectedCustomer[];
  beforeAll(async () => {
    gateway = await startGateway({ fill });
    client = await gateway.logIn(gateway.admin.email);
    world = await readExpected(gateway.foreign);
    customers = world.customers;
  });
  afterAll(() => gateway?.close());

  it('answers the id of either half with the one customer, each field as the rules say', async () => {
    const ids = new Set(
      customers.flatMap(({ answer }) => [answer.id, answer.login?.userId, answer.delivery?.customerV2Id]),
    );
    const asked = [...ids].filter((id) => typeof id === 'string');
    expect(await askAll(asked)).toEqual(asked.map((id) => nearestOf(customers, id)));
  });

  it('answers the `_id` of a record that has no id to itself', async () => {
    const without = customers.filter(({ login, delivery }) =>
      [login, delivery].some((half) => half !== null && (typeof half.id !== 'string' || half.id === '')),
    );
    expect(without.length).toBeGreaterThan(2);
    for (const { answer, login, delivery } of without) {
      expect(await ask(oracleAddressOfId((delivery ?? login)?._id))).toEqual(answer);
    }
  });

  it('answers with nobody for an id that two records of one collection have', async () => {
    const addresses = new Set(customers.flatMap((customer) => customer.ids));
    const ids = [world.users, world.customersV2].flatMap((records) => {
      const all = records.map(({ id }) => id).filter((id) => typeof id === 'string' && id !== '');
      return all.filter((id, at) => all.indexOf(id) !== at && !addresses.has(id));
    });
    expect(ids.length).toBeGreaterThan(0);
    expect(await askAll(ids)).toEqual(ids.map(() => null));
  });

  it('answers with nobody, and no error, for ids that are nobody’s or no ids at all', async () => {
    const odd = [
      '',
      ' ',
      '0',
      'null',
      'undefined',
      '{"$ne":null}',
      '{"$gt":""}',
      '[object Object]',
      '$where',
      '.*',
      '__proto__',
      'constructor',
    ];
    const shaped = [
      '00000000-0000-4000-8000-000000000000',
      '0'.repeat(24),
      "' || 1 == 1",
      '\u0000',
      '\u202e',
      '🚴',
      'a'.repeat(5_000),
      'text:',
      'ejson:{}',
    ];
    expect(await askAll([...odd, ...shaped])).toEqual([...odd, ...shaped].map(() => null));
  });
});

describe('customer(id:) tells what is stored now, although the index does not know of it yet', () => {
  let world: ExpectedWorld;
  beforeAll(async () => {
    gateway = await startGateway();
    client = await gateway.logIn(gateway.admin.email);
    world = await readExpected(gateway.foreign);
  });
  afterAll(() => gateway?.close());

  const logins = () => gateway.foreign.db.collection<Document>('users');
  const records = () => gateway.foreign.db.collection<Document>('customers_v2');
  /** Of those in that state nobody has touched yet. */
  const next = (state: string): ExpectedCustomer => {
    const at = world.customers.findIndex(
      ({ linkState, answer }) => linkState === state && !answer.link.conflictingIds.length,
    );
    const [customer] = at < 0 ? [] : world.customers.splice(at, 1);
    if (customer === undefined) throw new Error(`The demo data has no more ${state}.`);
    return customer;
  };
  const expectTold = async (...ids: unknown[]) => {
    const { customers } = await readExpected(gateway.foreign);
    for (const id of ids as string[])
      expect({ id, customer: await ask(id) }).toEqual({ id, customer: nearestOf(customers, id) });
  };

  it('a new phone, name, status and delivery boy', async () => {
    const { login, delivery } = next('LINKED');
    const boy = world.users.find(({ role }) => role === 'delivery_boy');
    await records().updateOne(
      { id: delivery?.id },
      { $set: { phone: '098765-22222', name: 'Somebody Else', status: 'trial', delivery_boy_id: boy?.id } },
    );
    await expectTold(login?.id, delivery?.id);
  });

  it('a link that was cleared on one side, on both, or pointed elsewhere', async () => {
    const [half, apart, moved, target] = [
      next('LINKED'),
      next('LINKED'),
      next('LINKED'),
      next('ORPHANED_USER'),
    ];
    await logins().updateOne({ id: half.login?.id }, { $set: { customer_v2_id: null } });
    await logins().updateOne({ id: apart.login?.id }, { $unset: { customer_v2_id: '' } });
    await records().updateOne({ id: apart.delivery?.id }, { $set: { user_id: '' } });
    await records().updateOne({ id: moved.delivery?.id }, { $set: { user_id: target.login?.id } });
    const halves = [half, apart, moved, target].flatMap(({ login, delivery }) => [login?.id, delivery?.id]);
    await expectTold(...halves.filter((id) => id !== undefined));
  });

  it('a link that was made: on both sides, on one, as an ObjectId, to nothing', async () => {
    const users = [
      next('ORPHANED_USER'),
      next('ORPHANED_USER'),
      next('ORPHANED_USER'),
      next('ORPHANED_USER'),
    ].map(({ login }) => login?.id);
    const deliveries = [next('ORPHANED_V2'), next('ORPHANED_V2'), next('ORPHANED_V2')].map(
      ({ delivery }) => delivery,
    );
    await logins().updateOne({ id: users[0] }, { $set: { customer_v2_id: deliveries[0]?.id } });
    await records().updateOne({ id: deliveries[0]?.id }, { $set: { user_id: users[0] } });
    await records().updateOne({ id: deliveries[1]?.id }, { $set: { user_id: users[1] } });
    await logins().updateOne({ id: users[2] }, { $set: { customer_v2_id: deliveries[2]?._id } });
    await logins().updateOne({ id: users[3] }, { $set: { customer_v2_id: 'nothing-there' } });
    await expectTold(...users, ...deliveries.map((delivery) => delivery?.id));
  });

  it('a second claimant, and one that is no customer', async () => {
    const [pair, rival, single] = [next('LINKED'), next('ORPHANED_USER'), next('ORPHANED_V2')];
    await logins().updateOne({ id: rival.login?.id }, { $set: { customer_v2_id: pair.delivery?.id } });
    const analyst = world.users.find(({ role }) => role === 'analyst');
    await logins().updateOne({ id: analyst?.id }, { $set: { customer_v2_id: single.delivery?.id } });
    await expectTold(pair.login?.id, pair.delivery?.id, rival.login?.id, single.delivery?.id);
  });

  it('a half that was deleted', async () => {
    const [first, second, gone] = [next('LINKED'), next('LINKED'), next('ORPHANED_V2')];
    await records().deleteOne({ id: first.delivery?.id });
    await logins().deleteOne({ id: second.login?.id });
    await records().deleteOne({ id: gone.delivery?.id });
    await expectTold(
      first.login?.id,
      first.delivery?.id,
      second.login?.id,
      second.delivery?.id,
      gone.delivery?.id,
    );
  });

  it('an id that another record has got, too', async () => {
    const [first, second] = [next('ORPHANED_V2'), next('ORPHANED_V2')];
    await records().updateOne({ id: second.delivery?.id }, { $set: { id: first.delivery?.id } });
    await expectTold(first.delivery?.id, second.delivery?.id);
  });

  it('a customer who was inserted a moment ago', async () => {
    await records().insertOne({
      id: 'inserted-record',
      name: 'New Here',
      phone: '9876533333',
      status: 'active',
    });
    await logins().insertOne({
      id: 'inserted-login',
      name: 'New Too',
      email: 'new@example.com',
      role: 'customer',
    });
    await expectTold('inserted-record', 'inserted-login');
  });

  it('a role that changed: a login that became a customer’s, and one that is no longer', async () => {
    const former = next('ORPHANED_USER').login;
    await logins().updateOne({ id: former?.id }, { $set: { role: 'delivery_boy' } });
    await expectTold(former?.id);
  });
});

/** "Where a login and a delivery record happen to share an id, the delivery record." */
function nearestOf(customers: readonly ExpectedCustomer[], id: string): CustomerAnswer | null {
  const named = customers.filter(({ answer }) =>
    [answer.login?.userId, answer.delivery?.customerV2Id].includes(id),
  );
  const delivered = named.find(({ answer }) => answer.delivery?.customerV2Id === id);
  return (delivered ?? named[0])?.answer ?? null;
}
