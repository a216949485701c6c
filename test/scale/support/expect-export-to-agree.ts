import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse';
import { expect } from 'vitest';
import { startCommand } from '../../cli/commands/support/command.ts';
import type { OracleCustomer } from '../../support/oracle.ts';
import type { TestDatabase } from '../../support/test-database.ts';
import { expectSame } from './expect-same.ts';

const columns = [
  ...(['id', 'name', 'phone', 'phoneE164', 'email', 'address', 'area', 'status', 'createdAt'] as const),
  ...(['systems', 'linkState', 'billingIssues'] as const),
];

/**
 * Exports everybody by the command, in a process of its own, and reads the file by a reader that shares no code with its
 * writer: every row is what the oracle says of that customer. Answers with the rows, and what the process took.
 */
export async function expectExportToAgree(
  { uri, name }: TestDatabase,
  customers: readonly OracleCustomer[],
): Promise<{ rows: number; seconds: number; peakBytes: number }> {
  const directory = await mkdtemp(join(tmpdir(), 'gateway-export-'));
  try {
    const file = join(directory, 'customers.csv');
    const startedAt = Date.now();
    const exporting = await startCommand(
      ['export', '--output', file, '--columns', columns.join(','), '--end-row'],
      { MONGODB_URI: uri, MONGODB_DB: name, DATA_DIR: directory },
    );
    let peakBytes = 0;
    const watching = setInterval(() => {
      void residentBytes(exporting.process.pid).then((bytes) => {
        peakBytes = Math.max(peakBytes, bytes);
      });
    }, 250);
    const { code, stderr } = await exporting.ended;
    clearInterval(watching);
    expect([code, stderr]).toEqual([0, `${customers.length.toLocaleString('en')} customers in ${file}\n`]);
    const seconds = (Date.now() - startedAt) / 1000;

    const rows: string[] = [];
    let proof = '';
    for await (const row of createReadStream(file).pipe(parse({ columns: true, bom: true }))) {
      const cells = columns.map((column) => withoutApostrophe(row[column]));
      if (cells[0]?.startsWith('#complete')) proof = cells[0];
      else rows.push(JSON.stringify(cells));
    }
    expect(proof).toMatch(new RegExp(`^#complete rows=${rows.length} cursor=`));
    expectSame(rows, customers.map(asCells));
    return { rows: rows.length, seconds, peakBytes };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function asCells(customer: OracleCustomer): string {
  const cells = columns.map((column) => {
    const value = customer[column];
    return typeof value === 'object' && value !== null ? value.join(' ') : (value ?? '');
  });
  return JSON.stringify(cells.map((cell) => cell.replaceAll('\0', '\uFFFD')));
}

/** What keeps spreadsheets from calculating: docs/billing-and-export.md. */
function withoutApostrophe(cell: string): string {
  return /^'+(\s*[-=+@\uFF1D\uFF0B\uFF0D\uFF20]|[\t\r\n]|#complete )/.test(cell) ? cell.slice(1) : cell;
}

/** 0 where the system does not tell. */
async function residentBytes(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}
