import { afterEach, beforeEach, expect, it } from 'vitest';
import { seededRandom } from '../support/seeded-random.ts';
import { createPerson } from './support/create-person.ts';
import { expectWholeCustomers } from './support/expect-whole-customers.ts';
import { type FaultyApp, startFaultyApp } from './support/faulty-app.ts';
import { newPerson } from './support/new-person.ts';

let app: FaultyApp;
beforeEach(async () => {
  app = await startFaultyApp();
});
afterEach(() => app.close());

const person = newPerson(1, seededRandom(1));
const indexSettings = { defaultPhoneRegion: 'IN', legacyTimezone: 'UTC' } as const;

it('a database that is gone for a minute in the middle is UNAVAILABLE within half of it, and 10 s after it is back the key makes one pair', async () => {
  app.proxy.onMessage = ({ direction, command, collection }) => {
    if (direction !== 'request' || command !== 'insert' || collection !== 'accounts') return undefined;
    app.proxy.onMessage = () => undefined;
    app.proxy.shut();
    return 'cut';
  };
  const goneAt = performance.now();
  for (;;) {
    const begun = performance.now();
    expect((await createPerson(app.admin, person)).code).toBe('UNAVAILABLE');
    expect(performance.now() - begun).toBeLessThan(30_000);
    if (performance.now() - goneAt > 60_000) break;
  }
  await expectWholeCustomers(app.database, [], indexSettings);
  app.proxy.open();
  const backAt = performance.now();
  let answer = await createPerson(app.admin, person);
  while (answer.code === 'UNAVAILABLE' && performance.now() - backAt < 30_000) {
    answer = await createPerson(app.admin, person);
  }
  expect(performance.now() - backAt).toBeLessThan(10_000);
  expect(answer.ids, answer.text).not.toBeNull();
  await expectWholeCustomers(app.database, [person], indexSettings);
});

it('a database that stops answering in the middle is UNAVAILABLE within half a minute, and makes one pair afterwards', async () => {
  let release = () => {};
  app.proxy.onMessage = ({ direction, command, collection }) => {
    if (direction !== 'request' || command !== 'insert' || collection !== 'accounts') return undefined;
    // Nothing is answered any more, and no connection is cut: what is new waits as well.
    return new Promise((resolve) => {
      release = () => resolve(undefined);
    });
  };
  const begun = performance.now();
  expect((await createPerson(app.admin, person)).code).toBe('UNAVAILABLE');
  expect(performance.now() - begun).toBeLessThan(30_000);
  app.proxy.onMessage = () => undefined;
  release();
  await app.database.client.db('admin').command({ killSessions: app.proxy.openSessions() });
  const answer = await createPerson(app.admin, person);
  expect(answer.ids, answer.text).not.toBeNull();
  await expectWholeCustomers(app.database, [person], indexSettings);
});
