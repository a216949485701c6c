import type { Document } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../support/seeded-random.ts';
import {
  type AssignmentAnswer,
  type Assignments,
  deliveryRecord,
  openAssignments,
} from './support/open-assignments.ts';

let assignments: Assignments;
beforeAll(async () => {
  assignments = await openAssignments();
});
afterAll(() => assignments?.close());

interface World {
  readonly input: { customer: string; deliveryBoy: string }[];
  /** What the rows come to one by one, on records that are the same but for their ids. */
  readonly twin: { customer: string; deliveryBoy: string }[];
}

/** Rows of every kind for three transactions, for two sets of records that differ in a letter of whatever names them. */
async function storeWorld(seed: number): Promise<World> {
  const random = seededRandom(seed);
  const boys: Document[] = [];
  // Ids at random may hold what `comparable` replaces.
  const id = () => `boy-of-${seed}-${boys.length}`;
  for (const fields of [{}, {}, {}, { is_active: false }, { name: `Boy Of Two ${seed}` }])
    boys.push(await assignments.boy({ id: id(), ...fields }));
  boys.push(await assignments.boy({ id: id(), name: `Boy Of Two ${seed}` }));
  const admin = { id: 'admin-2', email: 'admin-2@example.com', name: 'Second Admin', phone: 'admin-2' };
  const sides = ['a', 'b'];
  const records = sides.map((side) =>
    Array.from({ length: 80 }, (_, at) =>
      deliveryRecord(at, {
        id: `${seed}-${side}-record-${at}`,
        name: at % 20 === 0 ? `Twice ${side}${seed}` : `Somebody ${side}${seed}x${at}`,
        phone: null,
        email: `${side}.${seed}.${at}@example.com`,
      }),
    ),
  );
  const logins = sides.map((side) =>
    Array.from({ length: 20 }, (_, at) => ({
      id: `${seed}-${side}-login-${at}`,
      name: `Legacy ${side}${seed}x${at}`,
      role: 'customer',
      is_active: true,
    })),
  );
  await assignments.add({ users: logins.flat(), customersV2: records.flat() });
  const rows = Array.from({ length: 150 }, () => {
    const [kind, at, ofBoy, boyKind] = [random.next(), random.below(80), random.below(6), random.next()];
    const spelling = random.below(3);
    const texts = sides.map((side, which) => {
      const record = records[which]?.[at] ?? {};
      if (kind < 0.75) return [record.id, record.email, record.name][spelling] as string;
      if (kind < 0.8) return `${seed}-${side}-login-${at % 20}`;
      if (kind < 0.84) return `Nobody ${side}${seed}`;
      if (kind < 0.9) return '  ';
      return kind < 0.92 ? 'z'.repeat(400) : `Twice ${side}${seed}`;
    });
    const boy = boyKind < 0.9 ? (boys[ofBoy] ?? {}) : admin;
    const deliveryBoy =
      boyKind > 0.97 ? 'No Such Boy' : (random.pick([boy.id, boy.email, boy.name]) as string);
    return texts.map((customer) => ({ customer, deliveryBoy }));
  });
  return {
    input: rows.map(([row]) => row ?? { customer: '', deliveryBoy: '' }),
    twin: rows.map(([, row]) => row ?? { customer: '', deliveryBoy: '' }),
  };
}

/** The answer without what differs between the two sets; an error of a call is the refusal of a row. */
function comparable(answer: AssignmentAnswer, side: 'a' | 'b', seed: number): string {
  const { argument: _argument, field: _field, ...rest } = answer;
  const plain = rest.__typename === 'Error' ? { ...rest, __typename: 'AssignmentRefused' } : rest;
  return JSON.stringify(plain, Object.keys(flat(plain)).toSorted())
    .replaceAll(`${seed}-${side}-`, `${seed}-?-`)
    .replaceAll(`${side}${seed}`, `?${seed}`);
}

