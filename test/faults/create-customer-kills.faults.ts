import { afterEach, beforeEach, it } from 'vitest';
import { expectKillsToBeHarmless } from './support/expect-kills-to-be-harmless.ts';
import { type KillScene, openKillScene } from './support/kill-scene.ts';

let scene: KillScene;
beforeEach(async () => {
  scene = await openKillScene();
});
afterEach(() => scene.close());

it('a gateway that is killed while it creates customers leaves no half of one, and none twice, 200 times', () =>
  expectKillsToBeHarmless(scene, { rounds: 200 }));
