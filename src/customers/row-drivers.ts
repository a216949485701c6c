import { facetFields, passwordExpires } from '../database/wanted-indexes.ts';
import type { RowOrder } from './row-order.ts';
import {
  allLinkStates,
  allStatuses,
  anyArea,
  type PointField,
  type PointValue,
  pointFilters,
  type RowBranch,
  type RowFilter,
  smallIndexFilters,
} from './row-selection.ts';

/** An index that leads to the rows of a branch, and what of the branch's conditions it reads by. */
export interface Driver {
  readonly index: string;
  /** What bounds the index. */
  readonly bounds: readonly RowFilter[];
  /** The fields that it is bounded by. */
  readonly fields: readonly PointField[];
  /** Ranges that are merged into the order; 0: it gives no order, all that it reads has to be sorted. */
  readonly streams: number;
  /** It reads the rows of the branch and no others. */
  readonly exact: boolean;
}

/** More ranges of an index than these are not merged in order (MongoDB: `internalQueryMaxScansToExplode`). */
const mostStreams = 200;

/**
 * The indexes that give a branch's rows in an order, the most selective first, as far as that can be said of what is not
 * counted. The last is the order's own index, which reads everybody.
 */
export function orderedDrivers(branch: RowBranch, order: RowOrder): Driver[] {
  const range = order.key === 'createdAtKey' && branch.createdAt !== null ? [branch.createdAt] : [];
  const isSaid =
    branch.search === null && branch.others.length === 0 && (branch.createdAt === null || range.length > 0);
  const driver = (name: string, points: RowBranch['points'], more: Partial<Driver> = {}): Driver => ({
    index: `${name}_${order.key}`,
    bounds: [...pointFilters(points), ...range],
    fields: [...points.keys()],
    streams: streamsOf(points),
    exact: isSaid && branch.within === null && [...branch.points.keys()].every((field) => points.has(field)),
    ...more,
  });
  const singles = selectivity(branch.points).map((field) => driver(field, only(branch.points, field)));
  const drivers = [
    ...round(branch, order).map((points) => driver('round', points, { index: 'round' })),
    ...pair(branch.points, 'area', 'status').map((points) => driver('area_status', points)),
    ...smallIndexes(branch, order, range, isSaid),
    ...facets(branch.points).map(({ points, exact }) =>
      driver('facets', points, { exact: isSaid && branch.within === null && exact }),
    ),
    ...singles,
  ].filter(({ streams }) => streams <= mostStreams);
  const everybody = driver('', new Map(), { index: order.key });
  // The narrowest of equals comes first as it is; what reads only rows of the branch comes before all others.
  return [...drivers.filter(({ exact }) => exact), ...drivers.filter(({ exact }) => !exact), everybody];
}

/**
 * Indexes that give no order, and hold few rows as a rule: those behind a search, and passwords whose time has passed; and
 * where areas are hardly used, those who have one.
 */
export function gatheringDrivers(branch: RowBranch): Driver[] {
  const gathering = (index: string, bounds: readonly RowFilter[]): Driver => ({
    index,
    bounds,
    fields: [],
    streams: 0,
    exact: false,
  });
  const expired = branch.others.find((filter) => 'passwordExpiresAt' in filter);
  return [
    ...(branch.search?.gathers ?? []).map((word) => gathering('', [word])),
    ...(branch.within === 'temporary' && expired !== undefined
      ? [gathering('expiring_passwords', [{ loginUsable: true }, expired])]
      : []),
    ...(branch.others.includes(anyArea) ? [gathering('areas', [anyArea])] : []),
    ...(branch.createdAt === null ? [] : [gathering('createdAtKey', [branch.createdAt])]),
  ];
}