function flat(value: unknown): Record<string, true> {
  if (typeof value !== 'object' || value === null) return {};
  const keys = Array.isArray(value) ? [] : Object.keys(value);
  return Object.assign(
    Object.fromEntries(keys.map((key) => [key, true])),
    ...Object.values(value).map((inner) => flat(inner)),
  );
}

describe('assignDeliveryBoys', () => {
  it('answers rows of every kind as the same calls one by one do, and leaves the same behind', async () => {
    const seed = 71;
    const { input, twin } = await storeWorld(seed);
    const answers = await assignments.assignAll(input);
    const single: AssignmentAnswer[] = [];
    for (const { customer, deliveryBoy } of twin)
      single.push(await assignments.assign(customer, deliveryBoy));
    expect(new Set(answers.map(({ __typename }) => __typename)).size).toBe(7);
    for (const [at, answer] of answers.entries()) {
      const alone = single[at];
      expect(alone && comparable(alone, 'b', seed), `row ${at}`).toBe(comparable(answer, 'a', seed));
    }
    const stored = async (side: string) =>
      (
        await assignments.database.db
          .collection('customers_v2')
          .find({ id: { $regex: `^${seed}-${side}-` } })
          .sort({ _id: 1 })
          .toArray()
      ).map(({ delivery_boy_id: boy }) => boy ?? null);
    expect(await stored('a')).toEqual(await stored('b'));
    expect((await stored('a')).filter((boy) => boy !== null).length).toBeGreaterThan(30);
    await assignments.expectIndexAsRebuilt();
  }, 60_000);

  it('refuses 501 rows before anything is done', async () => {
    const boy = await assignments.boy();
    const record = await assignments.record();
    const row = { customer: record.id, deliveryBoy: boy.id };
    const { code, errors } = await assignments.admin(
      'mutation ($input: [AssignDeliveryBoyInput!]!) { assignDeliveryBoys(input: $input) { __typename } }',
      { input: Array.from({ length: 501 }, () => row) },
    );
    expect(code).toBe('BAD_USER_INPUT');
    expect(errors[0]?.extensions.argument).toBe('input');
    expect(await assignments.storedBoy(record)).toBeUndefined();
  });

  it('answers nothing for nothing', async () => {
    expect(await assignments.assignAll([])).toEqual([]);
  });

  it('shows a row what the rows before it did', async () => {
    const [one, other] = [await assignments.boy(), await assignments.boy()];
    const record = await assignments.record();
    const rows = [one, other, one, one].map(({ id }) => ({ customer: record.id, deliveryBoy: id }));
    await assignments.newJournal();
    const answers = await assignments.assignAll(rows);
    expect(answers.map(({ previous }) => previous?.id ?? null)).toEqual([null, one.id, other.id, one.id]);
    expect((await assignments.newJournal()).map(({ changes }) => changes[0]?.after)).toEqual([
      one.id,
      other.id,
      one.id,
    ]);
    expect(await assignments.storedBoy(record)).toBe(one.id);
  });

  it('takes no other row along when the database refuses one', async () => {
    const boy = await assignments.boy();
    const records = [await assignments.record(), await assignments.record(), await assignments.record()];
    const [, refused] = records;
    const { db } = assignments.database;
    // A unique index of the older application's, for which the second record is once too many.
    await db.collection('customers_v2').insertOne({ name: 'Taken', route: 'r1', delivery_boy_id: boy.id });
    await db.collection('customers_v2').updateOne({ id: refused?.id }, { $set: { route: 'r1' } });
    await assignments.sweep();
    await db
      .collection('customers_v2')
      .createIndex(
        { route: 1, delivery_boy_id: 1 },
        { unique: true, partialFilterExpression: { route: { $exists: true } } },
      );
    const answers = await assignments.assignAll(
      records.map(({ id }) => ({ customer: id, deliveryBoy: boy.id })),
    );
    expect(answers.map(({ __typename, code }) => code ?? __typename)).toEqual([
      'DeliveryBoyAssigned',
      'CONFLICT',
      'DeliveryBoyAssigned',
    ]);
    await db.collection('customers_v2').dropIndex('route_1_delivery_boy_id_1');
    await assignments.expectIndexAsRebuilt();
  });
});

