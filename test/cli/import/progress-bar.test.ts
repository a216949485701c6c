import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import {
  emptyFileReport,
  type ImportProgress,
  type ImportReport,
} from '../../../src/cli/import/import-report.ts';
import { createImportProgressBar } from '../../../src/cli/import/progress-bar.ts';

class Screen extends Writable {
  readonly isTTY: boolean;
  readonly columns = 100;
  text = '';

  constructor(isTTY: boolean) {
    super();
    this.isTTY = isTTY;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

const progress = (bytesRead: number, bytesTotal: number | null = 100): ImportProgress => ({
  ...{ file: 'users.json', collection: 'users', bytesRead, bytesTotal },
  ...{ read: bytesRead * 100, inserted: bytesRead * 99, skipped: 0, failed: bytesRead },
});

const report: ImportReport = {
  files: [
    {
      ...emptyFileReport('users.json', 'users'),
      read: 12_345,
      inserted: 12_000,
      skippedIdentical: 300,
      failed: 45,
    },
  ],
  interrupted: false,
};

function run(isTTY: boolean, environment: Record<string, string>, bytesTotal: number | null = 100): string {
  const screen = new Screen(isTTY);
  const bar = createImportProgressBar({ stream: screen, environment });
  for (const bytes of [10, 50, 100]) bar.update(progress(bytes, bytesTotal));
  bar.finish(report);
  return screen.text;
}

const lastLine = 'users: 12,345 read, 12,000 inserted, 300 already there, 0 kept as stored, 45 failed\n';
const esc = '\u001b';

describe('the progress bar of an import', () => {
  test('off a terminal nothing is written but one last line a file', () => {
    expect(run(false, {})).toBe(lastLine);
  });

  test('on a terminal that cannot move its cursor neither', () => {
    expect(run(true, { TERM: 'dumb' })).toBe(lastLine);
  });

  test('on a terminal it shows percentage, rows and failures, and gives the cursor back', () => {
    const text = run(true, {});
    expect(text).toContain('100 %');
    expect(text).toContain('10,000 rows');
    expect(text).toContain('100 failed');
    expect(text.lastIndexOf(`${esc}[?25h`)).toBeGreaterThan(text.lastIndexOf(`${esc}[?25l`));
    expect(text).toContain(`${esc}[31m`);
  });

  test('NO_COLOR leaves the bar and takes the colours', () => {
    const text = run(true, { NO_COLOR: '1' });
    expect(text).toContain('█');
    expect(text.split(esc).some((part) => /^\[\d+m/.test(part))).toBe(false);
    expect(text.endsWith(lastLine)).toBe(true);
  });

  test('of a pipe, whose size is unknown, it counts the rows alone', () => {
    const text = run(true, { NO_COLOR: '1' }, null);
    expect(text).toContain('10,000 rows');
    expect(text).not.toContain('%');
  });

  test('says where rejected rows were kept, and that an import was stopped', () => {
    const screen = new Screen(false);
    const [file] = report.files;
    createImportProgressBar({ stream: screen, environment: {} }).finish({
      files: file ? [{ ...file, rejectedFile: 'users.json.rejected.ndjson' }] : [],
      interrupted: true,
    });
    expect(screen.text).toContain('(kept in users.json.rejected.ndjson)');
    expect(screen.text).toContain('interrupted');
  });

  test('finish after an error, without a report, takes the bar away', () => {
    const screen = new Screen(true);
    const bar = createImportProgressBar({ stream: screen, environment: {} });
    bar.update(progress(10));
    bar.finish();
    expect(screen.text).toContain(`${esc}[?25h`);
  });
});
