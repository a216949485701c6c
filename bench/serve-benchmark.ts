import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { MongoClient } from 'mongodb';
import type { ServerSettings, Usage } from './served-process.ts';

/** What the benchmark told this process. */
export function serverSettings(): ServerSettings {
  return JSON.parse(process.argv[2] ?? '{}');
}

/** Listens on a free port of the loopback, says where, and answers for its usage until the benchmark lets go. */
export async function serveBenchmark(server: Server, client: MongoClient): Promise<void> {
  const commands: Record<string, number> = {};
  client.on('commandStarted', ({ commandName, command }) => {
    const name = `${commandName} ${String(command[commandName])}`;
    commands[name] = (commands[name] ?? 0) + 1;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  answerForUsage(commands);
  process.once('disconnect', () => process.exit(0));
  process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

/** Tells what this process has used whenever it is asked. */
export function answerForUsage(commands: Record<string, number>): void {
  process.on('message', () => process.send?.(usage(commands)));
}

function usage(commands: Record<string, number>): Usage {
  const { user, system } = process.cpuUsage();
  return { cpuUs: user + system, residentBytes: process.memoryUsage.rss(), commands };
}
