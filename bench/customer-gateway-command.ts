import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** The compiled command `customer-gateway`, in a process of its own. */
export interface RunningCommand {
  readonly process: ChildProcess;
  /** The first match in what it has printed, as soon as there is one. @throws Error when it ends before. */
  printed(wanted: RegExp): Promise<string>;
  /** Waits until it has ended by itself. @throws Error unless its exit code is 0. */
  ended(): Promise<void>;
  /** Ends it as an operator does. */
  stop(): Promise<void>;
}

/** Runs the compiled command; of the environment it sees only what is given. */
export function customerGateway(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): RunningCommand {
  const child = spawn(process.execPath, [binary, ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = once(child, 'exit') as Promise<[number | null]>;
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    output += part;
  });
  return {
    process: child,
    async printed(wanted) {
      for (;;) {
        const found = wanted.exec(output)?.[0];
        if (found !== undefined) return found;
        if (child.exitCode !== null) throw new Error(`customer-gateway ${args.join(' ')} ended early.`);
        await Promise.race([once(child.stdout, 'data'), exit]);
      }
    },
    async ended() {
      const [code] = await exit;
      if (code !== 0) throw new Error(`customer-gateway ${args.join(' ')} ended with code ${code}.`);
    },
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await exit;
    },
  };
}

const binary = fileURLToPath(new URL('../bin/customer-gateway.js', import.meta.url));
