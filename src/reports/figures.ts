import type { LinkState } from '../customer-index/customer-index-row.ts';
import { deliveryBoyIds } from '../customers/delivery-boy-ids.ts';
import type { Database } from '../database/collections.ts';

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
  readonly totalSyncIssues: number;
  readonly linkageRatio: number;
  readonly linkageCompleteness: string;
  readonly byLinkState: Readonly<Record<LinkState, number>>;
}

/** Counts over `customer_index`. */
export async function readFigures(database: Database): Promise<Figures> {
  const groups = await database.customerIndex
    .aggregate<{
      _id: { linkState: LinkState; isActive: boolean; missingEmail: boolean; hasLogin: boolean };
      count: number;
    }>([
      {
        $group: {
          _id: {
            linkState: '$linkState',
            isActive: '$isActive',
            missingEmail: '$missingEmail',
            hasLogin: '$hasLogin',
          },
          count: { $sum: 1 },
        },
      },
    ])
    .toArray();
  const unassignedCustomers = await database.customerIndex.countDocuments({
    hasDeliveryRecord: true,
    deliveryBoyId: { $nin: await deliveryBoyIds(database) },
  });
  return figuresOf(
    groups.map(({ _id, count }) => ({ ..._id, count })),
    unassignedCustomers,
  );
}

interface CountedGroup {
  readonly linkState: LinkState;
  readonly isActive: boolean;
  readonly missingEmail: boolean;
  readonly hasLogin: boolean;
  readonly count: number;
}

function figuresOf(groups: readonly CountedGroup[], unassignedCustomers: number): Figures {
  const sum = (matches: (group: CountedGroup) => boolean) =>
    groups.filter(matches).reduce((total, group) => total + group.count, 0);
  const inState = (state: LinkState) => sum((group) => group.linkState === state);
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
    activeCustomers: sum((group) => group.isActive),
    unassignedCustomers,
    missingEmail: sum((group) => group.missingEmail),
    totalSyncIssues: totalUniqueCustomers - linked,
    linkageRatio: larger === 0 ? 0 : linkedCustomers / larger,
    linkageCompleteness: completeness(linkedCustomers, larger),
    byLinkState: {
      LINKED: linked,
      HALF_LINKED: inState('HALF_LINKED'),
      ORPHANED_USER: inState('ORPHANED_USER'),
      ORPHANED_V2: inState('ORPHANED_V2'),
      DANGLING: inState('DANGLING'),
      CONFLICT: inState('CONFLICT'),
    },
  };
}

/** A percentage with one decimal, halves up, in whole numbers; `100.0%` is said of nothing less than all. */
export function completeness(linked: number, of: number): string {
  const perMille = of === 0 ? 0 : Math.floor((linked * 2_000 + of) / (of * 2));
  const shown = linked < of ? Math.min(perMille, 999) : perMille;
  return `${Math.floor(shown / 10)}.${shown % 10}%`;
}