/** What an index of some rows alone gives in order. */
function smallIndexes(
  branch: RowBranch,
  order: RowOrder,
  range: readonly RowFilter[],
  isSaid: boolean,
): Driver[] {
  if (branch.within === null) return [];
  const temporary = branch.within === 'temporary';
  const own = temporary ? [{ loginUsable: true }, passwordExpires] : [smallIndexFilters.assigned];
  return [
    {
      index: `${branch.within}_${order.key}`,
      bounds: [...own, ...range],
      fields: temporary ? ['loginUsable'] : [],
      streams: 1,
      exact: isSaid && branch.points.size === (temporary ? 1 : 0),
    },
  ];
}

/** One delivery boy in one area, by name. */
function round({ points }: RowBranch, order: RowOrder): RowBranch['points'][] {
  return order.key === 'nameKey' ? pair(points, 'deliveryBoyId', 'area') : [];
}

function pair(points: RowBranch['points'], one: PointField, other: PointField): RowBranch['points'][] {
  return points.has(one) && points.has(other)
    ? [new Map([...only(points, one), ...only(points, other)])]
    : [];
}

function only(points: RowBranch['points'], field: PointField): Map<PointField, readonly PointValue[]> {
  return new Map([[field, points.get(field) ?? []]]);
}

/**
 * Two or more of the facets are read by the index of all of them: of those that are not asked for, every value. Whether
 * there is a delivery record follows from the link's state and from whether there is a login.
 */
function facets(points: RowBranch['points']): { points: RowBranch['points']; exact: boolean }[] {
  const asked = [...points.keys()];
  const known = asked.filter((field) => isFacet(field) || field === 'hasDeliveryRecord');
  if (known.length < 2) return [];
  const said = new Map<PointField, readonly PointValue[]>(
    facetFields.map((field) => [field, points.get(field) ?? allValues[field]]),
  );
  let exact = known.length === asked.length;
  const [withRecord] = points.get('hasDeliveryRecord') ?? [];
  const states = said.get('linkState') ?? [];
  if (withRecord === false) {
    said.set(
      'hasLogin',
      (said.get('hasLogin') ?? []).filter((value) => value === true),
    );
    said.set(
      'linkState',
      states.filter((state) => !joinedStates.includes(state)),
    );
  } else if (withRecord === true) {
    const [login, ...others] = said.get('hasLogin') ?? [];
    const loginOnly = login === true && others.length === 0;
    const left = states.filter(
      (state) => state !== 'ORPHANED_USER' && (!loginOnly || joinedStates.includes(state)),
    );
    said.set('linkState', left);
    exact &&=
      loginOnly ||
      (login === false && others.length === 0) ||
      left.every((state) => joinedStates.includes(state));
  }
  // Nothing is left of what contradicts itself; an index finds that out at once.
  for (const [field, values] of said) if (values.length === 0) said.set(field, [null]);
  return [{ points: said, exact }];
}

const joinedStates: readonly PointValue[] = ['LINKED', 'HALF_LINKED'];

const allValues: Readonly<Record<(typeof facetFields)[number], readonly PointValue[]>> = {
  linkState: allLinkStates,
  status: allStatuses,
  hasLogin: [true, false],
  missingEmail: [true, false],
  loginUsable: [true, false],
};

function isFacet(field: PointField): boolean {
  return (facetFields as readonly PointField[]).includes(field);
}

/** The fields by how few rows one of their values has as a rule. */
function selectivity(points: RowBranch['points']): PointField[] {
  const rank: Readonly<Record<PointField, number>> = {
    deliveryBoyId:
      (points.get('deliveryBoyId') ?? []).length === 1 && points.get('deliveryBoyId')?.[0] !== null ? 0 : 6,
    area: points.get('area')?.[0] === null ? 3.5 : 1,
    linkState: 2,
    status: 3,
    missingEmail: 4,
    loginUsable: 5,
    hasLogin: 7,
    hasDeliveryRecord: 8,
  };
  return [...points.keys()].sort((a, b) => rank[a] - rank[b]);
}

function streamsOf(points: RowBranch['points']): number {
  return [...points.values()].reduce((streams, values) => streams * values.length, 1);
}
