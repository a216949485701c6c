import type { Table } from '../table.ts';
import { arrays } from './arrays.ts';
import { comparisons } from './comparisons.ts';
import { evaluation } from './evaluation.ts';
import { fieldUpdates } from './field-updates.ts';
import { numericUpdates } from './numeric-updates.ts';

/** Every table; a test asserts how many rows they have. */
export const allTables: readonly Table[] = [
  ...comparisons,
  ...arrays,
  ...evaluation,
  ...numericUpdates,
  ...fieldUpdates,
];
