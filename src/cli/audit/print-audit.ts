import Table from 'cli-table3';
import { csvCell } from '../../export/csv-line.ts';
import {
  type AuditCategory,
  auditCategories,
  filterText,
  syncIssues,
} from '../../reports/audit-categories.ts';
import { type Figures, percentText } from '../../reports/figures.ts';
import { type Print, printable } from '../print.ts';
import type { AuditSample } from './audit-samples.ts';

/** The customers that are shown of a category, page by page. */
export type SamplesOf = (category: AuditCategory) => AsyncIterable<readonly AuditSample[]>;

/** Prints the categories as a table; behind it, when there are samples, a table of each category's. */
export async function printAuditTable(
  print: Print,
  figures: Figures,
  samplesOf: SamplesOf | null,
): Promise<void> {
  const table = new Table({
    head: ['Customers', '', '', 'Listed by'],
    colAligns: ['left', 'right', 'right', 'left'],
    style: plain,
  });
  for (const { title, count, percent, filter } of auditLines(figures)) {
    table.push([title, count, percent, `customers(filter: ${filter})`]);
  }
  const { totalSyncIssues, totalUniqueCustomers } = figures;
  table.push(
    [
      'Not linked both ways',
      totalSyncIssues,
      shareOf(totalSyncIssues, figures),
      `customers(filter: ${filterText(syncIssues)})`,
    ],
    ['All, each person once', totalUniqueCustomers, shareOf(totalUniqueCustomers, figures), 'customers'],
  );
  await print(`${table.toString()}\n`);
  if (samplesOf === null) return;
  for (const category of Object.values(auditCategories)) {
    const count = category.count(figures);
    await print(`\n${category.title}: ${count}\n`);
    for await (const page of samplesOf(category)) await print(`${samplesTable(page)}\n`);
  }
}

/** Prints one JSON document. */
export async function printAuditJson(
  print: Print,
  figures: Figures,
  samplesOf: SamplesOf | null,
): Promise<void> {
  const { asOf, totalUniqueCustomers, totalSyncIssues } = figures;
  const head = JSON.stringify({ asOf, totalUniqueCustomers, totalSyncIssues }).slice(0, -1);
  await print(`${head},"categories":[`);
  let separator = '\n';
  for (const { title: _, ...line } of auditLines(figures)) {
    await print(`${separator}${JSON.stringify(line).slice(0, -1)}`);
    if (samplesOf !== null) await printJsonSamples(print, samplesOf(auditCategories[line.category]));
    await print('}');
    separator = ',\n';
  }
  await print('\n]}\n');
}

/** Prints a line for each category; with samples a line for each customer instead. */
export async function printAuditCsv(
  print: Print,
  figures: Figures,
  samplesOf: SamplesOf | null,
): Promise<void> {
  if (samplesOf === null) {
    await print('category,count,percent,filter\n');
    for (const { category, count, percent, filter } of auditLines(figures))
      await print(csvLine([category, String(count), percent, filter]));
    return;
  }
  await print(csvLine(['category', ...sampleColumns]));
  for (const category of Object.values(auditCategories)) {
    for await (const page of samplesOf(category)) {
      await print(page.map((sample) => csvLine([category.name, ...cellsOf(sample)])).join(''));
    }
  }
}

const plain = { head: [], border: [] };

/** One category, counted. */
function auditLines(figures: Figures) {
  return Object.values(auditCategories).map((category) => {
    const count = category.count(figures);
    return {
      category: category.name,
      title: category.title,
      count,
      percent: shareOf(count, figures),
      filter: filterText(category.filter),
    };
  });
}

function shareOf(count: number, { totalUniqueCustomers }: Figures): string {
  return percentText(count, totalUniqueCustomers);
}

async function printJsonSamples(print: Print, pages: AsyncIterable<readonly AuditSample[]>): Promise<void> {
  await print(',"samples":[');
  let separator = '\n  ';
  for await (const page of pages) {
    await print(`${separator}${page.map((sample) => JSON.stringify(sample)).join(',\n  ')}`);
    separator = ',\n  ';
  }
  await print(']');
}

const sampleColumns = [
  'id',
  'name',
  'phone',
  'email',
  'linkState',
  'userId',
  'customerV2Id',
  'conflictingIds',
];

function cellsOf({
  id,
  name,
  phone,
  email,
  linkState,
  userId,
  customerV2Id,
  conflictingIds,
}: AuditSample): string[] {
  return [
    id,
    name ?? '',
    phone ?? '',
    email ?? '',
    linkState,
    userId ?? '',
    customerV2Id ?? '',
    conflictingIds.join(' '),
  ];
}

function samplesTable(samples: readonly AuditSample[]): string {
  const table = new Table({
    head: ['Id', 'Name', 'Phone', 'E-mail', 'Link', 'Login', 'Delivery record', 'In conflict with'],
    style: plain,
  });
  table.push(...samples.map((sample) => cellsOf(sample).map(printable)));
  return table.toString();
}

function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(',')}\n`;
}
