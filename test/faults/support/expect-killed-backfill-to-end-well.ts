import { expect } from 'vitest';
import { rebuildIndex, sweepIndex } from '../../../src/customer-index/sweep-index.ts';
import type { Database } from '../../../src/database/collections.ts';
import { killBackfill, loadRecords } from './kill-backfill.ts';
import { openKillScene } from './kill-scene.ts';
import { startOlderApplication } from './older-application.ts';

/**
 * Kills gateways in the middle of a backfill while the older application writes, and expects the end that a run has which
 * nobody disturbs: the same logins, the same failures, the same counts, nothing twice and nothing half. `FAULT_SEED` brings an
 * earlier run back, as far as the machine is as fast.
 */
export async function expectKilledBackfillToEndWell({
  kills,
  records,
}: {
  readonly kills: number;
  readonly records: number;
}): Promise<void> {
  const seed = Number(process.env.FAULT_SEED ?? Math.floor(Math.random() * 2 ** 31));
  const [scene, quiet] = await Promise.all([openKillScene(), openKillScene()]);
  try {
    for (const { database } of [scene, quiet]) await loadRecords(database, seed, records);
    const undisturbed = await killBackfill(quiet, { kills: 0, records, seed });
    const older = await startOlderApplication(scene.databaseUri, scene.database.db.databaseName);
    const disturbed = await killBackfill(scene, { kills, records, seed });
    const replaced = await older.stop();
    console.info(
      `FAULT_SEED=${seed}: ${disturbed.kills} kills at ${disturbed.processed.join(', ')} records of ${records}; ` +
        `${replaced} documents replaced meanwhile through ${older.through}`,
    );
    expect(disturbed.end).toEqual(undisturbed.end);
    const { total, processed, created, skipped, errors } = disturbed.end.counts;
    expect(processed).toBe(total);
    expect(created + skipped + errors).toBe(total);
    expect(disturbed.end.created).toHaveLength(created);
    expect(new Set(disturbed.end.created).size).toBe(created);
    expect(disturbed.kills).toBe(kills);
    expect(replaced).toBeGreaterThan(kills);
    await expectWhole(scene.database, disturbed.runId);
  } finally {
    await Promise.all([scene.close(), quiet.close()]);
  }
}

/** Every login that the run made has all that belongs to it, and the index is what a rebuild would make of it. */
async function expectWhole(database: Database, runId: string): Promise<void> {
  const settings = { defaultPhoneRegion: 'IN', legacyTimezone: 'UTC' } as const;
  const accounts = await database.accounts.find({ createdByJob: runId }).toArray();
  const users = new Map((await database.users.find({}).toArray()).map((user) => [String(user._id), user]));
  for (const { _id } of accounts)
    expect(users.get(_id), _id).toMatchObject({ role: 'customer', password_hash: null });
  const noted = await database.journal.countDocuments({ action: 'LOGIN_CREATED' });
  expect(noted).toBe(accounts.length);
  await sweepIndex(database, settings);
  const rows = () => database.customerIndex.find({}).sort({ _id: 1 }).toArray();
  const kept = await rows();
  await rebuildIndex(database, settings);
  expect(kept).toEqual(await rows());
}
