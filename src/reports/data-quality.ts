import type { Figures } from './figures.ts';

/** How well the two systems are linked, by the table of docs/domain.md. */
export interface DataQuality {
  readonly totalUsers: number;
  readonly totalV2Customers: number;
  readonly linkedRecords: number;
  readonly halfLinked: number;
  /** Logins joined to no delivery record, and the other way round: wider than the audit's figures of these names. */
  readonly orphanedUsers: number;
  readonly orphanedV2: number;
  readonly linkageRatio: number;
  readonly linkageCompleteness: string;
  readonly status: 'HEALTHY' | 'NEEDS_ATTENTION';
  readonly asOf: Date;
}

export function dataQuality(figures: Figures): DataQuality {
  const { legacyCustomers, v2Customers, linkedCustomers, linkageRatio } = figures;
  return {
    totalUsers: legacyCustomers,
    totalV2Customers: v2Customers,
    linkedRecords: linkedCustomers,
    halfLinked: figures.byLinkState.HALF_LINKED,
    orphanedUsers: legacyCustomers - linkedCustomers,
    orphanedV2: v2Customers - linkedCustomers,
    linkageRatio,
    linkageCompleteness: figures.linkageCompleteness,
    status: linkageRatio === 1 && figures.totalSyncIssues === 0 ? 'HEALTHY' : 'NEEDS_ATTENTION',
    asOf: figures.asOf,
  };
}
