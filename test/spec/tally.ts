import { floors } from './floors.ts';
import type { Verdict } from './run-test.ts';

/** Counts what came of the tests, by folder, and prints it. */
export class Tally {
  readonly #startedAt = performance.now();
  readonly #passed = new Map<string, number>();
  readonly #skipped = new Map<string, number>();
  readonly #failures: string[] = [];

  /** Notes a file's verdicts, by the titles of their tests, and prints a line. */
  addFile(path: string, verdicts: ReadonlyMap<string, Verdict>): void {
    const counts = { passed: 0, failed: 0, skipped: 0 };
    for (const [title, verdict] of verdicts) {
      counts[verdict.kind] += 1;
      if (verdict.kind === 'skipped') add(this.#skipped, verdict.reason, 1);
      if (verdict.kind === 'failed') this.#failures.push(`${path}: ${title}\n    ${verdict.reason}`);
    }
    add(this.#passed, folderOf(path), counts.passed);
    console.log(`${path}: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  }

  /** Prints the whole; whether nothing failed and, where `wantFloors`, enough passed. */
  conclude(wantFloors: boolean): boolean {
    console.log('\nSkipped:');
    for (const [reason, count] of [...this.#skipped].sort(([, a], [, b]) => b - a)) {
      console.log(`  ${count} × ${reason}`);
    }
    if (this.#failures.length > 0) console.log(`\nFailed:\n  ${this.#failures.join('\n  ')}`);
    console.log('');
    const low = wantFloors
      ? Object.entries(floors).filter(([folder, floor]) => this.#of(folder) < floor)
      : [];
    for (const [folder, count] of this.#passed) {
      const floor = floors[folder];
      console.log(`${folder}: ${count} passed${floor === undefined ? '' : ` (at least ${floor} have to)`}`);
    }
    for (const [folder, floor] of low) {
      console.log(`TOO FEW of ${folder} passed: ${this.#of(folder)} instead of ${floor}`);
    }
    const seconds = ((performance.now() - this.#startedAt) / 1000).toFixed(1);
    console.log(
      `${sum(this.#passed)} passed, ${this.#failures.length} failed, ${sum(this.#skipped)} skipped in ${seconds} s`,
    );
    return low.length === 0 && this.#failures.length === 0;
  }

  #of(folder: string): number {
    return this.#passed.get(folder) ?? 0;
  }
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

function add(counts: Map<string, number>, name: string, count: number): void {
  counts.set(name, (counts.get(name) ?? 0) + count);
}

function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((total, count) => total + count, 0);
}
