import type { Document } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Linking, openLinking } from './support/open-linking.ts';

let linking: Linking;
beforeAll(async () => {
  linking = await openLinking();
});
afterAll(() => linking?.close());

const numbers = Array.from({ length: 20 }, (_, at) => at + 1);

/** Every link of the two collections that is not empty, as `U1→D1`. */
async function links(): Promise<string[]> {
  const { users, customersV2 } = await linking.world();
  return [
    ...users.filter(({ customer_v2_id: claim }) => claim).map((user) => `${user.id}→${user.customer_v2_id}`),
    ...customersV2.filter(({ user_id: claim }) => claim).map((record) => `${record.id}→${record.user_id}`),
  ].toSorted();
}

async function expectOneWinner(answers: readonly { code: string | undefined; message: string }[]) {
  expect(answers.filter(({ code }) => code === undefined)).toHaveLength(1);
  for (const { code } of answers) expect([undefined, 'CONFLICT']).toContain(code);
  await linking.expectIndexAsByRules();
  await linking.expectIndexAsRebuilt();
}

describe('twenty at once', () => {
  it('link one login to different records: one wins, and both its sides agree', async () => {
    await linking.store(['U1', ...numbers.map((at) => `D${at}`)].join(', '));
    const answers = await Promise.all(numbers.map((at) => linking.link('U1', `D${at}`)));
    await expectOneWinner(answers);
    const winner = answers.findIndex(({ code }) => code === undefined) + 1;
    expect(await links()).toEqual([`D${winner}→U1`, `U1→D${winner}`]);
  });

  it('link different logins to one record: one wins', async () => {
    await linking.store([...numbers.map((at) => `U${at}`), 'D1'].join(', '));
    const answers = await Promise.all(numbers.map((at) => linking.link(`U${at}`, 'D1')));
    await expectOneWinner(answers);
    const winner = answers.findIndex(({ code }) => code === undefined) + 1;
    expect(await links()).toEqual([`D1→U${winner}`, `U${winner}→D1`]);
  });

  it('link the same two: one is written, all are answered with it, and one message goes out', async () => {
    await linking.store('U1, D1');
    await linking.newMessages();
    await linking.newJournal();
    const answers = await Promise.all(numbers.map(() => linking.link('U1', 'D1')));
    for (const answer of answers) expect(answer.customers).toMatchObject([{ link: { state: 'LINKED' } }]);
    expect((await linking.newMessages()).map(({ kind }) => kind).toSorted()).toEqual([
      'LINK_CODE',
      'LOGIN_ADOPTED',
    ]);
    expect((await linking.newJournal()).map(({ action }) => action)).toEqual(['CUSTOMER_LINKED']);
  });

  it('take one customer apart: one does', async () => {
    await linking.store('U1→D1, D1→U1');
    await expectOneWinner(await Promise.all(numbers.map(() => linking.unlink('D1'))));
    expect(await links()).toEqual([]);
  });

  it('link and clear, in whatever order they come, leave links and index that agree', async () => {
    await linking.store('U1→D1, D1, U2');
    await Promise.all(
      numbers.map((at) =>
        at % 4 === 0
          ? linking.link('U1', 'D1')
          : at % 4 === 1
            ? linking.clear('USERS', 'U1')
            : at % 4 === 2
              ? linking.clear('CUSTOMERS_V2', 'D1')
              : linking.link('U2', 'D1'),
      ),
    );
    await linking.expectIndexAsByRules();
    await linking.expectIndexAsRebuilt();
  });
});

describe('another application', () => {
  it('that links a record at the same moment keeps its link, or comes after', async () => {
    for (let round = 0; round < 5; round++) {
      await linking.store('U1, U2, D1');
      const foreign = linking.database.db.collection<Document>('customers_v2');
      const [answer] = await Promise.all([
        linking.link('U1', 'D1'),
        foreign.updateOne({ id: 'D1', user_id: null }, { $set: { user_id: 'U2' } }),
      ]);
      expect(await links()).toEqual(answer.code === undefined ? ['D1→U1', 'U1→D1'] : ['D1→U2']);
      if (answer.code !== undefined) expect(answer.code).toBe('CONFLICT');
    }
  });
});
