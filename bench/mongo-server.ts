import { answerForUsage, serverSettings } from './serve-benchmark.ts';

/** The embedded server alone, so that its CPU is nobody else's; runs compiled, from a folder inside `dist`. */
const { startEmbeddedMongo } = (await import(
  new URL('../embedded-mongo/start.js', import.meta.url).href
)) as typeof import('../src/embedded-mongo/start.ts');

const server = await startEmbeddedMongo({ dataDir: serverSettings().dataDirectory });
answerForUsage({});
process.once('disconnect', () => void server.close().then(() => process.exit(0)));
process.send?.({ url: server.uri });
