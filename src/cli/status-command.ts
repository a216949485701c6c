import Table from 'cli-table3';
import { Command } from 'commander';
import { sweepIndex } from '../customer-index/sweep-index.ts';
import { type Figures, readFigures } from '../reports/figures.ts';
import { withDatabase } from './command-context.ts';

export function statusCommand(): Command {
  return new Command('status')
    .description('how many customers do we have?')
    .option('--json', 'print the figures as JSON')
    .action((options: { json?: boolean }) =>
      withDatabase(async ({ database, settings }) => {
        await sweepIndex(database, settings);
        const figures = await readFigures(database, new Date());
        console.log(options.json ? JSON.stringify(figures, null, 2) : asTable(figures));
      }),
    );
}

function asTable(figures: Figures): string {
  const table = new Table({ colAligns: ['left', 'right', 'left'], style: { head: [], border: [] } });
  table.push(
    ['Customers, each person once', figures.totalUniqueCustomers, 'customers'],
    ['  with a login', figures.legacyCustomers, 'customers(filter: {hasLogin: true})'],
    ['  with a delivery record', figures.v2Customers, 'customers(filter: {hasDeliveryRecord: true})'],
    ['  with both', figures.linkedCustomers, 'customers(filter: {linkState: [LINKED, HALF_LINKED]})'],
    ['Active', figures.activeCustomers, 'customers(filter: {isActive: true})'],
    [
      'Without a delivery boy',
      figures.unassignedCustomers,
      'customers(filter: {hasDeliveryRecord: true, hasDeliveryBoy: false})',
    ],
    ['Without an e-mail to log in by', figures.missingEmail, 'customers(filter: {missingEmail: true})'],
    ['Linked, of the larger system', figures.linkageCompleteness, ''],
    ['Not linked both ways', figures.totalSyncIssues, ''],
    ...Object.entries(figures.byLinkState).map(([state, count]) => [
      `  ${state}`,
      count,
      `customers(filter: {linkState: [${state}]})`,
    ]),
  );
  return table.toString();
}
