import { ObjectId } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inTransaction } from '../../src/database/transaction.ts';
import { describeAction, journalActions } from '../../src/journal/describe-action.ts';
import { writeJournalOnce } from '../../src/journal/write-journal.ts';
import { type OpenApp, openApp, person } from '../customers/support/open-app.ts';
import type { GraphqlClient } from '../support/graphql-client.ts';

let app: OpenApp;
let admin: GraphqlClient;
beforeAll(async () => {
  app = await openApp();
  await app.add({
    users: [
      person('the-admin', { role: 'admin', name: 'Asha Admin' }),
      person('login-1', { name: 'Priya Sharma', phone: '+91 98765 43210' }),
      person('login-2', { name: 'Somebody Else' }),
    ],
    customersV2: [
      { id: 'record-1', name: 'Priya Sharma', phone: '98765 43210', area: 'Baner', status: 'active' },
      { id: 'record-2', name: 'Another', area: 'Baner', status: 'active' },
    ],
  });
  admin = await app.logIn('the-admin@example.com');
});
afterAll(() => app?.close());

const storyQuery = `query ($subjectId: ID, $first: Int, $after: String, $last: Int, $before: String, $actions: [String!], $from: DateTime, $to: DateTime) {
  auditEvents(subjectId: $subjectId, first: $first, after: $after, last: $last, before: $before, actions: $actions, from: $from, to: $to) {
    nodes { id at actor actorName action description subjectId changes { field before after } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    count { value precision }
  }
}`;
type Event = {
  id: string;
  at: string;
  actor: string;
  actorName: string | null;
  action: string;
  description: string;
  changes: { field: string; before: string | null; after: string | null }[];
};
const story = async (variables: Record<string, unknown>) => {
  const { data, errors } = await admin(storyQuery, variables);
  expect(errors).toEqual([]);
  return data.auditEvents as { nodes: Event[]; pageInfo: Record<string, unknown>; count: { value: number } };
};
const actionsOf = async (subjectId: string) =>
  (await story({ subjectId, first: 200 })).nodes.map(({ action }) => action);
const later = (minutes: number) => {
  app.clock.ms += minutes * 60_000;
};
const run = async (mutation: string) => {
  later(1);
  const { errors } = await admin(mutation);
  expect(errors).toEqual([]);
};
/** As the watcher tells of a change that the older application made. */
const toldByWatcher = (subjectIds: [string, ...string[]], field: string, after: string) => {
  later(1);
  return inTransaction(app.database, (session) =>
    writeJournalOnce(
      app.database,
      [
        {
          id: new ObjectId().toHexString(),
          at: new Date(app.clock.ms),
          actor: 'another application',
          action: 'RECORD_CHANGED',
          subjectIds,
          changes: [{ field, before: null, after }],
        },
      ],
      session,
    ),
  );
};

