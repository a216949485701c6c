type Work = () => Promise<unknown>;

/**
 * Median time of each kind of work, in ms, measured in turns so that a busy machine disturbs all alike.
 *
 * @param before Done before each, and not measured.
 */
export function medianMs<Kind extends string>(
  kinds: Readonly<Record<Kind, Work>>,
  samples: number,
  before?: Work,
) {
  return medians(kinds, samples, () => performance.now(), before);
}

/** The same of the processor time of this process, its threads included: a busy machine hardly disturbs it. */
export function medianCpuMs<Kind extends string>(
  kinds: Readonly<Record<Kind, Work>>,
  samples: number,
  before?: Work,
) {
  const clock = () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  };
  return medians(kinds, samples, clock, before);
}

async function medians<Kind extends string>(
  kinds: Readonly<Record<Kind, Work>>,
  samples: number,
  clock: () => number,
  before: Work = async () => {},
): Promise<Record<Kind, number>> {
  const names = Object.keys(kinds) as Kind[];
  const times = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Kind, number[]>;
  for (let sample = 0; sample < samples; sample += 1) {
    for (const name of names) {
      await before();
      const begun = clock();
      await kinds[name]();
      times[name].push(clock() - begun);
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(times[name])])) as Record<Kind, number>;
}

function median(values: number[]): number {
  const sorted = values.sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
