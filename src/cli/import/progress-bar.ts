import { SingleBar } from 'cli-progress';
import picocolors from 'picocolors';
import type { ImportProgress, ImportReport } from './import-report.ts';

/** Shows how an import goes. */
export type ImportProgressBar = {
  update: (progress: ImportProgress) => void;
  /** Takes the bar away (also after an error, without a report), and writes one last line for each file. */
  finish: (report?: ImportReport) => void;
};

/**
 * A progress bar for an import, one line a file. Off a terminal (a pipe, a log, `TERM=dumb`) nothing is
 * written but the last lines. Colour only on a terminal, and never with `NO_COLOR` (https://no-color.org).
 * @param options.stream where messages go: the process's standard error
 * @param options.environment the process's environment, of which `NO_COLOR` and `TERM` are read
 */
export function createImportProgressBar(options: {
  stream: NodeJS.WritableStream & { isTTY?: boolean };
  environment: Readonly<Record<string, string | undefined>>;
}): ImportProgressBar {
  const { stream, environment } = options;
  const animated = stream.isTTY === true && environment.TERM !== 'dumb';
  const colors = picocolors.createColors(animated && !environment.NO_COLOR);
  let bar: { collection: string; show: SingleBar } | null = null;

  const stop = (): void => {
    bar?.show.stop();
    bar = null;
  };

  return {
    update: (progress) => {
      if (!animated) return;
      if (bar?.collection !== progress.collection) {
        stop();
        bar = {
          collection: progress.collection,
          show: startBar(stream, progress.collection, progress.bytesTotal, colors),
        };
      }
      bar.show.update(progress.bytesRead, {
        rows: count(progress.read),
        failed: progress.failed === 0 ? '' : colors.red(`, ${count(progress.failed)} failed`),
      });
    },
    finish: (report) => {
      stop();
      for (const file of report?.files ?? []) {
        const figures = [
          `${count(file.inserted)} inserted`,
          `${count(file.skippedIdentical)} already there`,
          `${count(file.skippedDiffering)} kept as stored`,
          `${count(file.failed)} failed`,
        ];
        const kept = file.rejectedFile === null ? '' : ` (kept in ${file.rejectedFile})`;
        stream.write(
          `${colors.bold(file.collection)}: ${count(file.read)} read, ${figures.join(', ')}${kept}\n`,
        );
      }
      if (report?.interrupted) stream.write('interrupted: run it again with merge to go on\n');
    },
  };
}

/**
 * Starts the bar that every import shows: how much of the file is read, and the `rows` and what `failed` of its updates.
 *
 * @param bytesTotal null for a pipe, whose size is unknown: then only the rows are counted.
 */
export function startBar(
  stream: NodeJS.WritableStream,
  title: string,
  bytesTotal: number | null,
  colors: ReturnType<typeof picocolors.createColors>,
): SingleBar {
  const gauge = bytesTotal === null ? '' : ` ${colors.cyan('{bar}')} {percentage} %,`;
  const bar = new SingleBar({
    stream,
    format: `${title.padEnd(12)}${gauge} {rows} rows{failed}`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 30,
    hideCursor: true,
    // The command ends the process itself, once the batch at hand is stored.
    gracefulExit: false,
  });
  bar.start(bytesTotal ?? Number.MAX_SAFE_INTEGER, 0, { rows: '0', failed: '' });
  return bar;
}

/** A number as people read it. */
export function count(number: number): string {
  return number.toLocaleString('en-GB');
}