describe('the story of a customer', () => {
  beforeAll(async () => {
    await toldByWatcher(['login-1'], 'users.phone', '+91 98765 43210');
    await toldByWatcher(['record-1'], 'customers_v2.area', 'Baner');
    await toldByWatcher(['record-2'], 'customers_v2.area', 'Aundh');
    await run('mutation { linkCustomer(userId: "login-1", customerV2Id: "record-1") { id } }');
    await toldByWatcher(['record-1', 'login-1'], 'customers_v2.name', 'Priya S.');
    await run('mutation { updateCustomer(input: { id: "record-1", area: "Kothrud" }) { __typename } }');
  });

  it('is the same by either half, and has what happened to each before they were linked', async () => {
    const byRecord = await story({ subjectId: 'record-1', first: 200 });
    const byLogin = await story({ subjectId: 'login-1', first: 200 });
    expect(byLogin.nodes).toEqual(byRecord.nodes);
    expect(byRecord.nodes.map(({ action }) => action)).toEqual([
      'CUSTOMER_UPDATED',
      'RECORD_CHANGED',
      'CUSTOMER_LINKED',
      'RECORD_CHANGED',
      'RECORD_CHANGED',
    ]);
    expect(byRecord.count).toEqual({ value: 5, precision: 'EXACT' });
  });

  it('says in a sentence what was done, by whom, and which value of which record changed', async () => {
    const { nodes } = await story({ subjectId: 'login-1', first: 200 });
    expect(nodes[0]).toMatchObject({ actor: 'the-admin', actorName: 'Asha Admin' });
    expect(nodes[0]?.description).toBe('The customer was changed: area.');
    expect(nodes[0]?.changes).toEqual([{ field: 'customers_v2.area', before: 'Baner', after: 'Kothrud' }]);
    expect(nodes[1]).toMatchObject({
      actor: 'another application',
      actorName: null,
      description: 'The record was changed outside of the gateway: name.',
    });
    expect(nodes[2]?.description).toContain('they are one customer');
  });

  it('is read page by page in both directions, each entry once', async () => {
    const whole = (await story({ subjectId: 'login-1', first: 200 })).nodes;
    for (const size of [1, 2, 3]) {
      const forwards: Event[] = [];
      for (let after: unknown = null; ; ) {
        const page = await story({ subjectId: 'login-1', first: size, after });
        forwards.push(...page.nodes);
        expect(page.pageInfo.hasPreviousPage).toBe(after !== null);
        if (page.pageInfo.hasNextPage !== true) break;
        after = page.pageInfo.endCursor;
      }
      const backwards: Event[] = [];
      for (let before: unknown = null; ; ) {
        const page = await story({ subjectId: 'login-1', last: size, before });
        backwards.unshift(...page.nodes);
        expect(page.pageInfo.hasNextPage).toBe(before !== null);
        if (page.pageInfo.hasPreviousPage !== true) break;
        before = page.pageInfo.startCursor;
      }
      expect(forwards).toEqual(whole);
      expect(backwards).toEqual(whole);
    }
  });

  it('is narrowed by what was done and when', async () => {
    const whole = (await story({ subjectId: 'login-1', first: 200 })).nodes;
    const linked = await story({ subjectId: 'login-1', actions: ['CUSTOMER_LINKED', 'LOGGED_IN'] });
    expect(linked.nodes).toEqual(whole.filter(({ action }) => action === 'CUSTOMER_LINKED'));
    const [, second, third] = whole;
    const between = await story({ subjectId: 'login-1', from: third?.at, to: second?.at });
    expect(between.nodes).toEqual([third]);
    const everybodys = await story({ actions: ['CUSTOMER_LINKED'], from: third?.at });
    expect(everybodys.nodes).toEqual([third]);
  });

  it('after the halves were unlinked is of each its own, with what happened while they were one', async () => {
    await run('mutation { unlinkCustomer(id: "record-1") { id } }');
    await toldByWatcher(['record-1'], 'customers_v2.area', 'Wakad');
    const ofRecord = await actionsOf('record-1');
    const ofLogin = await actionsOf('login-1');
    expect(ofRecord).toEqual([
      'RECORD_CHANGED',
      'CUSTOMER_UNLINKED',
      'CUSTOMER_UPDATED',
      'RECORD_CHANGED',
      'CUSTOMER_LINKED',
      'RECORD_CHANGED',
    ]);
    expect(ofLogin.filter((action) => action !== 'SESSIONS_ENDED')).toEqual(ofRecord.slice(1));
  });

  it('goes back to when a record had no id yet, and was addressed by its _id', async () => {
    const _id = new ObjectId();
    await app.add({ customersV2: [{ _id, name: 'Without An Id', status: 'active' }] });
    await toldByWatcher([_id.toHexString()], 'customers_v2.area', 'Baner');
    await app.database.db.collection('customers_v2').updateOne({ _id }, { $set: { id: 'record-3' } });
    await app.sweep();
    await toldByWatcher(['record-3'], 'customers_v2.id', 'record-3');
    for (const subjectId of ['record-3', _id.toHexString()])
      expect(await actionsOf(subjectId)).toEqual(['RECORD_CHANGED', 'RECORD_CHANGED']);
  });

  it('of two pages of one customer examines no more entries of each half than the page has', async () => {
    const plan = await app.database.journal
      .find({ $and: [{ subjectIds: { $in: ['login-1', 'record-1'] } }, {}] })
      .sort({ at: -1, _id: -1 })
      .limit(3)
      .explain('executionStats');
    expect(plan.executionStats.totalDocsExamined).toBeLessThanOrEqual(4);
    expect(JSON.stringify(plan.queryPlanner.winningPlan)).not.toContain('"SORT"');
  });

  it('is refused to analysts, and its arguments by their names', async () => {
    await app.add({ users: [person('the-analyst', { role: 'analyst' })] });
    const analyst = await app.logIn('the-analyst@example.com');
    expect((await analyst(storyQuery, { subjectId: 'login-1' })).errors[0]?.extensions).toMatchObject({
      code: 'FORBIDDEN',
    });
    const refusals = [
      [{ last: 0 }, 'last'],
      [{ first: 2, last: 2 }, 'last'],
      [{ after: 'x', before: 'y' }, 'before'],
      [{ before: 'x' }, 'before'],
      [{ actions: Array.from({ length: 51 }, () => 'X') }, 'actions'],
    ] as const;
    for (const [variables, argument] of refusals) {
      const { errors } = await admin(storyQuery, variables);
      expect(errors[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', argument });
    }
  });
});

describe('the sentence about an action', () => {
  it.each(journalActions)('%s is a whole one, with and without values', (action) => {
    for (const changes of [[], [{ field: 'users.email', before: null, after: 'a***@e***.com' }]])
      expect(describeAction(action, changes)).toMatch(/^[A-Z][^_]+[a-z_.)*]\.$/);
  });

  it('of an action that this version does not know is its name in words', () => {
    expect(describeAction('SOMETHING_NEW', [])).toBe('Something new.');
  });
});
