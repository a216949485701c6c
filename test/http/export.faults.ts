import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { customerKey } from '../customers/support/customer-answer.ts';
import { readExpected } from '../customers/support/expected-customers.ts';
import { fillWithRandomRecords } from '../customers/support/random-fill.ts';
import { startGateway, type TestGateway } from '../support/start-gateway.ts';
import { accessTokenOf, readExport } from './support/export-client.ts';

let gateway: TestGateway;
const minutes = 60_000;

beforeAll(async () => {
  gateway = await startGateway({ fill: fillWithRandomRecords(103, 40_000) });
}, 15 * minutes);
afterAll(() => gateway?.close());

it(
  'an export of 40,000 random records has everybody once, and whoever stays while others write between its pages',
  async () => {
    const token = await accessTokenOf(gateway, gateway.admin.email);
    const { customers } = await readExpected(gateway.foreign);
    const keysOf = (text: string) =>
      parse<{ id: string; systems: string }>(text, { columns: true }).map(({ id, systems }) =>
        customerKey({ id, systems: systems.split(' ') }),
      );
    const expected = customers.map(({ answer }) => customerKey(answer));
    const still = await readExport(gateway.url, 'csv', { columns: 'id,systems' }, token);
    expect([still.broken, still.trailers['x-export-rows']]).toEqual([false, String(expected.length)]);
    expect(keysOf(still.text).toSorted()).toEqual(expected.toSorted());

    let isWriting = true;
    const added = new Set<string>();
    const writing = (async () => {
      for (let at = 0; isWriting; at++) {
        const id = `added-${at}`;
        added.add(`CUSTOMERS_V2 ${id}`);
        await gateway.foreign.db
          .collection('customers_v2')
          .insertOne({ id, name: 'Added', status: 'active' });
        if (at % 50 === 0) await gateway.sweep();
      }
    })();
    const parameters = { columns: 'id,systems', billing: 'true' };
    const busy = await readExport(gateway.url, 'csv', parameters, token);
    isWriting = false;
    await writing;
    const seen = keysOf(busy.text);
    expect([busy.broken, new Set(seen).size]).toEqual([false, seen.length]);
    expect(seen.filter((key) => !added.has(key)).toSorted()).toEqual(expected.toSorted());
  },
  15 * minutes,
);
