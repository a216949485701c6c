import type { AccountsDependencies } from '../accounts/accounts-dependencies.ts';
import type { CodeDigests } from '../accounts/code-digests.ts';
import type { Viewer } from '../accounts/viewer.ts';
import type { CustomerStatus } from '../customer-index/customer-index-row.ts';
import type { IndexSettings } from '../customer-index/customer-index-rows.ts';
import type { Database } from '../database/collections.ts';
import type { CursorCodec } from '../graphql/cursor.ts';
import type { KnownCount } from './count-rows.ts';
import type { Presentation } from './customer-view.ts';
import type { Loaders } from './loaders.ts';

/** What reading and writing customers needs, made once. */
export interface CustomerDependencies {
  readonly database: Database;
  readonly accounts: AccountsDependencies;
  readonly settings: IndexSettings;
  readonly cursors: CursorCodec;
  readonly now: () => Date;
  readonly codeDigests: CodeDigests;
  /**
   * A login reads the delivery half that it was joined to, or that it alone claims, only after entering the code that was
   * sent to that half's own contact.
   */
  readonly confirmHalfLinks: boolean;
  /** Statuses of the customers who are billed. */
  readonly billingStatuses: readonly CustomerStatus[];
  /**
   * Rows of the index that a page of a list may look at, for each way that is tried, before it is refused. Default:
   * `standardMaxExamined`. `Infinity`: the list is read however long it takes.
   */
  readonly maxExamined?: number;
  /** How many customers a filter lists where reports have counted them; without it beyond 10,000 is "at least". */
  readonly knownCount?: KnownCount;
}

/** What listing customers needs of these. */
export type ListingDependencies = Pick<
  CustomerDependencies,
  'database' | 'settings' | 'cursors' | 'now' | 'maxExamined' | 'knownCount'
>;

/** What reading customers needs of one request. */
export interface CustomerRequest {
  readonly viewer: Viewer;
  readonly loaders: Loaders;
  /** Names of the fields that the operation selects anywhere. */
  readonly selected: ReadonlySet<string>;
}

/** Analysts see everybody, masked; they find nobody by phone or e-mail. */
export function presentationFor(
  viewer: Viewer,
  dependencies: Pick<CustomerDependencies, 'settings' | 'now'>,
): Presentation {
  return {
    settings: dependencies.settings,
    now: dependencies.now(),
    masked: viewer.role === 'ANALYST',
    own: viewer.role === 'CUSTOMER',
  };
}

/** Whether a viewer may read every customer. */
export function readsEverybody(viewer: Viewer): boolean {
  return viewer.role === 'ADMIN' || viewer.role === 'ANALYST';
}

/** Whether a viewer may find people by their phone or e-mail. */
export function mayUseContacts(viewer: Viewer): boolean {
  return viewer.role === 'ADMIN';
}
