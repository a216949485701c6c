import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type CreateAnswer, createPerson } from '../faults/support/create-person.ts';
import { expectWholeCustomers } from '../faults/support/expect-whole-customers.ts';
import { type FaultyApp, startFaultyApp } from '../faults/support/faulty-app.ts';
import { type NewPerson, newPerson } from '../faults/support/new-person.ts';
import type { Verdict, WireMessage } from '../faults/support/wire-proxy.ts';
import { seededRandom } from '../support/seeded-random.ts';

const indexSettings = { defaultPhoneRegion: 'IN', legacyTimezone: 'UTC' } as const;
const timeout = 60_000;
let app: FaultyApp;
beforeAll(async () => {
  app = await startFaultyApp({ serverSelectionTimeoutMs: 1_000 });
});
afterAll(() => app.close());
afterEach(() => {
  app.proxy.onMessage = () => undefined;
});

const people: NewPerson[] = [];
const random = seededRandom(4);
const nextPerson = () => {
  const person = newPerson(people.length + 1, random);
  people.push(person);
  return person;
};
const create = (person: NewPerson) => createPerson(app.admin, person);

/** Everybody so far is there once, and the key of the last answers with them again. */
async function expectOnce(person: NewPerson, { ids, text }: CreateAnswer) {
  expect(ids, text).not.toBeNull();
  await expectWholeCustomers(app.database, people, indexSettings);
  expect((await create(person)).ids).toBe(ids);
}

/** Commands of the transaction, in their order. */
async function commandsOfOne(): Promise<string[]> {
  const commands: string[] = [];
  app.proxy.onMessage = ({ direction, command, collection }) => {
    if (direction === 'request') commands.push(`${command} ${collection}`.trim());
    return undefined;
  };
  await create(nextPerson());
  return commands;
}

/** Does something to the first `times` messages that a test picks; counts the transactions that are begun. */
function interfere(times: number, picked: (message: WireMessage) => boolean, verdict: () => Verdict) {
  const seen = { hits: 0, transactions: 0 };
  app.proxy.onMessage = (message) => {
    if (message.direction === 'request' && message.startsTransaction) seen.transactions += 1;
    if (seen.hits >= times || !picked(message)) return undefined;
    seen.hits += 1;
    return verdict();
  };
  return seen;
}

const requests = (named: string) => (message: WireMessage) =>
  message.direction === 'request' && `${message.command} ${message.collection}`.trim() === named;
const answersTo = (named: string) => (message: WireMessage) =>
  message.direction === 'answer' && `${message.command} ${message.collection}`.trim() === named;
const failure = (code: number, codeName: string, ...errorLabels: string[]) => ({
  answer: { ok: 0, code, codeName, errmsg: 'injected', errorLabels },
});

it('a transient error, three times, at any command of the transaction makes everything once and answers once', {
  timeout,
}, async () => {
  const commands = await commandsOfOne();
  expect(commands).toEqual(
    expect.arrayContaining([
      'update claims',
      'insert users',
      'insert customers_v2',
      'insert accounts',
      'insert journal',
      'insert notifications',
      'insert customer_index',
      'insert customer_index_records',
      'commitTransaction',
    ]),
  );
  for (const command of new Set(commands)) {
    const person = nextPerson();
    const seen = interfere(3, requests(command), () =>
      failure(112, 'WriteConflict', 'TransientTransactionError'),
    );
    const answer = await create(person);
    expect(seen, command).toEqual({ hits: 3, transactions: 4 });
    await expectOnce(person, answer);
  }
});

it('a connection that breaks in the middle, before or after the server did what it was asked, makes everything once', {
  timeout,
}, async () => {
  for (const pick of [requests('insert customers_v2'), answersTo('insert customers_v2')]) {
    const person = nextPerson();
    const seen = interfere(1, pick, () => 'cut');
    const answer = await create(person);
    expect(seen).toEqual({ hits: 1, transactions: 2 });
    await expectOnce(person, answer);
  }
});

it('a commit of which nobody knows whether it happened is sent again, and makes everything once', {
  timeout,
}, async () => {
  const unknown = () => failure(91, 'ShutdownInProgress', 'UnknownTransactionCommitResult');
  const cut = () => 'cut' as const;
  for (const [times, pick, verdict] of [
    // The server has not seen it; the server has done it; the same with a connection that breaks instead of an answer.
    [3, requests('commitTransaction'), unknown],
    [3, answersTo('commitTransaction'), unknown],
    [1, requests('commitTransaction'), cut],
    [1, answersTo('commitTransaction'), cut],
  ] as const) {
    const person = nextPerson();
    const seen = interfere(times, pick, verdict);
    const answer = await create(person);
    expect(seen).toEqual({ hits: times, transactions: 1 });
    await expectOnce(person, answer);
  }
});

it('a duplicate key in the transaction is answered in less than a second, and writes nothing', {
  timeout,
}, async () => {
  await app.database.users.createIndex({ name: 1 }, { unique: true, name: 'of another application' });
  const namesake = { ...newPerson(99_999, random), name: people[0]?.name ?? '' };
  let fastestMs = Number.POSITIVE_INFINITY;
  for (let time = 0; time < 3; time += 1) {
    const begun = performance.now();
    const { code, text } = await create(namesake);
    expect(code, text).toBe('CONFLICT');
    fastestMs = Math.min(fastestMs, performance.now() - begun);
  }
  expect(fastestMs).toBeLessThan(1_000);
  await app.database.users.dropIndex('of another application');
  await expectWholeCustomers(app.database, people, indexSettings);
});

it('a database that stalls for three seconds in the middle is waited for', { timeout }, async () => {
  const person = nextPerson();
  const seen = interfere(1, requests('insert accounts'), () => sleep(3_000, undefined));
  const begun = performance.now();
  const answer = await create(person);
  expect(performance.now() - begun).toBeGreaterThan(3_000);
  expect(seen).toEqual({ hits: 1, transactions: 1 });
  await expectOnce(person, answer);
});

it('a database that is gone in the middle is UNAVAILABLE, leaves nothing, and the key makes one pair when it is back', {
  timeout,
}, async () => {
  for (const gone of ['insert accounts', 'commitTransaction']) {
    const person = nextPerson();
    interfere(1, requests(gone), () => {
      app.proxy.shut();
      return 'cut';
    });
    const { code, text } = await create(person);
    expect(code, text).toBe('UNAVAILABLE');
    await expectWholeCustomers(app.database, people.slice(0, -1), indexSettings);
    app.proxy.open();
    await endLeftTransactions();
    await expectOnce(person, await createOnceBack(person));
  }
});

/** The database keeps what a client has left open for a minute, and puts off whoever writes the same. It is over. */
async function endLeftTransactions() {
  await app.database.client.db('admin').command({ killSessions: app.proxy.openSessions() });
}

/** Within ten seconds. */
async function createOnceBack(person: NewPerson): Promise<CreateAnswer> {
  const deadline = performance.now() + 10_000;
  for (;;) {
    const answer = await create(person);
    if (answer.code !== 'UNAVAILABLE' || performance.now() > deadline) return answer;
    await sleep(50);
  }
}
