import { type Call, sendMany } from './load.ts';
import type { ServedProcess } from './served-process.ts';

/** A server and what it is asked. */
export interface Contender {
  readonly process: ServedProcess;
  readonly call: Call;
  /** What it answers. */
  readonly expected: string;
}

/** CPU of the serving process alone, for one request, in milliseconds. */
export interface Cpu {
  readonly medianMs: number;
  readonly leastMs: number;
}

/** Times contenders by turns, round after round, after a round that is thrown away. */
export async function measureCpu<Name extends string>(
  contenders: Readonly<Record<Name, Contender>>,
  { rounds, requests }: { readonly rounds: number; readonly requests: number },
): Promise<Record<Name, Cpu>> {
  const names = Object.keys(contenders) as Name[];
  const measured = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, number[]>;
  for (const name of names) await sendMany(contenders[name].call, contenders[name].expected, 2 * requests);
  for (let round = 0; round < rounds; round++) {
    for (const name of names) measured[name].push(await cpuMs(contenders[name], requests));
  }
  return Object.fromEntries(
    names.map((name) => [name, { medianMs: median(measured[name]), leastMs: Math.min(...measured[name]) }]),
  ) as Record<Name, Cpu>;
}

/** Commands that a request sends to MongoDB, by name and collection, of a process that counts them. */
export async function measureCommands({
  process,
  call,
  expected,
}: Contender): Promise<Record<string, number>> {
  const requests = 50;
  await sendMany(call, expected, requests);
  const before = await process.usage();
  const answered = await sendMany(call, expected, requests);
  const after = await process.usage();
  const counts = Object.entries(after.commands).map(
    ([name, count]) => [name, (count - (before.commands[name] ?? 0)) / answered] as const,
  );
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

async function cpuMs({ process, call, expected }: Contender, requests: number): Promise<number> {
  const before = await process.usage();
  const answered = await sendMany(call, expected, requests);
  const after = await process.usage();
  return (after.cpuUs - before.cpuUs) / answered / 1000;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2;
}
