import type { CustomerDependencies } from '../customers/customer-access.ts';
import type { DryRuns } from './backfill-dry-runs.ts';

/** What the migration's use cases work with. */
export interface BackfillDependencies {
  readonly customers: CustomerDependencies;
  /** Statuses of delivery records, in lower case, whose new logins are active. */
  readonly activeStatuses: ReadonlySet<string>;
  /** Of one SMS, for estimates. */
  readonly smsPrice: number;
  /** Those of this process. */
  readonly dryRuns: DryRuns;
  /** After a job was stored: a runner in this process may begin at once. */
  onJob(): void;
}
