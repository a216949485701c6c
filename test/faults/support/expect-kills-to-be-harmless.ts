import { expect } from 'vitest';
import { expectAllSent, expectWholeCustomers } from './expect-whole-customers.ts';
import { type KillReport, killCreations } from './kill-creations.ts';
import type { KillScene } from './kill-scene.ts';

/**
 * Kills gateways in the middle of `createCustomer` and expects that every promise is kept: same key, same ids; everybody
 * once and whole; every message sent. `FAULT_SEED` brings the kills of an earlier run back, as far as the machine is as fast.
 */
export async function expectKillsToBeHarmless(
  scene: KillScene,
  { rounds }: { rounds: number },
): Promise<void> {
  const seed = Number(process.env.FAULT_SEED ?? Math.floor(Math.random() * 2 ** 31));
  const first = await scene.start();
  const report = await killCreations({
    rounds,
    perRound: 3,
    seed,
    adminToken: await scene.logIn(first),
    database: scene.database,
    first,
    next: () => scene.start(),
  });
  console.info(summary(seed, report));
  expect(report.complaints).toEqual([]);
  await expectWholeCustomers(scene.database, report.people, {
    defaultPhoneRegion: 'IN',
    legacyTimezone: 'UTC',
  });
  await expectAllSent(scene.database, scene.notificationsDirectory, report.people);
  expect(killsWithin(report).length, 'kills while a transaction was open').toBeGreaterThanOrEqual(rounds / 3);
}

function killsWithin({ kills }: KillReport) {
  return kills.filter((moments) => moments.includes('inside') || moments.includes('committing'));
}

function summary(seed: number, report: KillReport): string {
  const counts: Record<string, number> = {};
  for (const moment of report.kills.flat()) counts[moment] = (counts[moment] ?? 0) + 1;
  return [
    `FAULT_SEED=${seed}: ${report.kills.length} kills, ${killsWithin(report).length} of them while a transaction was open`,
    `calls when their gateway was killed: ${Object.entries(counts)
      .map(([moment, count]) => `${count} ${moment}`)
      .join(', ')}`,
    `an undisturbed round took ${Math.round(report.undisturbedMs)} ms`,
  ].join('; ');
}
