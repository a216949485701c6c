import { chmodSync, existsSync, mkdirSync, unlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { type DirectoryLock, isLock, type LockHolder, removeUnreadable, tryLock } from './directory-lock.ts';
import type { ServerOptions } from './server.ts';
import type { Durability } from './storage/store.ts';
import type { WorkerReport } from './worker.ts';

/** How to start the embedded server. */
export interface EmbeddedMongoOptions {
  /** Made when it is missing (mode 0700). One server at a time works on it. */
  dataDir: string;
  /** Also listen on this TCP port of 127.0.0.1, without authentication; 0 takes any free port. Default: none. */
  port?: number;
  /** Listen on a unix socket inside the directory. Default: true where the system has them and the path is short enough. */
  socket?: boolean;
  /** Default: `flushed`. */
  durability?: Durability;
}

/** A server that can be used now. */
export interface EmbeddedMongo {
  /** For the `mongodb` driver. */
  uri: string;
  /** The TCP port, when there is one. */
  port: number | undefined;
  /** Another `startEmbeddedMongo` on this directory, here or in another process, owns the server. */
  shared: boolean;
  /** Stops the server; when it is shared, does nothing. */
  close(): Promise<void>;
}

/** A unix socket's path has 108 bytes on Linux, 104 on macOS, a terminator among them. */
const maxSocketPathBytes = 100;
const startTimeoutMs = 15_000;
const retryMs = 50;

/**
 * Starts the embedded server in a thread of its own, or finds the one that already serves the directory. Throws when
 * the holder of the directory does not answer within 15 s, or the server cannot start.
 */
export async function startEmbeddedMongo(options: EmbeddedMongoOptions): Promise<EmbeddedMongo> {
  const dataDir = resolve(options.dataDir);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const giveUpAt = Date.now() + startTimeoutMs;
  for (let unreadableSince = 0; ; ) {
    const outcome = tryLock(dataDir);
    if (isLock(outcome)) return startOwn(dataDir, options, outcome);
    if (outcome === 'unreadable') {
      unreadableSince ||= Date.now();
      if (Date.now() - unreadableSince > 2000) removeUnreadable(dataDir);
    } else if (outcome.uri !== undefined && (await answers(outcome))) {
      return { uri: outcome.uri, port: outcome.port, shared: true, close: async () => undefined };
    }
    if (Date.now() > giveUpAt) {
      const who = outcome === 'unreadable' ? 'an unknown process' : `process ${outcome.pid}`;
      throw new Error(`The data directory ${dataDir} is locked by ${who}, which does not answer`);
    }
    await sleep(retryMs);
  }
}

async function startOwn(
  dataDir: string,
  options: EmbeddedMongoOptions,
  lock: DirectoryLock,
): Promise<EmbeddedMongo> {
  try {
    const socketPath = socketPathFor(dataDir, options);
    if (socketPath !== undefined && existsSync(socketPath)) unlinkSync(socketPath);
    const worker = startWorker({
      dataDir,
      durability: options.durability ?? 'flushed',
      socketPath,
      port: options.port ?? (socketPath === undefined ? 0 : undefined),
    });
    const port = await listening(worker);
    if (socketPath !== undefined) chmodSync(socketPath, 0o600);
    const uri = `mongodb://${socketPath === undefined ? `127.0.0.1:${port}` : encodeURIComponent(socketPath)}/?directConnection=true`;
    lock.announce(uri, port);
    let closing: Promise<void> | undefined;
    const close = (): Promise<void> => {
      closing ??= stop(worker).finally(() => lock.release());
      return closing;
    };
    return { uri, port, shared: false, close };
  } catch (error) {
    lock.release();
    throw error;
  }
}

function socketPathFor(dataDir: string, options: EmbeddedMongoOptions): string | undefined {
  if (options.socket === false || process.platform === 'win32') return undefined;
  const path = join(dataDir, 'mongo.sock');
  return Buffer.byteLength(path) <= maxSocketPathBytes ? path : undefined;
}

/**
 * Compiled files run as they are. Source files need tsx's loader inside the worker too, and on Node 20 `--import tsx`
 * registers it in the main thread only, so a line of bootstrap code does it.
 */
function startWorker(options: ServerOptions): Worker {
  const settings = { workerData: options, name: 'embedded-mongo', execArgv: [] };
  const worker = import.meta.url.endsWith('.ts')
    ? new Worker(sourceBootstrap(new URL('./worker.ts', import.meta.url)), { ...settings, eval: true })
    : new Worker(new URL('./worker.js', import.meta.url), settings);
  worker.unref();
  return worker;
}

function sourceBootstrap(entry: URL): string {
  // `require.resolve` would pick the CommonJS build, which cannot register.
  const tsx = new URL(
    './dist/esm/api/index.mjs',
    pathToFileURL(createRequire(import.meta.url).resolve('tsx/package.json')),
  ).href;
  return `import(${JSON.stringify(tsx)}).then((api) => { api.register(); return import(${JSON.stringify(entry.href)}); })`;
}

function listening(worker: Worker): Promise<number | undefined> {
  return new Promise((resolvePort, reject) => {
    worker.ref();
    worker.once('error', reject);
    worker.once('exit', (code) =>
      reject(new Error(`The embedded server stopped with code ${code} while starting`)),
    );
    worker.once('message', (report: WorkerReport) => {
      worker.removeAllListeners();
      worker.on('error', (error) => console.error('The embedded server failed:', error));
      worker.unref();
      if (report.kind === 'listening') resolvePort(report.port);
      else reject(new Error('The embedded server closed while starting'));
    });
  });
}

function stop(worker: Worker): Promise<void> {
  return new Promise((resolveStopped) => {
    worker.ref();
    worker.once('exit', () => resolveStopped());
    worker.postMessage('close');
  });
}

async function answers(holder: LockHolder): Promise<boolean> {
  const target = /^mongodb:\/\/([^/]+)\//.exec(holder.uri ?? '')?.[1];
  if (target === undefined) return false;
  const path = decodeURIComponent(target);
  const [, port] = /^127\.0\.0\.1:(\d+)$/.exec(path) ?? [];
  return new Promise((resolveAnswer) => {
    const socket =
      port === undefined ? connect({ path }) : connect({ host: '127.0.0.1', port: Number(port) });
    socket.once('connect', () => {
      socket.destroy();
      resolveAnswer(true);
    });
    socket.once('error', () => resolveAnswer(false));
  });
}
