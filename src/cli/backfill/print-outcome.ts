import type { BackfillDependencies } from '../../backfill/backfill-dependencies.ts';
import { backfillMigrationName } from '../../backfill/backfill-job.ts';
import type { BackfillRun } from '../../backfill/backfill-types.ts';
import { count } from '../import/progress-bar.ts';
import { countFailures, type FailuresFile } from './backfill-failures.ts';
import {
  type ComparedFigures,
  failuresTable,
  figuresTable,
  outcomeLines,
  samplesTable,
} from './backfill-report.ts';
import { sampleCreated } from './backfill-samples.ts';

export interface PrintOutcomeOptions {
  /** Programs read stdout: nothing but messages is printed. */
  readonly json: boolean;
  /** Where those who got no login are written, and what it is called. */
  readonly failures: { readonly file: FailuresFile; readonly path: string } | null;
  readonly before: ComparedFigures;
  readonly after: ComparedFigures;
}

/**
 * Prints what a run has come to, or a dry run, for people.
 *
 * @returns The same for programs, to be printed as JSON.
 */
export async function printOutcome(
  backfill: BackfillDependencies,
  outcome: BackfillRun,
  { json, failures: listed, before, after }: PrintOutcomeOptions,
) {
  const failures = await countFailures(backfill, outcome.id);
  const samples = await sampleCreated(backfill, outcome);
  const written = await listed?.file.write(backfill, outcome.id);
  const say = json ? console.error : console.log;
  for (const line of outcomeLines(outcome)) say(line);
  if (!json) {
    console.log(figuresTable(before, after, outcome.dryRun));
    if (failures.length > 0) console.log(failuresTable(failures));
    if (samples.length > 0) console.log(`To spot-check:\n${samplesTable(samples)}`);
  }
  if (written !== undefined && listed !== null) {
    const part = written < outcome.errors ? ` of ${count(outcome.errors)}` : '';
    console.error(`${count(written)}${part} records that get no login: ${listed.path}`);
  }
  const { state, id, ...counts } = outcome;
  return { migration: backfillMigrationName, id, state, ...counts, failures, before, after, samples };
}
