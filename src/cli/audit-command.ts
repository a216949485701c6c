import { Command, Option } from 'commander';
import { sweepIndex } from '../customer-index/sweep-index.ts';
import { type Figures, readFigures } from '../reports/figures.ts';
import { auditSamples } from './audit/audit-samples.ts';
import { printAuditCsv, printAuditJson, printAuditTable, type SamplesOf } from './audit/print-audit.ts';
import { type CommandContext, withDatabase } from './command-context.ts';
import { OutputClosedError, print } from './print.ts';
import { wholeNumber } from './whole-number.ts';

interface Options {
  readonly samples?: number;
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly failOver?: number;
}

export function auditCommand(): Command {
  return new Command('audit')
    .description('which customers are linked, which are not, and who can log in')
    .option('--samples <n>', 'show the newest n customers of each category too', wholeNumber({ least: 1 }))
    .option('--json', 'print one JSON document')
    .addOption(
      new Option(
        '--csv',
        'print CSV that spreadsheets take for text: a line for each category, with --samples for each customer',
      ).conflicts('json'),
    )
    .option(
      '--fail-over <n>',
      'end with code 1 when more than n customers are not linked both ways',
      wholeNumber({ least: 0 }),
    )
    .addHelpText('after', help)
    .action((options: Options) => withDatabase((context) => audit(options, context)));
}

const help = `
What others have written since the index last looked is counted too. The categories from linked to conflicts are the
six states of the link and hold every customer once; canLogin and cannotLogin do so again. Next to each figure is the
filter by which the API lists the same customers. Samples show names and contacts in clear.

Exit codes: 0 counted, 1 failed or over the threshold of --fail-over, 2 wrong usage.

Examples:
  customer-gateway audit
  customer-gateway audit --samples 5
  customer-gateway audit --csv --samples 1000000 > everybody.csv
  customer-gateway audit --json --fail-over 0 > audit.json || echo 'not done yet'`;

async function audit({ samples, json, csv, failOver }: Options, context: CommandContext): Promise<void> {
  await sweepIndex(context.database, context.settings);
  const figures = await readFigures(context.database, new Date());
  const samplesOf: SamplesOf | null =
    samples === undefined ? null : ({ filter }) => auditSamples(context, filter, samples);
  const printed = csv === true ? printAuditCsv : json === true ? printAuditJson : printAuditTable;
  try {
    await printed(print, figures, samplesOf);
  } catch (error) {
    if (!(error instanceof OutputClosedError)) throw error;
  }
  if (failOver !== undefined) judge(figures, failOver);
}

function judge({ totalSyncIssues }: Figures, allowed: number): void {
  if (totalSyncIssues <= allowed) return;
  console.error(`Not linked both ways: ${totalSyncIssues}. --fail-over allows ${allowed}.`);
  process.exitCode = 1;
}
