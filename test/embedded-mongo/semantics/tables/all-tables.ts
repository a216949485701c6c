import type { Table } from '../table.ts';
import { arrayUpdates } from './array-updates.ts';
import { arrays } from './arrays.ts';
import { collations } from './collations.ts';
import { comparisons } from './comparisons.ts';
import { evaluation } from './evaluation.ts';
import { expressionTables } from './expression-tables.ts';
import { fieldUpdates } from './field-updates.ts';
import { groups } from './groups.ts';
import { lookupTables } from './lookups.ts';
import { numericUpdates } from './numeric-updates.ts';
import { projectionTables } from './projections.ts';
import { sortOrders } from './sort-orders.ts';
import { stages } from './stages.ts';
import { upsertTables } from './upserts.ts';

/** Every table; a test asserts how many rows they have. */
export const allTables: readonly Table[] = [
  ...arrays,
  ...comparisons,
  ...evaluation,
  ...numericUpdates,
  ...fieldUpdates,
  ...arrayUpdates,
  ...upsertTables,
  ...projectionTables,
  ...sortOrders,
  ...groups,
  ...stages,
  ...lookupTables,
  ...expressionTables,
  ...collations,
];
