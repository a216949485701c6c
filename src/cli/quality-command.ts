import { Command } from 'commander';
import { sweepIndex } from '../customer-index/sweep-index.ts';
import { dataQuality } from '../reports/data-quality.ts';
import { readFigures } from '../reports/figures.ts';
import { qualityTrend, trendLimits } from '../reports/quality-snapshots.ts';
import { withDatabase } from './command-context.ts';
import { print } from './print.ts';
import { qualityTables } from './quality/quality-tables.ts';
import { wholeNumber } from './whole-number.ts';

interface Options {
  readonly days: number;
  readonly json?: boolean;
}

export function qualityCommand(): Command {
  return new Command('quality')
    .description('how well the two systems are linked, today and on the days before')
    .option(
      '--days <n>',
      'how many days the trend goes back, today among them',
      wholeNumber({ least: trendLimits.smallest, most: trendLimits.largest }),
      trendLimits.standard,
    )
    .option('--json', 'print the figures and the trend as JSON')
    .addHelpText('after', help)
    .action(({ days, json }: Options) =>
      withDatabase(async ({ database, settings }) => {
        await sweepIndex(database, settings);
        const figures = await readFigures(database, new Date());
        const report = { ...dataQuality(figures), trend: await qualityTrend(database, figures, days) };
        await print(`${json === true ? JSON.stringify(report, null, 2) : qualityTables(report)}\n`);
      }),
    );
}

const help = `
HEALTHY means that every record is linked both ways. The trend has a point for each day of UTC on which a gateway ran,
kept for good; the last one is now. How each figure is defined: docs/domain.md, "The words of the reports".

Exit codes: 0 counted, 1 failed, 2 wrong usage. To fail a script over what is not linked: customer-gateway audit --fail-over.`;
