import { expect } from 'vitest';
import { type AuditCategoryName, auditCategories } from '../../../src/reports/audit-categories.ts';
import type { ExpectedWorld } from '../../customers/support/expected-customers.ts';
import type { GraphqlClient } from '../../support/graphql-client.ts';
import type { OracleCustomer } from '../../support/oracle.ts';
import { oracleFigures } from '../../support/oracle-figures.ts';
import { walkFinding } from './walk-finding.ts';

/** Every count and every list, walked whole, against what the oracle makes of the stored documents. */
export async function expectAuditToAgree(client: GraphqlClient, world: ExpectedWorld): Promise<void> {
  const { customers, users, customersV2 } = world;
  const { audit, totalSyncIssues } = oracleFigures(customers, users, customersV2);
  for (const name of Object.keys(auditCategories) as AuditCategoryName[]) {
    const { count, ids } = await walkFinding(client, name);
    expect({ name, count }).toEqual({ name, count: audit[name] });
    expect(ids).toHaveLength(count);
    expect(ids.toSorted(), name).toEqual(
      customers
        .filter(belongs[name])
        .map(({ id }) => id)
        .toSorted(),
    );
  }
  const answer = await client('{ linkageAudit { totalSyncIssues } }');
  expect(answer.data.linkageAudit).toEqual({ totalSyncIssues });
}

/** Written from the table of docs/domain.md, not from the filters under test. */
const belongs: Readonly<Record<AuditCategoryName, (customer: OracleCustomer) => boolean>> = {
  linked: ({ linkState }) => linkState === 'LINKED',
  halfLinked: ({ linkState }) => linkState === 'HALF_LINKED',
  orphanedUsers: ({ linkState }) => linkState === 'ORPHANED_USER',
  orphanedV2: ({ linkState }) => linkState === 'ORPHANED_V2',
  dangling: ({ linkState }) => linkState === 'DANGLING',
  conflicts: ({ linkState }) => linkState === 'CONFLICT',
  canLogin: ({ canLogin }) => canLogin,
  cannotLogin: ({ canLogin }) => !canLogin,
  missingEmail: ({ missingEmail }) => missingEmail,
};
