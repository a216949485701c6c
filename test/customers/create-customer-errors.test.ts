import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, type TestContext } from 'vitest';
import { type CreateAnswer, createPerson } from '../faults/support/create-person.ts';
import { expectWholeCustomers } from '../faults/support/expect-whole-customers.ts';
import { startFaultyApp } from '../faults/support/faulty-app.ts';
import { type NewPerson, newPerson } from '../faults/support/new-person.ts';
import type { Verdict, WireMessage } from '../faults/support/wire-proxy.ts';
import { seededRandom } from '../support/seeded-random.ts';

// Each waits more than it works.
describe.concurrent('while a customer is created', { timeout: 60_000 }, () => {
  it('a transient error, three times, at any command of the transaction makes everything once and answers once', async ({
    onTestFinished,
  }) => {
    const scene = await openScene(onTestFinished);
    const commands = await scene.commandsOfOne();
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
      const person = scene.nextPerson();
      const seen = scene.interfere(3, requests(command), () =>
        failure(112, 'WriteConflict', 'TransientTransactionError'),
      );
      const answer = await scene.create(person);
      expect(seen, command).toEqual({ hits: 3, transactions: 4 });
      await scene.expectOnce(person, answer);
    }
  });

  it('a connection that breaks, before or after the server did what it was asked, makes everything once', async ({
    onTestFinished,
  }) => {
    const scene = await openScene(onTestFinished);
    for (const pick of [requests('insert customers_v2'), answersTo('insert customers_v2')]) {
      const person = scene.nextPerson();
      const seen = scene.interfere(1, pick, () => 'cut');
      const answer = await scene.create(person);
      expect(seen).toEqual({ hits: 1, transactions: 2 });
      await scene.expectOnce(person, answer);
    }
  });

  it('a commit of which nobody knows whether it happened is sent again, and makes everything once', async ({
    onTestFinished,
  }) => {
    const scene = await openScene(onTestFinished);
    const unknown = () => failure(91, 'ShutdownInProgress', 'UnknownTransactionCommitResult');
    const cut = () => 'cut' as const;
    for (const [times, pick, verdict] of [
      // The server has not seen it; the server has done it; the same with a connection that breaks instead of an answer.
      [3, requests('commitTransaction'), unknown],
      [3, answersTo('commitTransaction'), unknown],
      [1, requests('commitTransaction'), cut],
      [1, answersTo('commitTransaction'), cut],
    ] as const) {
      const person = scene.nextPerson();
      const seen = scene.interfere(times, pick, verdict);
      const answer = await scene.create(person);
      expect(seen).toEqual({ hits: times, transactions: 1 });
      await scene.expectOnce(person, answer);
    }
  });

  it('a duplicate key in the transaction is answered in less than a second, and writes nothing', async ({
    onTestFinished,
  }) => {
    const scene = await openScene(onTestFinished);
    const { users } = scene.database;
    const person = scene.nextPerson();
    await scene.expectOnce(person, await scene.create(person));
    await users.createIndex({ name: 1 }, { unique: true, name: 'of another application' });
    const namesake = { ...newPerson(99_999, scene.random), name: person.name };
    let fastestMs = Number.POSITIVE_INFINITY;
    for (let time = 0; time < 3; time += 1) {
      const begun = performance.now();
      const { code, text } = await scene.create(namesake);
      expect(code, text).toBe('CONFLICT');
      fastestMs = Math.min(fastestMs, performance.now() - begun);
    }
    expect(fastestMs).toBeLessThan(1_000);
    await users.dropIndex('of another application');
    await scene.expectWhole(scene.people);
  });

  it('a database that stalls for three seconds is waited for', async ({ onTestFinished }) => {
    const scene = await openScene(onTestFinished);
    const person = scene.nextPerson();
    const seen = scene.interfere(1, requests('insert accounts'), () => sleep(3_000, undefined));
    const begun = performance.now();
    const answer = await scene.create(person);
    expect(performance.now() - begun).toBeGreaterThan(3_000);
    expect(seen).toEqual({ hits: 1, transactions: 1 });
    await scene.expectOnce(person, answer);
  });

  for (const gone of ['insert accounts', 'commitTransaction']) {
    it(`a database that is gone at \`${gone}\` is UNAVAILABLE, leaves nothing, and the key makes one pair when it is back`, async ({
      onTestFinished,
    }) => {
      const scene = await openScene(onTestFinished);
      const person = scene.nextPerson();
      scene.interfere(1, requests(gone), () => {
        scene.proxy.shut();
        return 'cut';
      });
      const { code, text } = await scene.create(person);
      expect(code, text).toBe('UNAVAILABLE');
      await scene.expectWhole([]);
      scene.proxy.open();
      // What is left open on the server holds the person back for a minute. It is over.
      await scene.database.client.db('admin').command({ killSessions: scene.proxy.openSessions() });
      const backAt = performance.now();
      let answer = await scene.create(person);
      while (answer.code === 'UNAVAILABLE' && performance.now() - backAt < 15_000) {
        await sleep(50);
        answer = await scene.create(person);
      }
      await scene.expectOnce(person, answer);
    });
  }
});

const requests = (named: string) => (message: WireMessage) =>
  message.direction === 'request' && nameOf(message) === named;
const answersTo = (named: string) => (message: WireMessage) =>
  message.direction === 'answer' && nameOf(message) === named;

function nameOf({ command, collection }: WireMessage): string {
  return `${command} ${collection}`.trim();
}

function failure(code: number, codeName: string, ...errorLabels: string[]) {
  return { answer: { ok: 0, code, codeName, errmsg: 'injected', errorLabels } };
}

async function openScene(onTestFinished: TestContext['onTestFinished']) {
  const app = await startFaultyApp({ serverSelectionTimeoutMs: 1_000 });
  onTestFinished(() => app.close());
  const { proxy, database, admin } = app;
  const random = seededRandom(4);
  const people: NewPerson[] = [];
  const scene = {
    proxy,
    database,
    random,
    people,
    nextPerson() {
      const person = newPerson(people.length + 1, random);
      people.push(person);
      return person;
    },
    create: (person: NewPerson) => createPerson(admin, person),
    expectWhole: (expected: readonly NewPerson[]) =>
      expectWholeCustomers(database, expected, { defaultPhoneRegion: 'IN', legacyTimezone: 'UTC' }),
    /** Everybody so far is there once, and the key of the last answers with them again. */
    async expectOnce(person: NewPerson, { ids, text }: CreateAnswer) {
      expect(ids, text).not.toBeNull();
      await scene.expectWhole(people);
      expect((await scene.create(person)).ids).toBe(ids);
    },
    /** Commands of the transaction, in their order. */
    async commandsOfOne(): Promise<string[]> {
      const commands: string[] = [];
      proxy.onMessage = (message) => {
        if (message.direction === 'request') commands.push(nameOf(message));
        return undefined;
      };
      await scene.create(scene.nextPerson());
      return commands;
    },
    /** Does something to the first `times` messages that a test picks; counts the transactions that are begun. */
    interfere(times: number, picked: (message: WireMessage) => boolean, verdict: () => Verdict) {
      const seen = { hits: 0, transactions: 0 };
      proxy.onMessage = (message) => {
        if (message.direction === 'request' && message.startsTransaction) seen.transactions += 1;
        if (seen.hits >= times || !picked(message)) return undefined;
        seen.hits += 1;
        return verdict();
      };
      return seen;
    },
  };
  return scene;
}
