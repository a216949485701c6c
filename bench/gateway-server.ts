import { serveBenchmark, serverSettings } from './serve-benchmark.ts';

/** Runs compiled from a folder inside `dist`, and takes the compiled gateway from there, as it is shipped. */
const dist = new URL('../', import.meta.url);
const { buildApp } = await fromDist<typeof import('../src/app.ts')>('app.js');
const { readConfig } = await fromDist<typeof import('../src/config.ts')>('config.js');
const { connectDatabase } =
  await fromDist<typeof import('../src/database/connect.ts')>('database/connect.js');
const { loadSigningKeys } =
  await fromDist<typeof import('../src/accounts/signing-keys.ts')>('accounts/signing-keys.js');
const { tuneGarbageCollection } =
  await fromDist<typeof import('../src/garbage-collection.ts')>('garbage-collection.js');
const { startJobRunner } =
  await fromDist<typeof import('../src/jobs/start-job-runner.ts')>('jobs/start-job-runner.js');

tuneGarbageCollection();
const { mongodbUri, database: name, dataDirectory, countCommands, runJobs } = serverSettings();
const config = readConfig({ MONGODB_URI: mongodbUri, MONGODB_DB: name, DATA_DIR: dataDirectory });
const database = await connectDatabase(mongodbUri, name, { monitorCommands: countCommands });
const app = await buildApp({
  config,
  database,
  keys: await loadSigningKeys(config),
  now: () => new Date(),
  log: { info() {}, warn: console.error, error: console.error },
  playgroundDirectory: dataDirectory,
});
if (runJobs === true) {
  startJobRunner({ database, works: app.jobWorks, now: () => new Date(), onError: console.error });
}
await serveBenchmark(app.server, database.client);

async function fromDist<Module>(path: string): Promise<Module> {
  return (await import(new URL(path, dist).href)) as Module;
}
