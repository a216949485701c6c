import type { Database } from '../../database/collections.ts';
import { count } from '../import/progress-bar.ts';
import { printable } from '../print.ts';

/**
 * For whom a job did nothing: how many for each reason, then the first of them a line each, and where the others are.
 *
 * @param options.expected A reason that needs nobody's attention: only counted.
 */
export async function skippedLines(
  database: Database,
  jobId: string,
  { expected, listedBy }: { readonly expected?: string; readonly listedBy: string },
): Promise<string[]> {
  const prefix = `${jobId}/`;
  const ofJob = { _id: { $gt: prefix, $lt: `${prefix}\u{10FFFF}` } };
  const reasons = await database.jobFailures
    .aggregate<{ _id: string; count: number }>([
      { $match: ofJob },
      { $group: { _id: '$code', count: { $sum: 1 } } },
      { $sort: { count: -1, _id: 1 } },
    ])
    .toArray();
  if (reasons.length === 0) return [];
  const rows = await database.jobFailures
    .find({ ...ofJob, ...(expected !== undefined && { code: { $ne: expected } }) })
    .sort({ _id: 1 })
    .limit(mostListed)
    .toArray();
  return [
    `Why: ${reasons.map((reason) => `${count(reason.count)} ${reason._id}`).join(', ')}.`,
    ...rows.map(({ customerId, code, message }) => printable(`  ${customerId}: ${code}: ${message}`)),
    `All of them: ${listedBy}`,
  ];
}

const mostListed = 20;
