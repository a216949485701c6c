import { createInterface } from 'node:readline/promises';
import { UsageError } from '../usage-error.ts';

/**
 * Asks on the terminal before something that cannot be taken back.
 *
 * @throws UsageError where nobody can answer: `--yes` says it beforehand.
 */
export async function confirm(question: string, yes: boolean, stopping: AbortSignal): Promise<boolean> {
  if (yes) return true;
  if (process.stdin.isTTY !== true) throw new UsageError('nobody can be asked here; give --yes.');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await lines.question(`${question} [y/N] `, { signal: stopping });
    return /^y(es)?$/i.test(answer.trim());
  } catch (error) {
    if (stopping.aborted) return false;
    throw error;
  } finally {
    lines.close();
  }
}
