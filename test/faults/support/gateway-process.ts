import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { startWireProxy, type WireProxy } from './wire-proxy.ts';

/** A real gateway, in a process of its own, whose transactions are seen. */
export interface GatewayProcess {
  readonly url: string;
  readonly proxy: WireProxy;
  /** SIGKILL, now. */
  kill(): void;
  /** Once it is dead and everything that it had sent has reached the database. */
  readonly dead: Promise<void>;
}

/**
 * Starts `serve` and answers once it listens.
 *
 * @param main The bundled command line.
 * @param databaseUri A server that outlives it.
 */
export async function startGatewayProcess(
  main: string,
  databaseUri: string,
  environment: Readonly<Record<string, string>>,
): Promise<GatewayProcess> {
  const proxy = await startWireProxy(databaseUri);
  const child = spawn(process.execPath, [...shortLived, main, 'serve'], {
    env: {
      PATH: process.env.PATH,
      MONGODB_URI: proxy.uri,
      PORT: '0',
      BCRYPT_COST: '10',
      SWEEP_INTERVAL_SECONDS: '3600',
      CHANGE_STREAMS: 'off',
      LOG_LEVEL: 'warn',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // It dies with the test run, whatever becomes of that.
  const killChild = () => void child.kill('SIGKILL');
  process.once('exit', killChild);
  const dead = once(child, 'exit').then(async () => {
    process.off('exit', killChild);
    await proxy.drained();
    await proxy.close();
  });
  return { url: await listening(child), proxy, kill: killChild, dead };
}

/** Optimising what soon dies does not pay. */
const shortLived = ['--no-opt', '--max-lazy', '--single-threaded-gc'];

async function listening(child: ChildProcess): Promise<string> {
  let printed = '';
  return new Promise((resolve, reject) => {
    const note = (piece: Buffer) => {
      printed += piece;
      const [, url] = /Playground\s+(http:\/\/[\w.:]+)\/graphql/.exec(printed) ?? [];
      if (url !== undefined) resolve(url);
    };
    child.stdout?.on('data', note);
    child.stderr?.on('data', note);
    child.once('exit', () => reject(new Error(`The gateway ended before it listened:\n${printed}`)));
  });
}
