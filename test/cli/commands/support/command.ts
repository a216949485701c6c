import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Database, openCollections } from '../../../../src/database/collections.ts';
import { connectDatabase } from '../../../../src/database/connect.ts';
import { startEmbeddedMongo } from '../../../../src/embedded-mongo/start.ts';

import { bundleGateway } from '../../../support/bundle-gateway.ts';

export interface CommandOutcome {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCommand {
  readonly process: ChildProcess;
  /** Waits until it has printed this, and answers the match. */
  printed(expected: RegExp): Promise<RegExpExecArray>;
  readonly ended: Promise<CommandOutcome>;
}

/** Starts the real command, off a terminal, with nothing in its environment but what is given. */
export async function startCommand(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<RunningCommand> {
  const child = spawn(process.execPath, [await bundleGateway(), ...args], {
    env: { PATH: process.env.PATH, HOME: tmpdir(), LOG_LEVEL: 'warn', BCRYPT_COST: '10', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, stdout, stderr }));
  return {
    process: child,
    ended,
    printed: (expected) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const match = expected.exec(stdout);
          if (match !== null) resolve(match);
        };
        child.stdout.on('data', look);
        ended.then(() => reject(new Error(`It ended without printing ${expected}:\n${stdout}\n${stderr}`)));
        look();
      }),
  };
}

export async function runCommand(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<CommandOutcome> {
  return (await startCommand(args, environment)).ended;
}

export interface DataDirectory {
  readonly path: string;
  /** What commands on this directory are given. */
  readonly environment: Readonly<Record<string, string>>;
  /** The database in it: opened here, and shared with the commands. */
  readonly database: Database;
  close(): Promise<void>;
}

/** A data directory whose server runs in this process, so that a test sees what commands do while they do it. */
export async function openDataDirectory(): Promise<DataDirectory> {
  const path = await mkdtemp(join(tmpdir(), 'gateway-command-'));
  const server = await startEmbeddedMongo({ dataDir: path });
  const { client } = await connectDatabase(server.uri, 'delivery');
  return {
    path,
    environment: { DATA_DIR: path },
    database: openCollections(client, 'delivery'),
    async close() {
      await client.close();
      await server.close();
      await rm(path, { recursive: true, force: true });
    },
  };
}
