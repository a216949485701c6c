import { Command } from 'commander';
import { indexSettingsOf } from '../build-use-cases.ts';
import { readConfig } from '../config.ts';
import { rebuildIndex } from '../customer-index/sweep-index.ts';
import { migrate } from '../database/migrate.ts';
import { violationLines } from '../database/violation-lines.ts';
import { openDatabase } from '../open-database.ts';
import { environment, withDatabase } from './command-context.ts';
import { printable } from './print.ts';

export function migrateCommand(): Command {
  return new Command('migrate')
    .description('bring the database to the schema of this version, and say what breaks its rules')
    .action(async () => {
      const config = readConfig(environment);
      const opened = await openDatabase(config);
      try {
        const { applied, violations } = await migrate(opened.database, {
          now: () => new Date(),
          foreignHistory: config.foreignHistory,
        });
        console.log(applied.length === 0 ? 'The schema is current.' : `Applied ${applied.join(', ')}.`);
        for (const line of violationLines(violations)) console.log(printable(line));
        if (violations.length > 0) console.log(sharedText);
      } finally {
        await opened.close();
      }
    });
}

const sharedText =
  'A link belongs to one. What states these customers are in, CONFLICT or DANGLING: customer-gateway audit. ' +
  'The unique index is made once they are mended.';

export function reindexCommand(): Command {
  return new Command('reindex')
    .description('make every row of customer_index anew; clients are served all the while')
    .action(() =>
      withDatabase(async ({ config, database }) => {
        const startedAt = Date.now();
        const { examined } = await rebuildIndex(database, indexSettingsOf(config), {
          onProgress: ({ examined }) => {
            if (process.stderr.isTTY) process.stderr.write(`\r${examined} records`);
          },
        });
        if (process.stderr.isTTY) process.stderr.write('\r');
        const rows = await database.customerIndex.countDocuments({});
        console.log(
          `${examined} records read, ${rows} customers indexed in ${((Date.now() - startedAt) / 1000).toFixed(1)} s.`,
        );
      }),
    );
}
