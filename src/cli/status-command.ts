import Table from 'cli-table3';
import { Command } from 'commander';
import { sweepIndex } from '../customer-index/sweep-index.ts';
import { areaLimits, countedDashboard, systemsInUse } from '../reports/dashboard.ts';
import type { AreaFigure } from '../reports/dashboard-areas.ts';
import { growthLimits, type MonthFigure } from '../reports/dashboard-growth.ts';
import { type Figures, readFigures } from '../reports/figures.ts';
import { withDatabase } from './command-context.ts';
import { count } from './import/progress-bar.ts';
import { printable } from './print.ts';

export function statusCommand(): Command {
  return new Command('status')
    .description('how many customers do we have? The dashboard, each figure with the filter that lists it')
    .option('--json', 'print the figures as JSON')
    .action((options: { json?: boolean }) =>
      withDatabase(async ({ database, settings }) => {
        await sweepIndex(database, settings);
        const figures = await readFigures(database, new Date());
        const dashboard = countedDashboard(database, settings.legacyTimezone, figures);
        const byArea = await dashboard.byArea(areaLimits.standard);
        const growth = await dashboard.growth(growthLimits.standard);
        if (options.json) {
          const { groups: _, ...told } = figures;
          const shown = { ...told, systemsInUse: systemsInUse(figures), byArea, growth };
          console.log(JSON.stringify(shown, null, 2));
          return;
        }
        console.log(figuresTable(figures));
        if (byArea.length > 0) console.log(`\n${areasTable(byArea)}`);
        console.log(`\n${growthTable(growth)}`);
      }),
    );
}

function figuresTable(figures: Figures): string {
  const table = new Table({ colAligns: ['left', 'right', 'left'], style: plain });
  table.push(
    ['Customers, each person once', figures.totalUniqueCustomers, 'customers'],
    ['  with a login', figures.legacyCustomers, 'customers(filter: {hasLogin: true})'],
    ['  with a delivery record', figures.v2Customers, 'customers(filter: {hasDeliveryRecord: true})'],
    ['  with both', figures.linkedCustomers, 'customers(filter: {linkState: [LINKED, HALF_LINKED]})'],
    ['Systems in use', systemsInUse(figures).join('\n'), ''],
    ['Active', figures.activeCustomers, 'customers(filter: {isActive: true})'],
    ...Object.entries(figures.byStatus).map(([status, number]) => [
      `  ${status}`,
      number,
      `customers(filter: {status: [${status}]})`,
    ]),
    [
      'Without a delivery boy',
      figures.unassignedCustomers,
      'customers(filter: {hasDeliveryRecord: true, hasDeliveryBoy: false})',
    ],
    ['Without an e-mail to log in by', figures.missingEmail, 'customers(filter: {missingEmail: true})'],
    ['Linked, of the larger system', figures.linkageCompleteness, ''],
    ['Not linked both ways', figures.totalSyncIssues, ''],
    ...Object.entries(figures.byLinkState).map(([state, number]) => [
      `  ${state}`,
      number,
      `customers(filter: {linkState: [${state}]})`,
    ]),
  );
  return table.toString();
}

function areasTable(areas: readonly AreaFigure[]): string {
  const table = new Table({
    head: ['Area', 'Customers', 'Active'],
    colAligns: ['left', 'right', 'right'],
    style: plain,
  });
  table.push(...areas.map(({ area, count: number, active }) => [areaText(area), number, active]));
  return table.toString();
}

/** Spaces at the ends, which make another area of it, are seen. */
function areaText(area: string | null): string {
  if (area === null) return '(none)';
  return printable(area === area.trim() ? area : JSON.stringify(area));
}

function growthTable(months: readonly MonthFigure[]): string {
  const table = new Table({
    head: ['Month', 'New', 'Change', 'Customers'],
    colAligns: ['left', 'right', 'right', 'right'],
    style: plain,
  });
  table.push(
    ...months.map(({ month, added, changePercent, total }) => [
      month,
      added,
      changeText(changePercent),
      total,
    ]),
  );
  return table.toString();
}

function changeText(percent: number | null): string {
  if (percent === null) return '';
  return `${percent > 0 ? '+' : ''}${count(Math.round(percent * 10) / 10)} %`;
}

const plain = { head: [], border: [] };