describe('at the same time', () => {
  it('twenty assignments of one customer follow one another: each sees the one before in `previous`', async () => {
    const record = await assignments.record();
    const boys: Document[] = [];
    for (let at = 0; at < 20; at++) boys.push(await assignments.boy());
    await assignments.newJournal();
    const answers = await Promise.all(
      boys.map(({ id }, at) =>
        assignments.assign(record.id, id, at % 2 === 0 ? assignments.admin : assignments.otherAdmin),
      ),
    );
    const next = new Map(
      answers.map(({ previous }, at) => [previous?.id ?? null, boys[at]?.id as string] as const),
    );
    expect(next.size).toBe(20);
    const chain: string[] = [];
    for (let boy = next.get(null); boy !== undefined; boy = next.get(boy)) chain.push(boy);
    expect(chain.toSorted()).toEqual(boys.map(({ id }) => id).toSorted());
    expect(await assignments.storedBoy(record)).toBe(chain.at(-1));
    const journal = await assignments.newJournal();
    expect(new Set(journal.map(({ changes }) => `${changes[0]?.before} → ${changes[0]?.after}`))).toEqual(
      new Set(chain.map((boy, at) => `${chain[at - 1] ?? null} → ${boy}`)),
    );
    await assignments.expectIndexAsRebuilt();
  }, 60_000);

  it('the older application replaces whole documents: no write is torn, and the index shows what is stored', async () => {
    const [ours, theirs] = [await assignments.boy(), await assignments.boy()];
    const { database } = assignments;
    const records = await assignments.records(10, { delivery_boy_id: theirs.id });
    const customersV2 = database.db.collection('customers_v2');
    const answers = await Promise.all(
      records.map(async (record, at) => {
        const replaced = customersV2.replaceOne(
          { _id: record._id },
          { ...record, address: `Moved ${at}`, delivery_boy_id: theirs.id },
        );
        const [answer] = await Promise.all([assignments.assign(record.id, ours.id), replaced]);
        return answer;
      }),
    );
    for (const { __typename } of answers) expect(__typename).toBe('DeliveryBoyAssigned');
    for (const [at, { _id }] of records.entries()) {
      const stored = await customersV2.findOne({ _id });
      // Whoever wrote last, the other values are theirs: nothing of a whole document was put back.
      expect(stored?.address).toBe(`Moved ${at}`);
      expect([ours.id, theirs.id]).toContain(stored?.delivery_boy_id);
    }
    await assignments.sweep();
    for (const { _id } of records) {
      const stored = await customersV2.findOne({ _id });
      const row = await database.customerIndex.findOne({ ids: stored?.id });
      expect(row?.deliveryBoyId).toBe(stored?.delivery_boy_id);
    }
    await assignments.expectIndexAsRebuilt();
  });

  it('a record that the index does not know as it is now is written, and its whole row made anew', async () => {
    const boy = await assignments.boy();
    const record = await assignments.record();
    await assignments.database.db
      .collection('customers_v2')
      .updateOne({ _id: record._id }, { $set: { area: 'Elsewhere', name: 'Renamed Meanwhile' } });
    expect(await assignments.assign(record.id, boy.id)).toMatchObject({
      customer: { name: 'Renamed Meanwhile', deliveryBoy: { id: boy.id } },
    });
    const row = await assignments.database.customerIndex.findOne({ ids: record.id });
    expect(row).toMatchObject({ area: 'Elsewhere', nameKey: 'renamed meanwhile', deliveryBoyId: boy.id });
    await assignments.expectIndexAsRebuilt();
  });

  it('a delivery boy who is deactivated before the index knows is refused', async () => {
    const boy = await assignments.boy();
    const record = await assignments.record();
    await assignments.database.db
      .collection('users')
      .updateOne({ id: boy.id }, { $set: { is_active: false } });
    expect(await assignments.assign(record.id, boy.name)).toMatchObject({ code: 'CONFLICT' });
  });
});
