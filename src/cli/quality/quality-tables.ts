import Table from 'cli-table3';
import type { DataQuality } from '../../reports/data-quality.ts';
import { percentText } from '../../reports/figures.ts';
import type { QualityPoint } from '../../reports/quality-snapshots.ts';

/** The figures, and the trend below them. */
export function qualityTables(report: DataQuality & { readonly trend: readonly QualityPoint[] }): string {
  const figures = new Table({ colAligns: ['left', 'right', 'left'], style: plain });
  figures.push(
    ['Status', report.status, ''],
    ['Linked, of the larger system', report.linkageCompleteness, ''],
    ['Logins of customers', report.totalUsers, 'customers(filter: {hasLogin: true})'],
    ['Delivery records', report.totalV2Customers, 'customers(filter: {hasDeliveryRecord: true})'],
    ['Joined pairs', report.linkedRecords, 'customers(filter: {linkState: [LINKED, HALF_LINKED]})'],
    ['  of these half linked', report.halfLinked, 'customers(filter: {linkState: [HALF_LINKED]})'],
    [
      'Logins joined to no delivery record',
      report.orphanedUsers,
      'customers(filter: {hasDeliveryRecord: false})',
    ],
    ['Delivery records joined to no login', report.orphanedV2, 'customers(filter: {hasLogin: false})'],
  );
  const trend = new Table({
    head: ['Day', 'Linked', 'Sync issues'],
    colAligns: ['left', 'right', 'right'],
    style: plain,
  });
  for (const { at, linkageRatio, syncIssues } of report.trend) {
    trend.push([at.toISOString().slice(0, 10), ratioText(linkageRatio), syncIssues]);
  }
  return `${figures.toString()}\n${trend.toString()}`;
}

const plain = { head: [], border: [] };

/** A kept ratio in the form of `linkageCompleteness`. */
function ratioText(ratio: number): string {
  const parts = 1_000_000_000;
  return percentText(ratio < 1 ? Math.min(Math.round(ratio * parts), parts - 1) : parts, parts);
}
