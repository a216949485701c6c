import type { CustomerFilter } from '../customers/customer-filter.ts';
import type { Figures } from './figures.ts';

/** What the audit counts: customers of one kind, and the filter of `customers` that lists exactly these. */
export interface AuditCategory {
  /** As the API calls it. */
  readonly name: AuditCategoryName;
  /** For people, such as on a terminal. */
  readonly title: string;
  readonly filter: CustomerFilter;
  count(figures: Figures): number;
}

export type AuditCategoryName =
  | 'linked'
  | 'halfLinked'
  | 'orphanedUsers'
  | 'orphanedV2'
  | 'dangling'
  | 'conflicts'
  | 'canLogin'
  | 'cannotLogin'
  | 'missingEmail';

export const auditCategories: Readonly<Record<AuditCategoryName, AuditCategory>> = {
  linked: {
    name: 'linked',
    title: 'Linked both ways',
    filter: { linkState: ['LINKED'] },
    count: ({ byLinkState }) => byLinkState.LINKED,
  },
  halfLinked: {
    name: 'halfLinked',
    title: 'Half linked',
    filter: { linkState: ['HALF_LINKED'] },
    count: ({ byLinkState }) => byLinkState.HALF_LINKED,
  },
  orphanedUsers: {
    name: 'orphanedUsers',
    title: 'Orphaned logins',
    filter: { linkState: ['ORPHANED_USER'] },
    count: ({ byLinkState }) => byLinkState.ORPHANED_USER,
  },
  orphanedV2: {
    name: 'orphanedV2',
    title: 'Orphaned delivery records',
    filter: { linkState: ['ORPHANED_V2'] },
    count: ({ byLinkState }) => byLinkState.ORPHANED_V2,
  },
  dangling: {
    name: 'dangling',
    title: 'Dangling',
    filter: { linkState: ['DANGLING'] },
    count: ({ byLinkState }) => byLinkState.DANGLING,
  },
  conflicts: {
    name: 'conflicts',
    title: 'In conflict',
    filter: { linkState: ['CONFLICT'] },
    count: ({ byLinkState }) => byLinkState.CONFLICT,
  },
  canLogin: {
    name: 'canLogin',
    title: 'Can log in',
    filter: { canLogin: true },
    count: ({ canLogin }) => canLogin,
  },
  cannotLogin: {
    name: 'cannotLogin',
    title: 'Cannot log in',
    filter: { canLogin: false },
    count: ({ totalUniqueCustomers, canLogin }) => totalUniqueCustomers - canLogin,
  },
  missingEmail: {
    name: 'missingEmail',
    title: 'Without an e-mail to log in by',
    filter: { missingEmail: true },
    count: ({ missingEmail }) => missingEmail,
  },
};

/** The customers that `totalSyncIssues` counts. */
export const syncIssues: CustomerFilter = {
  linkState: ['HALF_LINKED', 'ORPHANED_USER', 'ORPHANED_V2', 'DANGLING', 'CONFLICT'],
};

/** A filter as it is written in an operation, such as `{linkState: [LINKED]}`. */
export function filterText(filter: CustomerFilter): string {
  const values = Object.entries(filter).map(
    ([name, value]) => `${name}: ${Array.isArray(value) ? `[${value.join(', ')}]` : String(value)}`,
  );
  return `{${values.join(', ')}}`;
}
