import { randomUUID } from 'node:crypto';
import { AppError } from '../errors.ts';
import type { JobCommand } from '../jobs/control-job.ts';
import type { BackfillDependencies } from './backfill-dependencies.ts';
import { type DryRun, newDryRun, workOnDryRun } from './backfill-dry-run.ts';

/** The dry runs of one process: the last 20, for an hour after they have ended. No other process knows of them. */
export class DryRuns {
  private readonly runs = new Map<string, DryRun>();
  private readonly now: () => Date;

  constructor(now: () => Date) {
    this.now = now;
  }

  /**
   * Begins one beside everything else that the process does.
   *
   * @throws AppError CONFLICT while another is under way.
   */
  start(dependencies: BackfillDependencies, startedBy: string): DryRun {
    const other = this.all().find(({ state }) => state === 'RUNNING' || state === 'QUEUED');
    if (other !== undefined) {
      throw new AppError(
        'CONFLICT',
        `Another dry run is under way (${other.id}). Wait for it, or cancel it.`,
      );
    }
    const run = newDryRun(`dry-${randomUUID()}`, startedBy, this.now());
    this.runs.set(run.id, run);
    for (const { id } of this.all().slice(keptRuns)) this.runs.delete(id);
    void workOnDryRun(dependencies, run);
    return run;
  }

  find(id: string): DryRun | null {
    return this.all().find((run) => run.id === id) ?? null;
  }

  /** The newest first. */
  all(): DryRun[] {
    const oldest = this.now().getTime() - keptMs;
    for (const { id, finishedAt } of this.runs.values()) {
      if (finishedAt !== null && finishedAt.getTime() < oldest) this.runs.delete(id);
    }
    return [...this.runs.values()].reverse();
  }

  /**
   * Pauses, resumes or cancels one; null when there is none with this id.
   *
   * @throws AppError CONFLICT for one that is past that.
   */
  control(dependencies: BackfillDependencies, id: string, command: JobCommand): DryRun | null {
    const run = this.find(id);
    if (run === null) return null;
    const { state } = run;
    if (command === 'pause' && (state === 'RUNNING' || state === 'QUEUED')) run.state = 'PAUSED';
    else if (command === 'resume' && (state === 'PAUSED' || state === 'FAILED')) {
      run.error = null;
      void workOnDryRun(dependencies, run);
    } else if (command === 'cancel' && run.finishedAt === null) {
      run.state = 'CANCELLED';
      run.finishedAt = this.now();
    } else if (state !== reached[command]) {
      throw new AppError('CONFLICT', `This run is ${state}: it cannot be ${past[command]}.`);
    }
    return run;
  }
}

const reached = { pause: 'PAUSED', resume: 'RUNNING', cancel: 'CANCELLED' } as const;
const past = { pause: 'paused', resume: 'resumed', cancel: 'cancelled' } as const;
const keptRuns = 20;
const keptMs = 60 * 60_000;
