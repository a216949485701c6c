import type { CustomerStatus, LinkState } from '../customer-index/customer-index-row.ts';
import { deliveryBoyIds } from '../customers/delivery-boy-ids.ts';
import type { Database } from '../database/collections.ts';
import {
  expiringPasswordsIndexKey,
  facetFields,
  facetsIndexKey,
  passwordExpires,
} from '../database/wanted-indexes.ts';

/** "How many customers do we have?", by the definitions of "The words of the reports" in docs/domain.md. */
export interface Figures {
  readonly legacyCustomers: number;
  readonly v2Customers: number;
  /** Joined pairs: LINKED and HALF_LINKED. */
  readonly linkedCustomers: number;
  readonly totalUniqueCustomers: number;
  readonly activeCustomers: number;
  readonly unassignedCustomers: number;
  readonly missingEmail: number;
  /** Customers who can log in at `asOf`. */
  readonly canLogin: number;
  readonly totalSyncIssues: number;
  readonly linkageRatio: number;
  readonly linkageCompleteness: string;
  readonly byLinkState: Readonly<Record<LinkState, number>>;
  readonly byStatus: Readonly<Record<CustomerStatus, number>>;
  /** What the figures are sums of. */
  readonly groups: readonly FacetGroup[];
  /** When counting began. */
  readonly asOf: Date;
}

/** Counts over `customer_index`, by keys of its indexes alone: no row is read. */
export async function readFigures(database: Database, asOf: Date): Promise<Figures> {
  const [groups, expiredPasswords, assigned] = await Promise.all([
    countFacets(database),
    countExpiredPasswords(database, asOf),
    countAssigned(database),
  ]);
  return figuresOf(groups, { expiredPasswords, assigned, asOf });
}

/** How many customers share one combination of the values that are counted by. */
export interface FacetGroup {
  readonly linkState: LinkState;
  readonly status: CustomerStatus;
  readonly hasLogin: boolean;
  readonly missingEmail: boolean;
  readonly loginUsable: boolean;
  readonly count: number;
}

async function countFacets({ customerIndex }: Database): Promise<FacetGroup[]> {
  const facets = Object.fromEntries(facetFields.map((field) => [field, `$${field}`]));
  const groups = await customerIndex
    .aggregate<{ _id: Omit<FacetGroup, 'count'>; count: number }>(
      [{ $group: { _id: facets, count: { $sum: 1 } } }],
      { hint: facetsIndexKey, batchSize: manyGroups },
    )
    .toArray();
  return groups.map(({ _id, count }) => ({ ..._id, count }));
}

/** More than there are combinations, so that one command brings them all. */
const manyGroups = 1_000;

/** Customers whose login would be usable, were its temporary password not too old. */
function countExpiredPasswords({ customerIndex }: Database, asOf: Date): Promise<number> {
  const { passwordExpiresAt } = passwordExpires;
  return customerIndex.countDocuments(
    { loginUsable: true, passwordExpiresAt: { ...passwordExpiresAt, $lte: asOf } },
    { hint: expiringPasswordsIndexKey },
  );
}

/** Only rows with a delivery record have a delivery boy. */
async function countAssigned(database: Database): Promise<number> {
  return database.customerIndex.countDocuments({ deliveryBoyId: { $in: await deliveryBoyIds(database) } });
}

/** The figures that follow from the counts. While others write, counts are not of one moment: none goes below zero. */
export function figuresOf(
  groups: readonly FacetGroup[],
  { expiredPasswords, assigned, asOf }: { expiredPasswords: number; assigned: number; asOf: Date },
): Figures {
  const sum = (matches: (group: FacetGroup) => boolean) =>
    groups.filter(matches).reduce((total, group) => total + group.count, 0);
  const inState = (state: LinkState) => sum((group) => group.linkState === state);
  const withStatus = (status: CustomerStatus) => sum((group) => group.status === status);
  const linked = inState('LINKED');
  const linkedCustomers = linked + inState('HALF_LINKED');
  const legacyCustomers = sum((group) => group.hasLogin);
  const totalUniqueCustomers = sum(() => true);
  const v2Customers = totalUniqueCustomers - legacyCustomers + linkedCustomers;
  const larger = Math.max(legacyCustomers, v2Customers);
  return {
    legacyCustomers,
    v2Customers,
    linkedCustomers,
    totalUniqueCustomers,
    activeCustomers: withStatus('ACTIVE'),
    unassignedCustomers: Math.max(0, v2Customers - assigned),
    missingEmail: sum((group) => group.missingEmail),
    canLogin: Math.max(0, sum((group) => group.loginUsable) - expiredPasswords),
    totalSyncIssues: totalUniqueCustomers - linked,
    linkageRatio: larger === 0 ? 0 : linkedCustomers / larger,
    linkageCompleteness: percentText(linkedCustomers, larger),
    byLinkState: {
      LINKED: linked,
      HALF_LINKED: inState('HALF_LINKED'),
      ORPHANED_USER: inState('ORPHANED_USER'),
      ORPHANED_V2: inState('ORPHANED_V2'),
      DANGLING: inState('DANGLING'),
      CONFLICT: inState('CONFLICT'),
    },
    byStatus: {
      ACTIVE: withStatus('ACTIVE'),
      TRIAL: withStatus('TRIAL'),
      PAUSED: withStatus('PAUSED'),
      INACTIVE: withStatus('INACTIVE'),
      OTHER: withStatus('OTHER'),
    },
    groups,
    asOf,
  };
}

/** A percentage with one decimal, halves up, in whole numbers; `100.0%` is said of nothing less than all. */
export function percentText(part: number, of: number): string {
  const perMille = of === 0 ? 0 : Math.floor((part * 2_000 + of) / (of * 2));
  const shown = part < of ? Math.min(perMille, 999) : perMille;
  return `${Math.floor(shown / 10)}.${shown % 10}%`;
}
