import { SingleBar } from 'cli-progress';
import picocolors from 'picocolors';
import type { Database } from '../../database/collections.ts';
import { pause } from '../../database/pause.ts';
import { isUnavailable } from '../../database/unavailable.ts';
import { AppError } from '../../errors.ts';
import { controlJob } from '../../jobs/control-job.ts';
import { findJob, type Job } from '../../jobs/job.ts';
import { type JobWork, runJob } from '../../jobs/run-job.ts';
import { count } from '../import/progress-bar.ts';

export interface FollowJobOptions {
  readonly database: Database;
  readonly work: JobWork;
  readonly id: string;
  /** What the bar is called. */
  readonly title: string;
  /** How far it is, and what is said of it behind the bar. */
  readonly show: (job: Job) => { readonly done: number; readonly total: number; readonly text: string };
  /** Ctrl-C: the job is paused. */
  readonly stopping: AbortSignal;
  readonly stream: NodeJS.WritableStream & { isTTY?: boolean };
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * Works on a job in this process, or watches another one that does, until it is finished, has failed or is paused; a
 * progress bar on a terminal, and nothing elsewhere. A database that is away is waited for until Ctrl-C.
 */
export async function followJob(options: FollowJobOptions): Promise<Job> {
  const { stopping } = options;
  const bar = openBar(options);
  const onRetry = (error: unknown) =>
    bar.say(`It waits: ${error instanceof Error ? error.message : String(error)}`);
  try {
    for (;;) {
      const ended = await workOrLook(options, bar.update, onRetry).catch((error: unknown) => {
        if (stopping.aborted || !isUnavailable(error)) throw error;
        onRetry(error);
        return null;
      });
      if (ended !== null) return ended;
      await pause(lookEveryMs, stopping);
    }
  } finally {
    bar.stop();
  }
}

/** Null while it goes on in another process. */
async function workOrLook(
  { database, work, id, stopping }: FollowJobOptions,
  onStep: (job: Job) => void,
  onRetry: (error: unknown) => void,
): Promise<Job | null> {
  const worked = await runJob(database, id, work, { now, stopping, onStep, onRetry });
  const job = worked ?? (await findJob(database, work.kind, id));
  if (job === null) throw new AppError('NOT_FOUND', 'There is no such run.');
  onStep(job);
  const goesOn = job.state === 'QUEUED' || job.state === 'RUNNING';
  if (!goesOn) return job;
  return stopping.aborted ? pauseJob(database, job) : null;
}

/** Fires on Ctrl-C and when the process is told to end. */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => controller.abort());
  return controller.signal;
}

/** It may be done by now. */
async function pauseJob(database: Database, { kind, id }: Job): Promise<Job> {
  try {
    return await controlJob(database, { kind, id, command: 'pause', now: now() });
  } catch (error) {
    const job = await findJob(database, kind, id);
    if (job === null || !(error instanceof AppError)) throw error;
    return job;
  }
}

function openBar({ stream, environment, title, show }: FollowJobOptions) {
  const animated = stream.isTTY === true && environment.TERM !== 'dumb';
  const colors = picocolors.createColors(animated && !environment.NO_COLOR);
  const bar = animated
    ? new SingleBar({
        stream,
        format: `${title} ${colors.cyan('{bar}')} {done} of {all}{text}`,
        barCompleteChar: '█',
        barIncompleteChar: '░',
        barsize: 30,
        hideCursor: true,
        gracefulExit: false,
      })
    : null;
  const values = (done: number, total: number, text: string) => ({
    done: count(done),
    all: count(total),
    text: text === '' ? '' : `, ${text}`,
  });
  bar?.start(1, 0, values(0, 0, ''));
  return {
    update(job: Job) {
      const { done, total, text } = show(job);
      bar?.setTotal(Math.max(total, 1));
      bar?.update(total === 0 ? 1 : done, values(done, total, text));
    },
    say(line: string) {
      stream.write(bar === null ? `${line}\n` : `\r\u001b[K${line}\n`);
    },
    stop() {
      bar?.stop();
    },
  };
}

const now = () => new Date();
const lookEveryMs = 500;
