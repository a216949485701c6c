import Table from 'cli-table3';
import type { BackfillRun } from '../../backfill/backfill-types.ts';
import { type Figures, percentText } from '../../reports/figures.ts';
import { count } from '../import/progress-bar.ts';
import { printable } from '../print.ts';
import type { BackfillSample } from './backfill-samples.ts';

/** The figures that a backfill changes. */
export type ComparedFigures = Pick<
  Figures,
  | 'totalUniqueCustomers'
  | 'legacyCustomers'
  | 'v2Customers'
  | 'linkedCustomers'
  | 'linkageRatio'
  | 'linkageCompleteness'
  | 'totalSyncIssues'
  | 'byLinkState'
>;

/** These figures alone: a dry run foretells no others. */
export function comparedFigures(figures: ComparedFigures): ComparedFigures {
  const { totalUniqueCustomers, legacyCustomers, v2Customers, linkedCustomers } = figures;
  const { linkageRatio, linkageCompleteness, totalSyncIssues, byLinkState } = figures;
  return {
    ...{ totalUniqueCustomers, legacyCustomers, v2Customers, linkedCustomers },
    ...{ linkageRatio, linkageCompleteness, totalSyncIssues, byLinkState },
  };
}

/** What the figures would be: each login that is made joins a delivery record that had none. */
export function projectedFigures(before: ComparedFigures, created: number): ComparedFigures {
  const legacyCustomers = before.legacyCustomers + created;
  const linkedCustomers = before.linkedCustomers + created;
  const { LINKED, ORPHANED_V2 } = before.byLinkState;
  const larger = Math.max(legacyCustomers, before.v2Customers);
  return {
    ...comparedFigures(before),
    legacyCustomers,
    linkedCustomers,
    linkageRatio: larger === 0 ? 0 : linkedCustomers / larger,
    linkageCompleteness: percentText(linkedCustomers, larger),
    totalSyncIssues: before.totalSyncIssues - created,
    byLinkState: { ...before.byLinkState, LINKED: LINKED + created, ORPHANED_V2: ORPHANED_V2 - created },
  };
}

/** Before and after side by side. */
export function figuresTable(before: ComparedFigures, after: ComparedFigures, isProjected: boolean): string {
  const table = newTable(['', 'Before', isProjected ? 'Would be' : 'After'], ['left', 'right', 'right']);
  const line = (title: string, of: (figures: ComparedFigures) => number | string) => {
    const [was, is] = [of(before), of(after)].map((value) =>
      typeof value === 'number' ? count(value) : value,
    );
    table.push([title, was ?? '', is ?? '']);
  };
  line('Customers, each person once', (figures) => figures.totalUniqueCustomers);
  line('  with a login', (figures) => figures.legacyCustomers);
  line('  with a delivery record', (figures) => figures.v2Customers);
  line('  with both', (figures) => figures.linkedCustomers);
  line('Linked, of the larger system', (figures) => figures.linkageCompleteness);
  line('Not linked both ways', (figures) => figures.totalSyncIssues);
  for (const state of Object.keys(before.byLinkState) as (keyof ComparedFigures['byLinkState'])[]) {
    line(`  ${state}`, (figures) => figures.byLinkState[state]);
  }
  return table.toString();
}

/** Who got a login, to be spot-checked. */
export function samplesTable(samples: readonly BackfillSample[]): string {
  const table = newTable(['Delivery record', 'Login', 'Name', 'Phone', 'E-mail', 'Status', 'Link']);
  for (const { customerV2Id, userId, name, phone, email, status, linkState } of samples) {
    table.push(
      [customerV2Id, userId, name, phone, email, status, linkState].map((text) => printable(text ?? '–')),
    );
  }
  return table.toString();
}

export function failuresTable(failures: readonly { code: string; count: number }[]): string {
  const table = newTable(['No login', ''], ['left', 'right']);
  for (const failure of failures) table.push([failure.code, count(failure.count)]);
  return table.toString();
}

/** What a run has come to, in one line; of a dry run what a release would send, too. */
export function outcomeLines({ dryRun, total, created, skipped, errors, preview }: BackfillRun): string[] {
  const figures = [
    `${count(created)} ${dryRun ? 'would get a login' : 'got a login'}`,
    `${count(skipped)} ${skipped === 1 ? 'has' : 'have'} one`,
    `${count(errors)} ${dryRun ? 'would be refused' : 'refused'}`,
  ];
  const lines = [`${count(total)} delivery records: ${figures.join(', ')}.`];
  if (preview === null) return lines;
  const { byEmail, bySms, unreachable, inactive, estimatedSmsCost } = preview;
  const cost = estimatedSmsCost > 0 ? `, which cost ${estimatedSmsCost}` : '';
  lines.push(
    `A release of their credentials would send ${count(byEmail)} e-mails and ${count(bySms)} SMS${cost}; ${count(unreachable)} cannot be reached, ${count(inactive)} are inactive.`,
  );
  return lines;
}

function newTable(head: string[], colAligns: ('left' | 'right')[] = []): Table.Table {
  return new Table({ head, colAligns, style: { head: [], border: [] } });
}
