import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startEmbeddedMongo } from '../../src/embedded-mongo/start.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The server that all tests of a run share, each file in databases of its own. */
    mongodbUri: string;
    /** Where what is built for the run is put. */
    bundlesDirectory: string;
  }
}

/** Starts the embedded server for the run, or uses the replica set that `TEST_MONGODB_URI` names. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const bundlesDirectory = await mkdtemp(join(tmpdir(), 'gateway-bundles-'));
  project.provide('bundlesDirectory', bundlesDirectory);
  const closeServer = await provideServer(project);
  return async () => {
    await closeServer();
    await rm(bundlesDirectory, { recursive: true, force: true });
  };
}

async function provideServer(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.TEST_MONGODB_URI;
  if (given !== undefined && given !== '') {
    project.provide('mongodbUri', given);
    return async () => {};
  }
  const dataDir = await mkdtemp(join(tmpdir(), 'gateway-test-'));
  // What outlives a power failure is for tests with a server of their own; here each flush would be waited for.
  const server = await startEmbeddedMongo({ dataDir, durability: 'process' });
  project.provide('mongodbUri', server.uri);
  return async () => {
    await server.close();
    await rm(dataDir, { recursive: true, force: true });
  };
}
