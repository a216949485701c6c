import { type AuditCategory, auditCategories } from './audit-categories.ts';
import type { Figures } from './figures.ts';
import type { AuditFinding, LinkageAudit } from './report-types.ts';

/** The audit that figures make. */
export function linkageAudit(figures: Figures): LinkageAudit {
  const finding = ({ count, filter }: AuditCategory): AuditFinding => ({ count: count(figures), filter });
  return {
    linked: finding(auditCategories.linked),
    halfLinked: finding(auditCategories.halfLinked),
    orphanedUsers: finding(auditCategories.orphanedUsers),
    orphanedV2: finding(auditCategories.orphanedV2),
    dangling: finding(auditCategories.dangling),
    conflicts: finding(auditCategories.conflicts),
    canLogin: finding(auditCategories.canLogin),
    cannotLogin: finding(auditCategories.cannotLogin),
    missingEmail: finding(auditCategories.missingEmail),
    totalSyncIssues: figures.totalSyncIssues,
    asOf: figures.asOf,
  };
}
