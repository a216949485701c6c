import type { Document } from 'mongodb';
import type { OracleCustomer } from './oracle.ts';

export interface OracleFigures {
  readonly legacyCustomers: number;
  readonly v2Customers: number;
  readonly linkedCustomers: number;
  readonly linkedRecords: number;
  readonly halfLinked: number;
  readonly totalUniqueCustomers: number;
  /** Of the data quality report: wider than the audit's figure of the same name. */
  readonly orphanedUsers: number;
  readonly orphanedV2: number;
  readonly linkageRatio: number;
  /** Such as `"5.3%"`. */
  readonly linkageCompleteness: string;
  readonly status: 'HEALTHY' | 'NEEDS_ATTENTION';
  readonly totalSyncIssues: number;
  readonly activeCustomers: number;
  readonly unassignedCustomers: number;
  readonly missingEmail: number;
  /** Customers in exactly that link state, and who can log in. */
  readonly audit: {
    readonly linked: number;
    readonly halfLinked: number;
    readonly orphanedUsers: number;
    readonly orphanedV2: number;
    readonly dangling: number;
    readonly conflicts: number;
    readonly canLogin: number;
    readonly cannotLogin: number;
    readonly missingEmail: number;
  };
}

/** "The words of the reports": every figure counted by its definition from the documents and from the oracle's customers. */
export function oracleFigures(
  customers: readonly OracleCustomer[],
  users: readonly Document[],
  customersV2: readonly Document[],
): OracleFigures {
  const count = (holds: (customer: OracleCustomer) => boolean) => customers.filter(holds).length;
  const inState = (state: OracleCustomer['linkState']) => count((customer) => customer.linkState === state);
  const legacyCustomers = users.filter((user) => user.role === 'customer').length;
  const v2Customers = customersV2.length;
  const linked = inState('LINKED') + inState('HALF_LINKED');
  const larger = Math.max(legacyCustomers, v2Customers);
  const totalSyncIssues = count((customer) => customer.linkState !== 'LINKED');
  return {
    legacyCustomers,
    v2Customers,
    linkedCustomers: linked,
    linkedRecords: linked,
    halfLinked: inState('HALF_LINKED'),
    totalUniqueCustomers: legacyCustomers + v2Customers - linked,
    orphanedUsers: legacyCustomers - linked,
    orphanedV2: v2Customers - linked,
    linkageRatio: larger === 0 ? 0 : linked / larger,
    linkageCompleteness: percentText(linked, larger),
    status: larger > 0 && linked === larger && totalSyncIssues === 0 ? 'HEALTHY' : 'NEEDS_ATTENTION',
    totalSyncIssues,
    activeCustomers: count((customer) => customer.isActive),
    unassignedCustomers: count((customer) => customer.hasDeliveryRecord && !customer.hasDeliveryBoy),
    missingEmail: count((customer) => customer.missingEmail),
    audit: {
      linked: inState('LINKED'),
      halfLinked: inState('HALF_LINKED'),
      orphanedUsers: inState('ORPHANED_USER'),
      orphanedV2: inState('ORPHANED_V2'),
      dangling: inState('DANGLING'),
      conflicts: inState('CONFLICT'),
      canLogin: count((customer) => customer.canLogin),
      cannotLogin: count((customer) => !customer.canLogin),
      missingEmail: count((customer) => customer.missingEmail),
    },
  };
}

/** One decimal, half up, in whole numbers so that no rounding of binary fractions tips it; "100.0%" only at exactly 1. */
function percentText(part: number, whole: number): string {
  if (whole === 0) return '0.0%';
  const rounded = Math.floor((part * 2000 + whole) / (2 * whole));
  const tenths = part < whole ? Math.min(rounded, 999) : rounded;
  return `${Math.floor(tenths / 10)}.${tenths % 10}%`;
}
