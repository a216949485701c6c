import type { ServedProcess } from './served-process.ts';

/** CPU of a serving process for one piece of work of several that follow each other, in milliseconds. */
export async function cpuMs(
  served: ServedProcess,
  times: number,
  work: () => Promise<unknown>,
): Promise<number> {
  const before = (await served.usage()).cpuUs;
  for (let index = 0; index < times; index++) await work();
  return ((await served.usage()).cpuUs - before) / times / 1000;
}

/** The same of this process. */
export async function ownCpuMs(times: number, work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  for (let index = 0; index < times; index++) await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / times / 1000;
}
