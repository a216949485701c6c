import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Assignments, openAssignments } from './support/open-assignments.ts';

let assignments: Assignments;
beforeAll(async () => {
  assignments = await openAssignments();
});
afterAll(() => assignments?.close());

it('the count of a delivery boy’s customers beyond 10,000 is not that of everybody', async () => {
  const boy = await assignments.boy();
  const record = await assignments.record({ delivery_boy_id: boy.id });
  await assignments.records(5);
  const { customerIndex } = assignments.database;
  const row = await customerIndex.findOne({ id: record.id });
  if (row === null) throw new Error('The record has a row.');
  // Rows alone: a count reads nothing else.
  const rows = Array.from({ length: 10_000 }, (_, at) => ({
    ...row,
    _id: `v2/${at}`,
    searchWords: [],
    ids: [],
  }));
  await customerIndex.insertMany(rows);
  const { data } = await assignments.admin(
    '{ deliveryBoys { nodes { customers(first: 1) { count { value precision } } } } customers(first: 1) { count { value } } }',
  );
  expect(data.customers.count.value).toBe(10_006);
  expect(data.deliveryBoys.nodes[0].customers.count).toEqual({ value: 10_000, precision: 'AT_LEAST' });
});
