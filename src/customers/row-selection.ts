import type { Filter } from 'mongodb';
import type { CustomerIndexRow, CustomerStatus, LinkState } from '../customer-index/customer-index-row.ts';
import { hasDeliveryBoyId, passwordExpires } from '../database/wanted-indexes.ts';

export type RowFilter = Filter<CustomerIndexRow>;

/** Fields that filters hold to a few values, and that have indexes in every order. */
export type PointField =
  | 'area'
  | 'status'
  | 'linkState'
  | 'missingEmail'
  | 'hasLogin'
  | 'hasDeliveryRecord'
  | 'loginUsable'
  | 'deliveryBoyId';

export type PointValue = string | boolean | null;

/** What is typed into a search, as a condition on rows. */
export interface SearchCondition {
  /** All of it. */
  readonly filter: RowFilter;
  /** Parts of it that one index reads each: its words, the longest first. */
  readonly gathers: readonly RowFilter[];
  /** Letters of the longest word: a short one is the beginning of a share of all words. */
  readonly letters: number;
}

/** Rows that an index of their own holds: with a delivery boy, or with a temporary password. */
export type SmallIndex = 'assigned' | 'temporary';

/** Conditions that hold together; what they say of one field is said once. */
export interface RowBranch {
  /** None of the lists is empty. */
  readonly points: ReadonlyMap<PointField, readonly PointValue[]>;
  readonly createdAt: RowFilter | null;
  readonly search: SearchCondition | null;
  /** What no order is indexed by. */
  readonly others: readonly RowFilter[];
  /** All rows of the branch are in it. */
  readonly within: SmallIndex | null;
}

/** The rows that a filter means: of one branch or of another, never of both. None: nobody. */
export interface RowSelection {
  readonly branches: readonly RowBranch[];
  /** The conditions that were given, as arguments, the broadest last: for telling what could be narrowed. */
  readonly given: readonly string[];
}

export const allLinkStates: readonly LinkState[] = [
  'LINKED',
  'HALF_LINKED',
  'ORPHANED_USER',
  'ORPHANED_V2',
  'DANGLING',
  'CONFLICT',
];
export const allStatuses: readonly CustomerStatus[] = ['ACTIVE', 'TRIAL', 'PAUSED', 'INACTIVE', 'OTHER'];

/** What an index of its own holds; a query has to say the same to be served by it. */
export const smallIndexFilters: Readonly<Record<SmallIndex, RowFilter>> = {
  assigned: hasDeliveryBoyId,
  temporary: passwordExpires,
};

/** Rows with an area, which is text and not empty. */
export const anyArea: RowFilter = { area: { $gt: '' } };

/** The same, of one value of a field alone, which is a condition more. */
export function narrowed(selection: RowSelection, field: PointField, value: PointValue): RowSelection {
  const branches = selection.branches.flatMap((branch) => {
    const before = branch.points.get(field);
    if (before !== undefined && !before.includes(value)) return [];
    return [{ ...branch, points: new Map([...branch.points, [field, [value]] as const]) }];
  });
  return { branches, given: [...selection.given, `filter.${field}`] };
}

/** The conditions of a whole selection; AND over the list. */
export function selectionFilters({ branches }: RowSelection): RowFilter[] {
  const [only] = branches;
  if (only === undefined) return [{ _id: { $in: [] } }];
  return branches.length === 1
    ? branchFilters(only)
    : [{ $or: branches.map((branch) => allOf(branchFilters(branch))) }];
}

/** The conditions of a branch; AND over the list. */
export function branchFilters(branch: RowBranch): RowFilter[] {
  return [
    ...pointFilters(branch.points),
    ...(branch.within === null ? [] : [smallIndexFilters[branch.within]]),
    ...(branch.createdAt === null ? [] : [branch.createdAt]),
    ...(branch.search === null ? [] : [branch.search.filter]),
    ...branch.others,
  ];
}

export function pointFilters(points: RowBranch['points']): RowFilter[] {
  return [...points].map(([field, values]) => {
    const [only] = values;
    return { [field]: values.length === 1 ? only : { $in: values } } as RowFilter;
  });
}

export function allOf(conditions: readonly RowFilter[]): RowFilter {
  const [only] = conditions;
  if (only === undefined) return {};
  return conditions.length === 1 ? only : { $and: [...conditions] };
}
