import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rebuildIndex } from '../../src/customer-index/sweep-index.ts';
import { writeSomething } from '../customer-index/support/foreign-write.ts';
import type { GraphqlClient } from '../support/graphql-client.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { startGateway, type TestGateway } from '../support/start-gateway.ts';
import { placeOf, settings, until } from './support/watched-database.ts';

let gateway: TestGateway;
let client: GraphqlClient;
const users = () => gateway.foreign.db.collection('users');
const records = () => gateway.foreign.db.collection('customers_v2');

beforeAll(async () => {
  gateway = await startGateway({ environment: { CHANGE_STREAMS: 'on' } });
  client = await gateway.logIn(gateway.admin.email);
  await until(async () => (await placeOf(gateway.foreign))?.sweepDue === false, 'the watcher');
});
afterAll(() => gateway?.close());

const foreignEvents = async () => {
  const { data } = await client('{ auditEvents(first: 200) { nodes { actor action subjectId } } }');
  const nodes = data.auditEvents.nodes as { actor: string; action: string; subjectId: string }[];
  return nodes.filter(({ actor }) => actor === 'another application');
};

describe('a running gateway', () => {
  it('shows in lists and tells in the journal what another application writes, without a sweep', async () => {
    await records().insertOne({ id: 'from-elsewhere', name: 'Zubeda Elsewhere', status: 'active' });
    const search = '{ customers(filter: { search: "zubeda" }) { nodes { id } } }';
    await until(async () => {
      const { data } = await client(search);
      return data.customers.nodes.length === 1;
    }, 'the new customer');
    expect(await foreignEvents()).toEqual([
      { actor: 'another application', action: 'RECORD_CREATED', subjectId: 'from-elsewhere' },
    ]);
  });

  it('does not tell of its own writes as of foreign ones', async () => {
    const before = await foreignEvents();
    const { data } = await client(
      `mutation { updateCustomer(input: { id: "from-elsewhere", area: "North" }) {
        ... on CustomerUpdated { customer { area } }
      } }`,
    );
    expect(data.updateCustomer.customer.area).toBe('North');
    await records().updateOne({ id: 'from-elsewhere' }, { $set: { address: '1 Lane' } });
    await until(async () => (await foreignEvents()).length > before.length, 'the next event');
    expect(await foreignEvents()).toHaveLength(before.length + 1);
  });

  it('ends at once the access of a login that another application deactivates', async () => {
    const analyst = await gateway.logIn(gateway.people.analystEmail);
    const answers = async () => (await analyst('{ me { id } }')).data?.me ?? null;
    expect(await answers()).not.toBeNull();
    await users().updateOne({ email: gateway.people.analystEmail }, { $set: { is_active: false } });
    const from = performance.now();
    await until(async () => (await answers()) === null, 'the end of the session');
    expect(performance.now() - from).toBeLessThan(2_000);
  });

  it('has after 100 random foreign writes the index that a rebuild would make', async () => {
    const random = seededRandom(41);
    for (let at = 0; at < 100; at++) await writeSomething(gateway.foreign, random, at);
    await records().insertOne({ id: 'the-last', name: 'The Last' });
    await until(
      async () => (await gateway.foreign.customerIndex.findOne({ ids: 'the-last' })) !== null,
      'the last write',
    );
    const watched = await indexContents();
    await rebuildIndex(gateway.foreign, settings);
    expect(await indexContents()).toEqual(watched);
  });
});

async function indexContents(): Promise<unknown> {
  const { customerIndex, indexedRecords } = gateway.foreign;
  const rows = await customerIndex.find().sort({ _id: 1 }).toArray();
  const known = await indexedRecords.find().sort({ _id: 1 }).toArray();
  return JSON.parse(JSON.stringify({ rows, known }));
}
