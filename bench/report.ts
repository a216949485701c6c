import { cpus } from 'node:os';
import type { Cpu } from './measure.ts';
import type { StartUp } from './start-up.ts';
import type { Workload } from './workloads.ts';

export interface WorkloadResult {
  readonly workload: Workload;
  readonly cpu: Readonly<Record<'gateway' | 'handWritten', Cpu>>;
  readonly commands: Readonly<Record<'gateway' | 'handWritten', Readonly<Record<string, number>>>>;
  readonly answerBytes: number;
}

export function machineText(): string {
  const [first] = cpus();
  return [
    `Node ${process.version}, ${process.platform} ${process.arch}, ${cpus().length} cores of ${first?.model.trim()}.`,
    'CPU is user + system of the serving process alone, for one request; gateway and hand-written handler are compiled,',
    'each in a process of its own, against one embedded server in another; rounds by turns, answers equal.',
  ].join('\n');
}

export function workloadText({ workload, cpu, commands, answerBytes }: WorkloadResult): string {
  const line = (name: string, { medianMs, leastMs }: Cpu, sent: Readonly<Record<string, number>>) =>
    `  ${name.padEnd(14)}${milliseconds(medianMs)}  ${milliseconds(leastMs)}   ${total(sent).toFixed(1)}: ${listed(sent)}`;
  const { gateway, handWritten } = cpu;
  const ratio = gateway.medianMs / handWritten.medianMs;
  const verdict = ratio <= workload.goal ? 'held' : 'missed';
  return [
    `\n${workload.name}, 15 fields, ${answerBytes} bytes`,
    `  ${''.padEnd(14)}  median     least   commands a request`,
    line('gateway', gateway, commands.gateway),
    line('hand-written', handWritten, commands.handWritten),
    `  ratio ${ratio.toFixed(2)} × by median, ${(gateway.leastMs / handWritten.leastMs).toFixed(2)} × by least; goal ≤ ${workload.goal} ×: ${verdict}`,
  ].join('\n');
}

export function startUpText(start: StartUp & { readonly underLoadBytes: number }): string {
  const resident = start.residentBytes === null ? 'not told by this system' : megabytes(start.residentBytes);
  return [
    '\nStart-up of `customer-gateway serve`, to the first answer',
    `  ${Math.round(start.firstMs)} ms over an empty directory, demo data made and indexed; ${Math.round(start.againMs)} ms when it is there`,
    'Resident memory with the demo data',
    `  ${resident} after start, embedded server included; ${megabytes(start.underLoadBytes)} of the gateway alone after these rounds`,
  ].join('\n');
}

function listed(commands: Readonly<Record<string, number>>): string {
  return Object.entries(commands)
    .map(([name, count]) => `${count.toFixed(2).replace(/\.?0+$/, '')} ${name}`)
    .join(', ');
}

function total(commands: Readonly<Record<string, number>>): number {
  return Object.values(commands).reduce((sum, count) => sum + count, 0);
}

function milliseconds(value: number): string {
  return `${value.toFixed(3)} ms`;
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
