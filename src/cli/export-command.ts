import { Command, type Command as CommandType, Option } from 'commander';
import picocolors from 'picocolors';
import { loadSigningKeys } from '../accounts/signing-keys.ts';
import { buildUseCases } from '../build-use-cases.ts';
import { sweepIndex } from '../customer-index/sweep-index.ts';
import type { CustomerDependencies } from '../customers/customer-access.ts';
import { CustomersResolver } from '../customers/customers-resolver.ts';
import { createLoaders } from '../customers/loaders.ts';
import { AppError } from '../errors.ts';
import { exportColumnNames, standardColumns } from '../export/export-columns.ts';
import { type ExportPiece, exportCustomers } from '../export/export-customers.ts';
import {
  type ExportFormat,
  type ExportOptions,
  exportOrders,
  readExportOptions,
  type TypedOptions,
} from '../export/export-options.ts';
import { buildSchema } from '../graphql/build-schema.ts';
import { inputType } from '../graphql/input-type.ts';
import { environment, withDatabase } from './command-context.ts';
import { type ExportTarget, openExportFile, standardOutput } from './export/export-target.ts';
import { count, startBar } from './import/progress-bar.ts';
import { interruption } from './jobs/follow-job.ts';
import { operator } from './operator.ts';
import { OutputClosedError } from './print.ts';
import { UsageError } from './usage-error.ts';

interface Options {
  readonly format: ExportFormat;
  readonly filter?: string;
  readonly billing?: boolean;
  readonly columns?: string;
  readonly order?: string;
  readonly after?: string;
  readonly bom?: boolean;
  readonly header: boolean;
  readonly endRow?: boolean;
  readonly output?: string;
}

export function exportCommand(): Command {
  return new Command('export')
    .description('write the customers, or those who are billed, as CSV or NDJSON')
    .addOption(new Option('--format <format>', 'csv or ndjson').choices(['csv', 'ndjson']).default('csv'))
    .option('--filter <json>', `only these, such as '{"area": ["Andheri"], "isActive": true}'`)
    .option('--billing', 'only those who are billed, oldest first')
    .option('--columns <names>', 'which, between commas')
    .addOption(new Option('--order <order>', 'in which order').choices(Object.keys(exportOrders)))
    .option('--after <cursor>', 'go on behind the row with this cursor')
    .option('--bom', 'CSV: begin with a byte order mark, for Excel')
    .option('--no-header', 'CSV: leave the names of the columns out')
    .option('--end-row', 'CSV: end with a row that says that this is all')
    .option('--output <file>', 'write this file; until it is complete, what is there stays')
    .addHelpText('after', help)
    .action(async (options: Options, command: CommandType) => {
      try {
        await runExport(options);
      } catch (error) {
        const isUsage =
          error instanceof UsageError || (error instanceof AppError && error.code === 'BAD_USER_INPUT');
        if (isUsage) command.error(`error: ${error.message}`, { exitCode: 2 });
        throw error;
      }
    });
}

const help = `
Contacts are in clear. What others have written since the index last looked is exported too. In CSV a cell that a
spreadsheet would calculate begins with '. NDJSON ends with {"complete":true,"rows":N,"cursor":"…"}.

Columns: ${wrapped(exportColumnNames)}
Unless named: ${wrapped(standardColumns)}

Exit codes: 0 complete, 1 failed or the output was closed, 2 wrong usage, 130 interrupted.

Examples:
  customer-gateway export --output customers.csv
  customer-gateway export --billing --columns id,name,phoneE164,address,billingIssues --bom --output billing.csv
  customer-gateway export --format ndjson --filter '{"canLogin": false}' | jq -r .id`;

async function runExport(options: Options): Promise<void> {
  const stopping = interruption();
  await withDatabase(async ({ config, database, settings }) => {
    const keys = await loadSigningKeys(config);
    const { customers } = await buildUseCases({ config, database, keys, now: () => new Date() });
    const schema = await buildSchema([new CustomersResolver(customers)]);
    const wanted = readExportOptions(
      options.format,
      typedOptions(options),
      inputType(schema, 'CustomerFilter'),
    );
    await sweepIndex(database, settings, { signal: stopping });
    await writeExport(customers, wanted, options.output ?? null, stopping);
  });
}

/** Only what was given: what is for CSV alone is refused for NDJSON. */
function typedOptions(options: Options): TypedOptions {
  const { filter, billing, columns, order, after, bom, header, endRow } = options;
  return {
    ...(filter !== undefined && { filter }),
    ...(billing === true && { billing: 'true' }),
    ...(columns !== undefined && { columns }),
    ...(order !== undefined && { order }),
    ...(after !== undefined && { after }),
    ...(bom === true && { bom: 'true' }),
    ...(header === false && { header: 'false' }),
    ...(endRow === true && { endRow: 'true' }),
  };
}

async function writeExport(
  customers: CustomerDependencies,
  wanted: ExportOptions,
  output: string | null,
  stopping: AbortSignal,
): Promise<void> {
  const pieces = exportCustomers(
    customers,
    (selected) => ({
      viewer: operator,
      loaders: createLoaders(customers.database, selected),
      selected,
    }),
    wanted,
  );
  // What is wrong with the options is told before a file is made.
  let { value: piece } = await pieces.next();
  const target = output === null ? standardOutput : await openExportFile(output);
  const progress = await openProgress(customers, wanted, output);
  let written: Pick<ExportPiece, 'rows' | 'cursor'> = { rows: 0, cursor: wanted.after };
  try {
    while (piece !== undefined && !stopping.aborted) {
      await target.write(piece.text);
      written = piece;
      progress.update(piece.rows);
      if (piece.complete) {
        await target.complete();
        progress.finish();
        console.error(`${count(piece.rows)} customers${output === null ? '' : ` in ${output}`}`);
        return;
      }
      ({ value: piece } = await pieces.next());
    }
    progress.finish();
    await tellBreak(target, written);
    process.exitCode = 130;
  } catch (error) {
    progress.finish();
    await tellBreak(target, written);
    if (!(error instanceof OutputClosedError)) throw error;
    process.exitCode = 1;
  }
}

async function tellBreak(
  target: ExportTarget,
  { rows, cursor }: Pick<ExportPiece, 'rows' | 'cursor'>,
): Promise<void> {
  const kept = await target.breakOff(rows > 0);
  console.error(`Not complete: ${count(rows)} customers${kept === null ? '' : ` in ${kept}`}.`);
  if (rows > 0) console.error(`To go on behind them: --after ${cursor}`);
}

/** On a terminal that does not show the export itself. */
async function openProgress(
  { database }: CustomerDependencies,
  { filter, billing, after }: ExportOptions,
  output: string | null,
) {
  const { stderr, stdout } = process;
  const animated = stderr.isTTY && environment.TERM !== 'dumb' && (output !== null || !stdout.isTTY);
  if (!animated) return { update() {}, finish() {} };
  const isWhole = filter === null && !billing && after === null;
  const total = isWhole ? await database.customerIndex.estimatedDocumentCount() : null;
  const bar = startBar(stderr, 'export', total, picocolors.createColors(!environment.NO_COLOR));
  return {
    update: (rows: number) => bar.update(rows, { rows: count(rows), failed: '' }),
    finish: () => bar.stop(),
  };
}

function wrapped(names: readonly string[]): string {
  return names.join(', ').replace(/(.{60,100}?), /g, '$1,\n  ');
}
