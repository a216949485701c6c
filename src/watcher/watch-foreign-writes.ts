import type { IndexSettings } from '../customer-index/customer-index-rows.ts';
import type { Database } from '../database/collections.ts';
import { startWatcher, type Watcher, type WatchReport } from './watcher.ts';

export interface WatchForeignWritesOptions {
  readonly database: Database;
  readonly settings: IndexSettings;
  readonly now: () => Date;
  readonly log: {
    info(details: object, message: string): void;
    warn(details: object, message: string): void;
    error(details: object, message: string): void;
  };
}

/** Starts the watcher of this process, and logs what it does. */
export function watchForeignWrites({ log, ...options }: WatchForeignWritesOptions): Watcher {
  return startWatcher({
    ...options,
    onReport: (report) => tell(log, report),
    onError: (error) => log.error({ err: error }, 'the change stream could not be followed'),
  });
}

function tell(log: WatchForeignWritesOptions['log'], report: WatchReport): void {
  const { details, message, level } = lineOf(report);
  log[level](details, message);
}

function lineOf(report: WatchReport): { level: 'info' | 'warn'; details: object; message: string } {
  switch (report.kind) {
    case 'WATCHING':
      return { level: 'info', details: {}, message: 'writes by others are noticed by a change stream' };
    case 'CHANGES':
      return {
        level: 'info',
        details: { changes: report.count },
        message: 'writes by others are in the index and in the journal',
      };
    case 'HISTORY_LOST':
      return {
        level: 'warn',
        details: { reason: report.error.message },
        message:
          'the change stream cannot go on where it was: everything is looked at, then a new one goes on',
      };
    case 'NO_STREAM':
      return {
        level: 'warn',
        details: { reason: report.error.message },
        message: 'the database gives no change stream: writes by others are found by the sweep alone',
      };
  }
}
