import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Viewer } from '../../src/accounts/viewer.ts';
import { inTransaction } from '../../src/database/transaction.ts';
import { createCursorCodec } from '../../src/graphql/cursor.ts';
import { listAuditEvents } from '../../src/journal/list-audit-events.ts';
import { writeJournal } from '../../src/journal/write-journal.ts';
import { openTestDatabase, type TestDatabase } from '../support/test-database.ts';

let test: TestDatabase;
const cursors = createCursorCodec(Buffer.from('of these tests alone'));
const at = (minute: number) => new Date(Date.UTC(2026, 2, 1, 10, minute));
const admin = { id: 'the-admin', role: 'ADMIN' } as Viewer;

/** Fifteen entries of five moments, three of each: of a customer, of their delivery record, and of somebody else. */
beforeAll(async () => {
  test = await openTestDatabase();
  const entries = [3, 1, 4, 0, 2].flatMap((minute) => {
    const common = { at: at(minute), actor: 'the-admin' } as const;
    return [
      {
        ...common,
        action: 'CUSTOMER_UPDATED',
        subjectIds: ['delivery-half', 'login-half'] as const,
        changes: [
          { field: 'name', before: null, after: `Name ${minute}` },
          { field: 'area', before: 'Indiranagar', after: null },
        ],
      },
      { ...common, action: 'LOGIN_UNLOCKED', subjectIds: ['login-half'] as const },
      { ...common, action: 'STAFF_CREATED', subjectIds: ['somebody-else'] as const },
    ] as const;
  });
  await inTransaction(test.database, (session) => writeJournal(test.database, entries, session));
});
afterAll(() => test.close());

const list = (first: number, after: string | null = null, subjectId: string | null = null) =>
  listAuditEvents({ database: test.database, cursors }, admin, { page: { first, after }, subjectId });

async function walk(first: number, subjectId: string | null = null) {
  const seen = [];
  for (let after: string | null = null; ; ) {
    const page = await list(first, after, subjectId);
    expect(page.hasPreviousPage).toBe(after !== null);
    seen.push(...page.nodes);
    if (!page.hasNextPage) return seen;
    after = page.endCursor;
  }
}

describe('the journal', () => {
  it('is read newest first, each entry once, in pages of any size', async () => {
    const whole = await walk(200);
    expect(whole).toHaveLength(15);
    expect(whole.map((event) => event.at)).toEqual([4, 3, 2, 1, 0].flatMap((m) => [at(m), at(m), at(m)]));
    for (const first of [1, 2, 4, 15]) expect(await walk(first)).toEqual(whole);
  });

  it('tells who did what to whom, with the values before and after', async () => {
    const [event] = await walk(1, 'delivery-half');
    expect(event).toEqual({
      id: expect.any(String),
      at: at(4),
      actor: 'the-admin',
      actorName: null,
      action: 'CUSTOMER_UPDATED',
      description: 'The customer was changed: name and area.',
      subjectId: 'delivery-half',
      changes: [
        { field: 'name', before: null, after: 'Name 4' },
        { field: 'area', before: 'Indiranagar', after: null },
      ],
    });
  });

  it.each([
    ['login-half', 10, ['CUSTOMER_UPDATED', 'LOGIN_UNLOCKED']],
    ['delivery-half', 5, ['CUSTOMER_UPDATED']],
    ['somebody-else', 5, ['STAFF_CREATED']],
    ['nobody', 0, []],
    ['', 0, []],
  ])('of %j is what was done to it, counted exactly', async (subjectId, length, actions) => {
    for (const first of [1, 3, 200]) {
      const events = await walk(first, subjectId);
      expect(events).toHaveLength(length);
      expect([...new Set(events.map(({ action }) => action))].sort()).toEqual(actions);
    }
    const page = await list(1, null, subjectId);
    expect(await page.count()).toEqual({ value: length, precision: 'EXACT' });
  });

  it('goes on where it was while new entries are written', async () => {
    const first = await list(4);
    const before = await walk(200);
    await inTransaction(test.database, (session) =>
      writeJournal(
        test.database,
        [{ at: at(9), actor: 'system', action: 'LOGIN_UNLOCKED', subjectIds: ['late'] }],
        session,
      ),
    );
    const rest = await list(200, first.endCursor);
    expect([...first.nodes, ...rest.nodes]).toEqual(before);
    await test.database.journal.deleteMany({ subjectId: 'late' });
  });

  it('says "at least" where there are more entries than it counts', async () => {
    const [sample] = await test.database.journal.find().toArray();
    if (sample === undefined) throw new Error('There are no entries.');
    await test.database.journal.insertMany(
      Array.from({ length: 10_001 }, (_, index) => ({
        ...sample,
        _id: `many-${index}`,
        subjectIds: ['many'],
      })),
    );
    const page = await list(1, null, 'many');
    expect(await page.count()).toEqual({ value: 10_000, precision: 'AT_LEAST' });
    await test.database.journal.deleteMany({ subjectIds: 'many' });
  });

  it('is read by an index in its own order, of one subject and of all', async () => {
    for (const filter of [{}, { subjectIds: 'login-half' }]) {
      const plan = await test.database.journal
        .find({ ...filter, $or: [{ at: { $lt: at(3) } }, { at: at(3), _id: { $lt: 'x' } }] })
        .sort({ at: -1, _id: -1 })
        .limit(2)
        .explain('executionStats');
      expect(plan.executionStats.totalDocsExamined).toBeLessThanOrEqual(4);
    }
  });
});

describe('refused is', () => {
  it('an edited cursor, one of another list, and one of nothing', async () => {
    const cursor = (await list(2)).endCursor ?? '';
    const edited = `${cursor.slice(0, -3)}${cursor.endsWith('AAA') ? 'BBB' : 'AAA'}`;
    const foreign = cursors.encode({ list: 'customers:NAME:ASC', key: at(1), row: 'x' });
    for (const after of [edited, foreign, '', '{"$ne": null}', 'x'.repeat(5_000)]) {
      await expect(list(2, after)).rejects.toMatchObject({
        code: 'BAD_USER_INPUT',
        details: { argument: 'after' },
      });
    }
  });

  it('a subject without end', async () => {
    await expect(list(2, null, 'x'.repeat(201))).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      details: { argument: 'subjectId' },
    });
  });

  it.each([null, 'ANALYST', 'DELIVERY_BOY', 'CUSTOMER'] as const)(
    'everybody who is no admin: %s',
    async (role) => {
      const viewer = role === null ? null : { ...admin, role };
      const attempt = listAuditEvents({ database: test.database, cursors }, viewer, {
        page: { first: 1, after: null },
        subjectId: null,
      });
      await expect(attempt).rejects.toMatchObject({ code: 'FORBIDDEN' });
    },
  );
});
