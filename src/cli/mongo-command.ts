import { Command, InvalidArgumentError } from 'commander';
import { startEmbeddedMongo } from '../embedded-mongo/start.ts';
import { AppError } from '../errors.ts';

export function mongoCommand(): Command {
  return new Command('mongo')
    .description('run the embedded server alone, for any driver, mongosh or Compass on this machine')
    .requiredOption('--data <directory>', 'where the data is kept')
    .option(
      '--port <port>',
      'TCP port on 127.0.0.1, without authentication; 0 takes a free one',
      portNumber,
      27017,
    )
    .action(async ({ data, port }: { data: string; port: number }) => {
      const server = await startEmbeddedMongo({ dataDir: data, port }).catch((error: Error) => {
        throw new AppError('UNAVAILABLE', `The server cannot start on ${data}: ${error.message}`);
      });
      if (server.shared) throw new AppError('CONFLICT', `${data} is served already, at ${server.uri}`);
      console.log(`mongodb://127.0.0.1:${server.port}/?directConnection=true`);
      console.error(
        'It asks nobody for a password, and serves a subset of MongoDB for one machine: not a database to grow on.',
      );
      await toldToStop();
      await server.close();
    });
}

/** Until a signal comes; keeps the process alive, which the server's thread does not. */
function toldToStop(): Promise<void> {
  return new Promise((resolve) => {
    const alive = setInterval(() => {}, 60_000);
    const stop = () => {
      clearInterval(alive);
      resolve();
    };
    process.once('SIGINT', stop).once('SIGTERM', stop);
  });
}

function portNumber(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new InvalidArgumentError('It is no port.');
  return port;
}
