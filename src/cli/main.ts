import 'reflect-metadata';
import { Command, CommanderError } from 'commander';
import { tuneGarbageCollection } from '../garbage-collection.ts';
import { createCommands } from './commands.ts';
import { reportFailure } from './report-failure.ts';

tuneGarbageCollection();

/** The command `customer-gateway`. Exit codes: 0 done, 1 failed, 2 wrong usage, 3 done with rejected rows, 130 interrupted. */
const program = new Command('customer-gateway')
  .description('One customer where the database has two: a GraphQL API over users and customers_v2.')
  .showHelpAfterError('(use --help for the options)')
  .exitOverride();
for (const command of createCommands()) program.addCommand(command.exitOverride());

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else process.exitCode = reportFailure(error);
}
