import type { PhoneRegion } from '../customer-index/canonical-phone.ts';
import { unknownTime } from '../customer-index/customer-index-row.ts';
import type { Database } from '../database/collections.ts';
import { hasDeliveryBoyId, passwordExpires } from '../database/wanted-indexes.ts';
import { badInput } from '../errors.ts';
import type { CustomerFilter } from './customer-filter.ts';
import { deliveryBoyIds } from './delivery-boy-ids.ts';
import { givenConditions } from './given-conditions.ts';
import { idSpellings } from './id-spellings.ts';
import {
  allLinkStates,
  allStatuses,
  anyArea,
  type PointField,
  type PointValue,
  type RowBranch,
  type RowFilter,
  type RowSelection,
  type SearchCondition,
  type SmallIndex,
} from './row-selection.ts';
import { broadestOnly, readingsFilter, type SearchReading, searchReadings } from './search-readings.ts';

export interface FilterContext {
  readonly database: Database;
  readonly phoneRegion: PhoneRegion;
  readonly now: Date;
  /** Whether e-mails and phones may be searched; analysts see them masked and must not find them by guessing. */
  readonly mayUseContacts: boolean;
}

/**
 * The rows of `customer_index` that a filter means.
 *
 * @throws AppError BAD_USER_INPUT naming the value of the filter that is out of bounds.
 */
export async function indexFilter(typed: CustomerFilter, context: FilterContext): Promise<RowSelection> {
  const filter = givenConditions(typed);
  const search = filter.search == null ? null : searchCondition(filter.search, context);
  const boys =
    filter.deliveryBoyId == null && filter.hasDeliveryBoy == null
      ? null
      : deliveryBoyParts(filter, await deliveryBoyIds(context.database), context.database);
  const parts: BranchParts[] = [
    { points: pointsOf(filter) },
    ...(search === null ? [] : [search === 'nobody' ? nobody : { search }]),
    ...(boys === null ? [] : [await boys]),
    areaParts(filter),
    createdBetween(filter),
  ];
  const branches = loginParts(filter.canLogin, context.now).flatMap((login) => {
    const branch = together([...parts, login]);
    return branch === null ? [] : [branch];
  });
  return { branches, given: givenArguments(filter) };
}

/** Values of one list at most. */
const maxListValues = 200;
/** Longer search text is no name, address or id of anybody. */
const maxSearchLength = 200;
/** Words of which all rows are gathered, one word after the other, until one has few enough. */
const mostGatheredWords = 3;

/** What one argument says; what several say of one field holds together. */
interface BranchParts {
  readonly points?: readonly (readonly [PointField, readonly PointValue[]])[];
  readonly createdAt?: RowFilter | null;
  readonly search?: SearchCondition;
  readonly others?: readonly RowFilter[];
  readonly within?: SmallIndex;
}

const nobody: BranchParts = { points: [['hasLogin', []]] };

/** Null when no row can be all of it. */
function together(parts: readonly BranchParts[]): RowBranch | null {
  const points = new Map<PointField, readonly PointValue[]>();
  for (const [field, values] of parts.flatMap((part) => part.points ?? [])) {
    const before = points.get(field);
    const both = before === undefined ? values : values.filter((value) => before.includes(value));
    if (both.length === 0) return null;
    points.set(field, both);
  }
  return {
    points,
    createdAt: parts.find((part) => part.createdAt != null)?.createdAt ?? null,
    search: parts.find((part) => part.search !== undefined)?.search ?? null,
    others: parts.flatMap((part) => part.others ?? []),
    within: parts.find((part) => part.within !== undefined)?.within ?? null,
  };
}

/** Most selective first, as far as that can be said of what is not counted. */
function givenArguments(filter: CustomerFilter): string[] {
  const names = [
    'search',
    'deliveryBoyId',
    'area',
    'createdAfter',
    'createdBefore',
    'linkState',
    'status',
    'canLogin',
    'missingEmail',
    'hasArea',
    'hasDeliveryBoy',
    'hasLogin',
    'hasDeliveryRecord',
    'isActive',
  ] as const;
  return names.filter((name) => filter[name] != null).map((name) => `filter.${name}`);
}

function pointsOf(filter: CustomerFilter): (readonly [PointField, readonly PointValue[]])[] {
  const points: (readonly [PointField, readonly PointValue[]])[] = [];
  const states = filter.linkState == null ? null : listed('filter.linkState', filter.linkState);
  if (states !== null && states.length < allLinkStates.length) points.push(['linkState', states]);
  const statuses = filter.status == null ? null : listed('filter.status', filter.status);
  if (statuses !== null && statuses.length < allStatuses.length) points.push(['status', statuses]);
  if (filter.isActive != null)
    points.push(['status', allStatuses.filter((status) => (status === 'ACTIVE') === filter.isActive)]);
  if (filter.missingEmail != null) points.push(['missingEmail', [filter.missingEmail]]);
  if (filter.hasLogin != null) points.push(['hasLogin', [filter.hasLogin]]);
  if (filter.hasDeliveryRecord != null) points.push(['hasDeliveryRecord', [filter.hasDeliveryRecord]]);
  return points;
}

