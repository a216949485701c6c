import { Command } from 'commander';
import { rebuildIndex } from '../customer-index/sweep-index.ts';
import { withoutUniqueLinks } from '../database/unique-links.ts';
import { environment, withDatabase } from './command-context.ts';
import { importFiles } from './import/import-files.ts';
import type { ImportReport } from './import/import-report.ts';
import { createImportProgressBar } from './import/progress-bar.ts';

interface Options {
  readonly users?: string;
  readonly customers?: string;
  readonly merge?: boolean;
  readonly rejected?: string;
  readonly json?: boolean;
}

export function importCommand(): Command {
  return new Command('import')
    .description(
      'store documents exactly as they stand in files: a JSON array, NDJSON, or what mongoexport writes',
    )
    .option('--users <file>', 'documents for users')
    .option('--customers <file>', 'documents for customers_v2')
    .option('--merge', 'add to a database that is not empty; what is stored stays as it is')
    .option('--rejected <directory>', 'keep the rows that could not be stored here')
    .option('--json', 'print the report as JSON')
    .action((options: Options) =>
      withDatabase(async ({ database, settings }) => {
        const interruption = new AbortController();
        process.once('SIGINT', () => interruption.abort());
        let report: ImportReport = { files: [], interrupted: false };
        await withoutUniqueLinks(database, async () => {
          report = await run(options, database.db, interruption.signal);
        });
        await rebuildIndex(database, settings);
        print(report, options.json === true);
        process.exitCode = exitCode(report);
      }),
    );
}

async function run(
  options: Options,
  db: Parameters<typeof importFiles>[0],
  signal: AbortSignal,
): Promise<ImportReport> {
  const bar = createImportProgressBar({ stream: process.stderr, environment });
  try {
    const report = await importFiles(db, {
      usersFile: options.users,
      customersFile: options.customers,
      merge: options.merge === true,
      rejectedDirectory: options.rejected,
      onProgress: bar.update,
      signal,
    });
    bar.finish(report);
    return report;
  } catch (error) {
    bar.finish();
    throw error;
  }
}

function print(report: ImportReport, asJson: boolean): void {
  if (asJson) {
    console.log(JSON.stringify(report, null, 2));
    return;
  }
  for (const { file, failures, differing } of report.files) {
    for (const { line, documentId, reason } of [...failures, ...differing]) {
      console.error(`${file}:${line}: ${documentId === null ? '' : `${documentId}: `}${reason}`);
    }
  }
}

function exitCode(report: ImportReport): number {
  if (report.interrupted) return 130;
  return report.files.some(({ failed }) => failed > 0) ? 3 : 0;
}
