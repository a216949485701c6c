import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { graphqlClient } from '../support/graphql-client.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { createPerson } from './support/create-person.ts';
import { expectKillsToBeHarmless } from './support/expect-kills-to-be-harmless.ts';
import { expectWholeCustomers } from './support/expect-whole-customers.ts';
import { type KillScene, openKillScene } from './support/kill-scene.ts';
import { newPerson } from './support/new-person.ts';

let scene: KillScene;
beforeEach(async () => {
  scene = await openKillScene();
});
afterEach(() => scene.close());

it('a gateway that is killed while it creates customers leaves no half of one, and none twice, 200 times', () =>
  expectKillsToBeHarmless(scene, { rounds: 200 }));

it('what a gateway had begun whose machine is gone holds its people back for a minute, answered UNAVAILABLE, and nobody else', async () => {
  const [held, other] = [newPerson(1, seededRandom(1)), newPerson(2, seededRandom(2))];
  const [first, second] = [await scene.start(), await scene.start()];
  const admin = graphqlClient(second.url, await scene.logIn(first));
  first.proxy.hidesLostClients = true;
  first.proxy.onMessage = ({ command, collection }) => {
    if (command === 'insert' && collection === 'accounts') first.kill();
    return undefined;
  };
  const adminOfFirst = graphqlClient(first.url, await scene.logIn(first));
  await expect(createPerson(adminOfFirst, held)).rejects.toThrow();
  const killedAt = performance.now();

  const soon = createPerson(admin, held);
  expect(await createPerson(admin, other)).toMatchObject({ ids: expect.anything() });
  expect(performance.now() - killedAt).toBeLessThan(5_000);
  expect((await soon).code).toBe('UNAVAILABLE');
  expect(performance.now() - killedAt).toBeLessThan(25_000);

  // The server gives the transaction up by its age.
  let answer = await soon;
  while (answer.ids === null && performance.now() - killedAt < 90_000) {
    await sleep(500);
    answer = await createPerson(admin, held);
  }
  expect(answer.ids).not.toBeNull();
  first.proxy.shut();
  await expectWholeCustomers(scene.database, [held, other], {
    defaultPhoneRegion: 'IN',
    legacyTimezone: 'UTC',
  });
});