/** Only delivery records have an area, and nearly all of them: those that have none are passed over. */
function areaParts({ area, hasArea }: CustomerFilter): BranchParts {
  const named: BranchParts['points'] = area == null ? [] : [['area', listed('filter.area', area)]];
  if (hasArea === false) return { points: [...named, ['area', [null]]] };
  if (hasArea !== true || named.length > 0) return { points: named };
  return { points: [['hasDeliveryRecord', [true]]], others: [anyArea] };
}

function listed<Value>(argument: string, values: readonly Value[]): Value[] {
  if (values.length > maxListValues)
    throw badInput(argument, `${argument} takes at most ${maxListValues} values.`);
  return [...new Set(values)];
}

function createdBetween({ createdAfter, createdBefore }: CustomerFilter): BranchParts {
  if (createdAfter != null && createdBefore != null && createdAfter >= createdBefore)
    throw badInput('filter.createdBefore', 'filter.createdBefore must be later than filter.createdAfter.');
  const after = createdAfter == null ? {} : { $gt: createdAfter };
  // Nobody knows when those without a time were made.
  const before = createdBefore == null ? {} : { $gt: createdAfter ?? unknownTime, $lt: createdBefore };
  const range = { ...after, ...before };
  return { createdAt: Object.keys(range).length === 0 ? null : { createdAtKey: range } };
}

/** Who cannot log in has an unusable login, or a temporary password whose time has passed. */
function loginParts(canLogin: boolean | null | undefined, now: Date): BranchParts[] {
  if (canLogin == null) return [{}];
  if (canLogin) {
    const notExpired = { $or: [{ passwordExpiresAt: null }, { passwordExpiresAt: { $gt: now } }] };
    return [{ points: [['loginUsable', [true]]], others: [notExpired] }];
  }
  const expired = { passwordExpiresAt: { ...passwordExpires.passwordExpiresAt, $lte: now } };
  return [
    { points: [['loginUsable', [false]]] },
    { points: [['loginUsable', [true]]], others: [expired], within: 'temporary' },
  ];
}

function searchCondition(search: string, context: FilterContext): SearchCondition | 'nobody' {
  if (search.length > maxSearchLength) {
    throw badInput('filter.search', `filter.search takes at most ${maxSearchLength} characters.`);
  }
  const readings = searchReadings(search, context.phoneRegion);
  if (readings.length === 0) return 'nobody';
  const field = context.mayUseContacts ? 'searchWords' : 'nameWords';
  const byId = context.mayUseContacts ? [] : [{ ids: { $in: idSpellings(search) } }];
  const mostWords = Math.max(...readings.map(({ length }) => length));
  const gathers = Array.from({ length: Math.min(mostWords, mostGatheredWords) }, (_, at) => {
    const words = readings.map((reading): SearchReading => [reading[at] ?? reading[0]]);
    return readingsFilter(broadestOnly(words), field, byId);
  });
  return {
    filter: readingsFilter(readings, field, byId),
    gathers,
    letters: Math.min(...readings.map(([longest]) => [...longest].length)),
  };
}

/** More streams of one index are not merged (MongoDB: `internalQueryMaxScansToExplode`, of which a cursor takes two each). */
const mostMergedIds = 100;

/** Only those who exist are delivery boys; where there are too many to be merged, rows are read and looked at. */
async function deliveryBoyParts(
  { deliveryBoyId, hasDeliveryBoy }: CustomerFilter,
  existing: readonly string[],
  database: Database,
): Promise<BranchParts> {
  const wanted = deliveryBoyId ?? null;
  if (wanted !== null) {
    const named = existing.includes(wanted) && hasDeliveryBoy !== false;
    return { points: [['deliveryBoyId', named ? [wanted] : []]] };
  }
  if (hasDeliveryBoy === true) {
    if (existing.length <= mostMergedIds) return { points: [['deliveryBoyId', existing]] };
    return { within: 'assigned', others: [{ deliveryBoyId: { $in: [...existing] } }] };
  }
  const gone = await idsOfNobody(database, existing);
  return gone === null
    ? { others: [{ deliveryBoyId: { $nin: [...existing] } }] }
    : { points: [['deliveryBoyId', [null, ...gone]]] };
}

/**
 * Ids that rows name and no delivery boy has, from keys of an index alone; null when they are too many to be merged, or have
 * so many rows that whoever reads everybody meets them often enough.
 */
async function idsOfNobody(database: Database, existing: readonly string[]): Promise<string[] | null> {
  const groups = await database.customerIndex
    .aggregate<{ _id: string; rows: number }>([
      { $match: besides(existing) },
      { $limit: mostRowsOfNobody },
      { $group: { _id: '$deliveryBoyId', rows: { $sum: 1 } } },
      { $limit: mostMergedIds },
    ])
    .toArray();
  const rows = groups.reduce((sum, group) => sum + group.rows, 0);
  return groups.length < mostMergedIds && rows < mostRowsOfNobody ? groups.map(({ _id }) => _id) : null;
}

const mostRowsOfNobody = 20_000;

/** The ranges between the ids of those who exist: bounds of an index, which `$nin` is not everywhere. */
function besides(existing: readonly string[]): RowFilter {
  if (existing.length > mostMergedIds)
    return { deliveryBoyId: { ...hasDeliveryBoyId.deliveryBoyId, $nin: [...existing] } };
  const sorted = existing.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const from = ['', ...sorted];
  return {
    $or: from.map((id, at) => {
      const next = sorted[at];
      return { deliveryBoyId: { $gt: id, ...(next !== undefined && { $lt: next }) } };
    }),
  };
}
