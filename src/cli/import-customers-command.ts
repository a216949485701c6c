import { Command, type Command as CommandType, InvalidArgumentError, Option } from 'commander';
import { loadSigningKeys } from '../accounts/signing-keys.ts';
import { buildUseCases } from '../build-use-cases.ts';
import { sweepIndex } from '../customer-index/sweep-index.ts';
import { createCustomers } from '../customers/create-customers.ts';
import type { OnExisting } from '../customers/create-types.ts';
import { type CommandContext, environment, withDatabase } from './command-context.ts';
import { type FieldOption, readDefaultOption, readFieldOption } from './import-customers/column-mapping.ts';
import { createCustomerProgress } from './import-customers/customer-progress.ts';
import { readDelimiter } from './import-customers/detect-delimiter.ts';
import { type ImportSummary, importCustomers } from './import-customers/import-customers.ts';
import { type ImportSource, openImportSource } from './import-customers/import-source.ts';
import { createProblemLister, summaryLines } from './import-customers/summary-lines.ts';
import { UsageError } from './usage-error.ts';

interface Options {
  readonly map?: readonly FieldOption[];
  readonly default?: readonly FieldOption[];
  readonly delimiter?: string;
  readonly onExisting: keyof typeof choices;
  readonly dryRun?: boolean;
  readonly again?: boolean;
  readonly report?: string;
  readonly rejected?: string;
  readonly json?: boolean;
}

export function importCustomersCommand(): Command {
  return new Command('import-customers')
    .description('create customers from a CSV file; credentials go out later, when they are released')
    .argument('<file>', 'CSV in UTF-8 whose first line names the columns; - reads standard input')
    .option('--map <field=column>', 'the column of a field that has another name', collect(readFieldOption))
    .option(
      '--default <field=value>',
      'where there is no such column, or its cell is empty',
      collect(readDefaultOption),
    )
    .option(
      '--delimiter <character>',
      'between values; seen from the header otherwise',
      checked(readDelimiter),
    )
    .addOption(
      new Option('--on-existing <answer>', 'what to do about people who are there already')
        .choices(Object.keys(choices))
        .default('ask'),
    )
    .option('--dry-run', 'write nothing, and say what would become of each row')
    .option('--again', 'import a file once more that was imported')
    .option('--report <file>', 'what became of each row (default: FILE.report.csv)')
    .option('--rejected <file>', 'the rows that were refused, to be corrected (default: FILE.rejected.csv)')
    .option('--json', 'print the summary as JSON')
    .action(async (file: string, options: Options, command: CommandType) => {
      try {
        await run(file, options);
      } catch (error) {
        if (error instanceof UsageError) command.error(`error: ${error.message}`, { exitCode: 2 });
        throw error;
      }
    });
}

const choices = {
  ask: 'ASK',
  adopt: 'ADOPT',
  'create-separate': 'CREATE_SEPARATE',
} as const satisfies Record<string, OnExisting>;

async function run(file: string, options: Options): Promise<void> {
  const source = await openImportSource({
    file,
    stdin: process.stdin,
    delimiter: options.delimiter ?? null,
    map: options.map ?? [],
    defaults: options.default ?? [],
  });
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interruption.abort());
  try {
    const summary = await withDatabase(
      (context) => importSource(source, options, context, interruption.signal),
      {
        readOnly: options.dryRun === true,
      },
    );
    if (options.json === true) console.log(JSON.stringify(summary, null, 2));
    process.exitCode = exitCode(summary);
  } finally {
    await source.close();
  }
}

async function importSource(
  source: ImportSource,
  options: Options,
  { config, database, settings }: CommandContext,
  signal: AbortSignal,
): Promise<ImportSummary> {
  const dryRun = options.dryRun === true;
  const now = () => new Date();
  const { customers } = await buildUseCases({ config, database, keys: await loadSigningKeys(config), now });
  // Whom others have just written has to be known, so that nobody is created twice.
  if (!dryRun) await sweepIndex(database, settings);
  const progress = createCustomerProgress({
    stream: process.stderr,
    environment,
    bytesTotal: source.bytesTotal,
  });
  const list = createProblemLister(source.file, progress.say);
  try {
    const summary = await importCustomers(
      {
        database,
        defaultPhoneRegion: settings.defaultPhoneRegion,
        now,
        create: (inputs, created) =>
          createCustomers(customers, 'command line', inputs, { credentials: 'later', ...created }),
      },
      source,
      {
        onExisting: choices[options.onExisting],
        dryRun,
        again: options.again === true,
        named: { report: options.report ?? null, rejected: options.rejected ?? null },
        signal,
        onBatch: (results, counts) => {
          list(results);
          progress.update(source.bytesRead(), counts);
        },
      },
    );
    progress.finish();
    for (const line of summaryLines(summary)) console.error(line);
    return summary;
  } catch (error) {
    progress.finish();
    throw error;
  }
}

/** What became of the file as a whole, in whichever run it came to its end. */
function exitCode({ state, exists, refused }: ImportSummary): number {
  if (state === 'INTERRUPTED') return 130;
  return exists + refused > 0 ? 3 : 0;
}

/** Reads the value of an option; what is wrong with it is a usage error. */
function checked<Value>(read: (typed: string) => Value): (typed: string) => Value {
  return (typed) => {
    try {
      return read(typed);
    } catch (error) {
      throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
    }
  };
}

function collect<Value>(read: (typed: string) => Value): (typed: string, earlier?: Value[]) => Value[] {
  const readChecked = checked(read);
  return (typed, earlier = []) => [...earlier, readChecked(typed)];
}
