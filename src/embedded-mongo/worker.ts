import { parentPort, workerData } from 'node:worker_threads';
import { type ServerOptions, startServer } from './server.ts';

/** What the worker tells the thread that started it. */
export type WorkerReport = { kind: 'listening'; port: number | undefined } | { kind: 'closed' };

/** The entry of the server's thread: serves until it is told to stop. */
if (parentPort === null) throw new Error('worker.ts runs in a worker thread, started by start.ts');
const port = parentPort;
const server = await startServer(workerData as ServerOptions);
port.postMessage({ kind: 'listening', port: server.port } satisfies WorkerReport);
port.once('message', async () => {
  await server.close();
  port.postMessage({ kind: 'closed' } satisfies WorkerReport);
  port.close();
});
