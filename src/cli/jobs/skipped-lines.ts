import type { Database } from '../../database/collections.ts';
import { count } from '../import/progress-bar.ts';
import { printable } from '../print.ts';

/** The first of those for whom a job did nothing, a line each, and where the others are. */
export async function skippedLines(
  database: Database,
  jobId: string,
  { total, listedBy }: { readonly total: number; readonly listedBy: string },
): Promise<string[]> {
  const prefix = `${jobId}/`;
  const rows = await database.jobFailures
    .find({ _id: { $gt: prefix, $lt: `${prefix}\u{10FFFF}` } })
    .sort({ _id: 1 })
    .limit(mostListed)
    .toArray();
  const lines = rows.map(({ customerId, code, message }) =>
    printable(`  ${customerId}: ${code}: ${message}`),
  );
  return total > mostListed ? [...lines, `  … and ${count(total - mostListed)} others: ${listedBy}`] : lines;
}

const mostListed = 20;
