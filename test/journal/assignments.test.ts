import type { Document } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeJournalApart } from '../../src/journal/write-journal.ts';
import { type MonitoredApp, startMonitoredApp } from '../customers/support/monitored-app.ts';
import { password, person } from '../customers/support/open-app.ts';
import type { GraphqlClient } from '../support/graphql-client.ts';

let app: MonitoredApp;
let admin: GraphqlClient;
beforeAll(async () => {
  app = await startMonitoredApp(async ({ db }) => {
    await db
      .collection('users')
      .insertMany([
        person('the-admin', { role: 'admin', name: 'Asha Admin' }),
        person('boy-ravi', { role: 'delivery_boy', name: ' Ravi\nKumar ' }),
        person('boy-sunil', { role: 'delivery_boy', name: 'Sunil Jadhav' }),
        person('boy-nameless', { role: 'delivery_boy', name: null }),
        person('boy-gone', { role: 'delivery_boy', name: 'Was Here' }),
      ]);
    await db
      .collection<Document>('customers_v2')
      .insertMany(
        ['one', 'two', 'three', 'four'].map((id) => ({ id, name: `Customer ${id}`, area: 'Baner' })),
      );
  });
  admin = await app.logIn('the-admin@example.com', password);
});
afterAll(() => app?.close());

const query =
  'query ($subjectId: ID) { auditEvents(subjectId: $subjectId, first: 100) { nodes { actorName description changes { before after } } } }';
const assign = async (customer: string, deliveryBoy: string) => {
  const { data } = await admin(
    'mutation ($c: String!, $b: String!) { assignDeliveryBoy(input: {customer: $c, deliveryBoy: $b}) { __typename } }',
    { c: customer, b: deliveryBoy },
  );
  expect(data.assignDeliveryBoy.__typename).toBe('DeliveryBoyAssigned');
};
const story = async (subjectId: string) => {
  const { data, errors } = await admin(query, { subjectId });
  expect(errors).toEqual([]);
  return data.auditEvents.nodes.map(({ description }: { description: string }) => description);
};

describe('the story of an assignment', () => {
  it('says by name who was assigned and who was before, and who was taken off', async () => {
    await assign('one', 'boy-sunil');
    await assign('one', 'boy-ravi');
    await admin('mutation { unassignDeliveryBoy(customer: "one") { __typename } }');
    expect(await story('one')).toEqual([
      'Delivery boy Ravi Kumar was unassigned.',
      'Delivery boy Ravi Kumar was assigned; before: Sunil Jadhav.',
      'Delivery boy Sunil Jadhav was assigned.',
    ]);
  });

  it('has the id of whoever has no name, or is gone', async () => {
    await assign('two', 'boy-gone');
    await assign('two', 'boy-nameless');
    await app.database.users.deleteOne({ id: 'boy-gone' });
    expect(await story('two')).toEqual([
      'Delivery boy boy-nameless was assigned; before: boy-gone.',
      'Delivery boy boy-gone was assigned.',
    ]);
  });

  it('is told so where the older application assigned', async () => {
    for (const [before, after] of [
      ['boy-sunil', 'boy-ravi'],
      ['boy-ravi', null],
      [null, 'boy-sunil'],
    ] as const)
      await writeJournalApart(app.database, {
        at: new Date(),
        actor: 'another application',
        action: 'RECORD_CHANGED',
        subjectIds: ['three'],
        changes: [
          { field: 'customers_v2.area', before: 'Baner', after: 'Aundh' },
          { field: 'customers_v2.delivery_boy_id', before, after },
        ],
      });
    const begin = 'The record was changed outside of the gateway: area and delivery boy';
    expect((await story('three')).toSorted()).toEqual(
      [
        `${begin} (Ravi Kumar; before: Sunil Jadhav).`,
        `${begin} (nobody; before: Ravi Kumar).`,
        `${begin} (Sunil Jadhav).`,
      ].toSorted(),
    );
  });

  it('takes one find for all names of a page, of who acted and of who is named, and none where none is shown', async () => {
    for (let at = 0; at < 5; at++) {
      await assign('four', 'boy-ravi');
      await assign('four', 'boy-sunil');
    }
    const finds = async (text: string) => {
      const { answer, commands } = await app.measure(admin, text, { subjectId: 'four' });
      expect(answer.errors).toEqual([]);
      return commands.filter(({ command }) => command.find === 'users').length;
    };
    const without = query.replace('actorName description', 'action');
    expect((await finds(query)) - (await finds(without))).toBe(1);
    expect((await finds(query.replace('actorName', ''))) - (await finds(without))).toBe(1);
  });
});
