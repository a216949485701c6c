import type { CreateOutcome } from '../../customers/creation-outcome.ts';
import { problemOf, type ReadRow, type RowProblem } from './read-row.ts';
import type { RowResult } from './report-lines.ts';

/** A row that waits for its outcome. */
export interface BatchRow {
  readonly line: number;
  /** As it stands in the file. */
  readonly bytes: Buffer;
  readonly read: ReadRow;
}

/** The customers of a batch that are to be created: rows that are refused already have none. */
export function inputsOf(batch: readonly BatchRow[]) {
  return batch.flatMap(({ read }) => ('input' in read ? [read.input] : []));
}

/**
 * What became of each row of a batch.
 *
 * @param outcomes Of {@link inputsOf}, in their order.
 * @param dryRun Nobody was made: ids of new customers are left out.
 */
export function settleRows(
  batch: readonly BatchRow[],
  outcomes: readonly CreateOutcome[],
  dryRun: boolean,
): RowResult[] {
  const remaining = outcomes.values();
  return batch.map(({ line, read }) => {
    if ('problem' in read) return refused(line, read.problem);
    const { value: outcome } = remaining.next();
    if (outcome === undefined) throw new TypeError('Every input has an outcome.');
    return resultOf(line, outcome, dryRun);
  });
}

function resultOf(line: number, outcome: CreateOutcome, dryRun: boolean): RowResult {
  const nothing = { code: null, field: null, message: null };
  switch (outcome.kind) {
    case 'created': {
      const isNew = !outcome.adopted;
      const customerIds = isNew && dryRun ? [] : [outcome.customerId];
      return { line, outcome: isNew ? 'created' : 'adopted', customerIds, ...nothing };
    }
    case 'exists': {
      const common = new Set(outcome.candidates.flatMap((candidate) => candidate.matchedBy));
      const customerIds = outcome.candidates.map(({ source }) => source.id);
      const message = `${customerIds.length === 1 ? 'A customer' : 'Customers'} with the same ${named(common)} ${
        customerIds.length === 1 ? 'is' : 'are'
      } there already.`;
      return { line, outcome: 'exists', customerIds, ...nothing, message };
    }
    case 'refused':
      return refused(line, problemOf(outcome.error));
  }
}

function refused(line: number, problem: RowProblem): RowResult {
  return { line, outcome: 'refused', customerIds: [], ...problem };
}

function named(kinds: ReadonlySet<string>): string {
  return [...kinds].map((kind) => (kind === 'EMAIL' ? 'e-mail' : kind.toLowerCase())).join(' and ');
}
