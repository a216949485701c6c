import { fork } from 'node:child_process';
import { once } from 'node:events';

/** A server in a process of its own, which tells what it has used when it is asked. */
export interface ServedProcess {
  readonly url: string;
  usage(): Promise<Usage>;
  stop(): Promise<void>;
}

/** What a process has used since it began. */
export interface Usage {
  /** CPU of all its threads, user and system, in microseconds. */
  readonly cpuUs: number;
  readonly residentBytes: number;
  /** Commands sent to MongoDB, by name and collection; empty where they are not counted. */
  readonly commands: Readonly<Record<string, number>>;
}

/** What the servers of the benchmark are told on their command line, as JSON. */
export interface ServerSettings {
  readonly mongodbUri: string;
  readonly database: string;
  /** A directory for what the server itself keeps. */
  readonly dataDirectory: string;
  /** Watching commands costs time itself, so a server that is timed does not. */
  readonly countCommands: boolean;
  /** Works on jobs beside answering. */
  readonly runJobs?: boolean;
}

/** Starts a compiled server module; Node's own options may be given, such as `--cpu-prof`. */
export async function startServed(
  module: string,
  settings: Partial<ServerSettings>,
  nodeOptions: readonly string[] = [],
): Promise<ServedProcess> {
  const child = fork(module, [JSON.stringify(settings)], {
    env: {},
    execArgv: [...nodeOptions],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit');
  const endedEarly = ended.then(([code]) => Promise.reject(new Error(`${module} ended with code ${code}.`)));
  endedEarly.catch(() => {});
  const nextMessage = async (): Promise<unknown> => {
    const message = new Promise((resolve) => child.once('message', resolve));
    return Promise.race([message, endedEarly]);
  };
  const { url } = (await nextMessage()) as { url: string };
  return {
    url,
    async usage() {
      child.send('usage');
      return (await nextMessage()) as Usage;
    },
    async stop() {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}
