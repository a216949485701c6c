/** Median time of each kind of work, in ms, measured in turns so that a busy machine disturbs all alike. */
export async function medianMs<Kind extends string>(
  kinds: Readonly<Record<Kind, () => Promise<unknown>>>,
  samples: number,
): Promise<Record<Kind, number>> {
  const names = Object.keys(kinds) as Kind[];
  const times = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Kind, number[]>;
  for (let sample = 0; sample < samples; sample += 1) {
    for (const name of names) {
      const begun = performance.now();
      await kinds[name]();
      times[name].push(performance.now() - begun);
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(times[name])])) as Record<Kind, number>;
}

function median(values: number[]): number {
  const sorted = values.sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
