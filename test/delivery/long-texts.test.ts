import { afterAll, beforeAll, expect, it } from 'vitest';
import type { GraphqlClient } from '../support/graphql-client.ts';
import { type Assignments, openAssignments } from './support/open-assignments.ts';

let assignments: Assignments;
beforeAll(async () => {
  assignments = await openAssignments();
});
afterAll(() => assignments?.close());

async function walk(client: GraphqlClient, list: string): Promise<string[]> {
  const names: string[] = [];
  for (let after: string | null = null; ; ) {
    const { data, errors } = await client(
      `query ($after: String) { ${list}(first: 1, after: $after) { nodes { name } pageInfo { endCursor hasNextPage } } }`,
      { after },
    );
    expect(errors).toEqual([]);
    names.push(...data[list].nodes.map(({ name }: { name: string }) => name));
    if (!data[list].pageInfo.hasNextPage) return names;
    after = data[list].pageInfo.endCursor;
  }
}

// A whole address where the area belongs; in this script a letter has three bytes.
const longArea = 'कोरेगाव पार्क '.repeat(35).trim();

it('pages of myDeliveries go on behind areas and names of hundreds of letters', async () => {
  const { id, email } = await assignments.boy();
  const names = ['A', 'B', 'C'].map((letter) => `${letter} ${'प्रिया '.repeat(30).trim()}`);
  for (const name of names) await assignments.record({ name, area: longArea, delivery_boy_id: id });
  await assignments.record({ name: 'No Area', area: null, delivery_boy_id: id });
  await assignments.record({ name: 'Longest', area: 'य'.repeat(4_000), delivery_boy_id: id });
  await assignments.record({ name: 'Last', area: 'र'.repeat(4_000), delivery_boy_id: id });
  const me = await assignments.logIn(email);
  expect(await walk(me, 'myDeliveries')).toEqual(['No Area', ...names, 'Longest', 'Last']);
});

it('pages of deliveryBoys go on behind names of thousands of letters', async () => {
  const names = ['y', 'z'].map((letter) => letter.repeat(4_000));
  for (const name of names) await assignments.boy({ name });
  expect((await walk(assignments.admin, 'deliveryBoys')).slice(-2)).toEqual(names);
});
