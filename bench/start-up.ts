import { readFileSync } from 'node:fs';
import { customerGateway } from './customer-gateway-command.ts';
import { type Call, closeConnections, send } from './load.ts';

export interface StartUp {
  /** From the process's start to its first answer, over an empty directory: the demo data is made first. */
  readonly firstMs: number;
  /** The same when the data is there already. */
  readonly againMs: number;
  /** Resident memory after the first answer, embedded server included; null where the system does not tell. */
  readonly residentBytes: number | null;
}

/** Starts `customer-gateway serve`, with the embedded server in it, twice over one directory. */
export async function measureStartUp(dataDirectory: string): Promise<StartUp> {
  const first = await startOnce(dataDirectory);
  const again = await startOnce(dataDirectory);
  return { firstMs: first.ms, againMs: again.ms, residentBytes: again.residentBytes };
}

async function startOnce(dataDirectory: string): Promise<{ ms: number; residentBytes: number | null }> {
  const startedAt = performance.now();
  const gateway = customerGateway(['serve'], {
    DATA_DIR: dataDirectory,
    PORT: '0',
    LOG_LEVEL: 'error',
    NO_COLOR: '1',
  });
  try {
    const url = await gateway.printed(/http:\/\/[\d.]+:\d+/);
    const whoAmI: Call = {
      url: `${url}/graphql`,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ me { id } }' }),
    };
    await send(whoAmI);
    return { ms: performance.now() - startedAt, residentBytes: residentBytes(gateway.process.pid) };
  } finally {
    closeConnections();
    await gateway.stop();
  }
}

function residentBytes(pid: number | undefined): number | null {
  if (process.platform !== 'linux') return null;
  const [, kilobytes] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return kilobytes === undefined ? null : Number(kilobytes) * 1024;
}
