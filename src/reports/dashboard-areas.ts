import type { Database } from '../database/collections.ts';
import { areasIndexKey } from '../database/wanted-indexes.ts';

/** How many customers an area has. */
export interface AreaFigure {
  /** As the filter `area` compares it; null for customers without one. */
  readonly area: string | null;
  readonly count: number;
  readonly active: number;
}

/** As many areas are told at most. */
export const maxAreas = 200;

/**
 * The areas with the most customers, at most 200; of equals the one that sorts first. By keys of one index alone: areas
 * are free text, so that there may be as many as customers.
 */
export async function readAreas({ customerIndex }: Database): Promise<AreaFigure[]> {
  const groups = await customerIndex
    .aggregate<{ _id: string | null; count: number; active: number }>(
      [
        { $group: { _id: { area: '$area', isActive: '$isActive' }, count: { $sum: 1 } } },
        {
          $group: {
            _id: '$_id.area',
            count: { $sum: '$count' },
            active: { $sum: { $cond: ['$_id.isActive', '$count', 0] } },
          },
        },
        { $sort: { count: -1, _id: 1 } },
        { $limit: maxAreas },
      ],
      { hint: areasIndexKey, batchSize: maxAreas + 1 },
    )
    .toArray();
  return groups.map(({ _id, count, active }) => ({ area: _id, count, active }));
}
