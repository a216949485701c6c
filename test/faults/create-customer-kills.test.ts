import { afterAll, beforeAll, it } from 'vitest';
import { expectKillsToBeHarmless } from './support/expect-kills-to-be-harmless.ts';
import { type KillScene, openKillScene } from './support/kill-scene.ts';

let scene: KillScene;
beforeAll(async () => {
  scene = await openKillScene();
}, 60_000);
afterAll(() => scene.close());

it(
  'a gateway that is killed while it creates customers leaves no half of one, and none twice, 20 times',
  {
    timeout: 120_000,
  },
  () => expectKillsToBeHarmless(scene, { rounds: 20 }),
);
