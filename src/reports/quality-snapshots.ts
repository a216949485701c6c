import { MongoServerError } from 'mongodb';
import type { Database, StoredQualitySnapshot } from '../database/collections.ts';
import { badInput } from '../errors.ts';
import { type Figures, readFigures } from './figures.ts';

/** How the links stood at one time. */
export interface QualityPoint {
  readonly at: Date;
  readonly linkageRatio: number;
  readonly syncIssues: number;
}

/** Bounds of `days`. */
export const trendLimits = { smallest: 1, largest: 3_660, standard: 30 } as const;

/**
 * Keeps the figures of the day when nobody has yet; of several processes one does. A day is one of UTC.
 *
 * @returns Whether this call kept them.
 */
export async function keepQualitySnapshot(database: Database, now: Date): Promise<boolean> {
  const { qualitySnapshots } = database;
  const _id = dayOf(now);
  if ((await qualitySnapshots.findOne({ _id }, { projection: { _id: 1 } })) !== null) return false;
  const figures = await readFigures(database, now);
  try {
    await qualitySnapshots.insertOne(snapshotOf(_id, figures));
    return true;
  } catch (error) {
    if (error instanceof MongoServerError && error.code === duplicateKeyCode) return false;
    throw error;
  }
}

/**
 * The last `days` days, today among them, from oldest to newest: days of which figures were kept, and today as `current`
 * has it.
 *
 * @throws AppError BAD_USER_INPUT naming `days` unless it is 1 to 3660.
 */
export async function qualityTrend(
  { qualitySnapshots }: Database,
  current: Figures,
  days: number,
): Promise<QualityPoint[]> {
  if (days < trendLimits.smallest || days > trendLimits.largest)
    throw badInput('days', `days must be from ${trendLimits.smallest} to ${trendLimits.largest}.`);
  const { asOf, linkageRatio, totalSyncIssues } = current;
  const kept = await qualitySnapshots
    .find(
      { _id: { $gte: dayOf(new Date(asOf.getTime() - (days - 1) * dayMs)), $lt: dayOf(asOf) } },
      { projection: { at: 1, linkageRatio: 1, syncIssues: 1 } },
    )
    .sort({ _id: 1 })
    .batchSize(days + 1)
    .toArray();
  return [
    ...kept.map(({ at, linkageRatio, syncIssues }) => ({ at, linkageRatio, syncIssues })),
    { at: asOf, linkageRatio, syncIssues: totalSyncIssues },
  ];
}

const dayMs = 24 * 60 * 60_000;
const duplicateKeyCode = 11_000;

function dayOf(time: Date): string {
  return time.toISOString().slice(0, 10);
}

function snapshotOf(_id: string, figures: Figures): StoredQualitySnapshot {
  return {
    _id,
    at: figures.asOf,
    linkageRatio: figures.linkageRatio,
    syncIssues: figures.totalSyncIssues,
    legacyCustomers: figures.legacyCustomers,
    v2Customers: figures.v2Customers,
    linkedCustomers: figures.linkedCustomers,
    totalUniqueCustomers: figures.totalUniqueCustomers,
    activeCustomers: figures.activeCustomers,
    unassignedCustomers: figures.unassignedCustomers,
    missingEmail: figures.missingEmail,
    canLogin: figures.canLogin,
    byLinkState: { ...figures.byLinkState },
  };
}
