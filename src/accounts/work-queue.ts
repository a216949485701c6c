/** Runs at most so many pieces of work at once, keeps a bounded number waiting in order, and refuses the rest. */
export interface WorkQueue {
  /**
   * Takes a place before there is work for it: what is begun then is not refused halfway.
   *
   * @throws whatever `refusal` makes, when there is none.
   */
  reserve(): Place;
  /** Takes a place for one piece of work alone. @throws whatever `refusal` makes, when there is none. */
  run<Result>(work: () => Promise<Result>): Promise<Result>;
}

/** One of those that run or wait, until it is left. */
export interface Place {
  /** Runs a piece of work when its turn comes; several one after another. */
  run<Result>(work: () => Promise<Result>): Promise<Result>;
  /** Lets somebody else have it. Once is enough, and more does no harm. */
  leave(): void;
}

export interface WorkQueueOptions {
  readonly concurrency: number;
  /** Places beside those that run. */
  readonly maxWaiting: number;
  /** The error of whoever finds no place. */
  readonly refusal: () => Error;
}

export function createWorkQueue({ concurrency, maxWaiting, refusal }: WorkQueueOptions): WorkQueue {
  const waiting: (() => void)[] = [];
  let running = 0;
  let places = concurrency + maxWaiting;

  /** A turn that becomes free is handed to the first who waits, so that nobody overtakes. */
  const pass = () => {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  };

  const runInTurn = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (running < concurrency) running += 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      pass();
    }
  };

  const reserve = (): Place => {
    if (places === 0) throw refusal();
    places -= 1;
    let held = true;
    return {
      run: runInTurn,
      leave() {
        if (held) places += 1;
        held = false;
      },
    };
  };

  return {
    reserve,
    async run(work) {
      const place = reserve();
      try {
        return await place.run(work);
      } finally {
        place.leave();
      }
    },
  };
}
