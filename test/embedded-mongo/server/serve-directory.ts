import { startEmbeddedMongo } from '../../../src/embedded-mongo/start.ts';

/** Run as a process of its own: serves the directory it is given until it is killed. */
const mongo = await startEmbeddedMongo({ dataDir: process.argv[2] as string });
process.send?.(mongo.uri);
setInterval(() => undefined, 1000);
