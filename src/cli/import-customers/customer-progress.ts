import picocolors from 'picocolors';
import { count, startBar } from '../import/progress-bar.ts';
import type { RowCounts } from './import-job.ts';

/** Shows how an import of customers goes. */
export interface CustomerProgress {
  update(bytesRead: number, counts: RowCounts): void;
  /** A line of text, above the bar where there is one. */
  say(line: string): void;
  finish(): void;
}

/** Off a terminal, only what is said is written. */
export function createCustomerProgress(options: {
  readonly stream: NodeJS.WritableStream & { isTTY?: boolean };
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Null when it is unknown. */
  readonly bytesTotal: number | null;
}): CustomerProgress {
  const { stream, environment, bytesTotal } = options;
  const animated = stream.isTTY === true && environment.TERM !== 'dumb';
  const colors = picocolors.createColors(animated && !environment.NO_COLOR);
  const bar = animated ? startBar(stream, 'customers', bytesTotal, colors) : null;
  return {
    update(bytesRead, { rows, refused }) {
      const failed = refused === 0 ? '' : colors.red(`, ${count(refused)} refused`);
      bar?.update(bytesRead, { rows: count(rows), failed });
    },
    say(line) {
      stream.write(bar === null ? `${line}\n` : `\r\u001b[K${line}\n`);
    },
    finish() {
      bar?.stop();
    },
  };
}
