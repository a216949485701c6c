/** Runs at most so many pieces of work at once, keeps a bounded number waiting in order, and refuses the rest. */
export interface WorkQueue {
  /** Whether another piece of work would be refused now. */
  readonly full: boolean;
  /** @throws whatever `refusal` makes, when the queue is full. */
  run<Result>(work: () => Promise<Result>): Promise<Result>;
}

export interface WorkQueueOptions {
  readonly concurrency: number;
  readonly maxWaiting: number;
  /** The error of work that finds no place. */
  readonly refusal: () => Error;
}

export function createWorkQueue({ concurrency, maxWaiting, refusal }: WorkQueueOptions): WorkQueue {
  const waiting: (() => void)[] = [];
  let running = 0;

  const full = () => running >= concurrency && waiting.length >= maxWaiting;

  /** A place that becomes free is handed to the first who waits, so that nobody overtakes. */
  const leave = () => {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  };

  return {
    get full() {
      return full();
    },
    async run(work) {
      if (full()) throw refusal();
      if (running < concurrency) running += 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        return await work();
      } finally {
        leave();
      }
    },
  };
}
