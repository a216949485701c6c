import { Command, type Command as CommandType } from 'commander';
import { newKey } from '../accounts/key-rotation.ts';
import { keySetText } from '../accounts/key-set.ts';
import { readConfig } from '../config.ts';
import { environment } from './command-context.ts';
import { confirm } from './jobs/confirm.ts';
import { interruption } from './jobs/follow-job.ts';
import { listKeys } from './keys/list-keys.ts';
import { type RotateOptions, rotateStoredKeys } from './keys/rotate-stored-keys.ts';
import { UsageError } from './usage-error.ts';
import { wholeNumber } from './whole-number.ts';

interface RotateFlags extends RotateOptions {
  readonly yes?: boolean;
}

export function keysCommand(): Command {
  return new Command('keys')
    .description('the keys that sign access tokens: list them, rotate them, make new ones')
    .addCommand(listCommand().exitOverride())
    .addCommand(newCommand().exitOverride())
    .addCommand(rotateCommand().exitOverride());
}

function listCommand(): Command {
  return new Command('list')
    .description('every key and what it does; never its private half')
    .option('--json', 'print JSON')
    .action(async ({ json = false }: { json?: boolean }) => {
      console.log(await listKeys(readConfig(environment), { json, now: new Date() }));
    });
}

function newCommand(): Command {
  return new Command('new')
    .description('print a new key set with one private key, for SIGNING_KEYS or its file')
    .action(async () => console.log(keySetText([await newKey(null)], 'line')));
}

function rotateCommand(): Command {
  return new Command('rotate')
    .description(
      'add a key that signs in a while, and drop those that nothing needs any more; nobody is logged out',
    )
    .option(
      '--after <minutes>',
      'how long everybody has to get to know it: 10 in a file, 60 in the environment',
      wholeNumber({ least: 1, most: 10_000 }),
    )
    .option('--print', 'print the next key set instead of writing the file')
    .option('--compromised', 'a key has leaked: sign with a new one at once, and drop all others')
    .option('--yes', 'do not ask')
    .addHelpText('after', help)
    .action(async (flags: RotateFlags, command: CommandType) => {
      try {
        await rotate(flags);
      } catch (error) {
        if (error instanceof UsageError) command.error(`error: ${error.message}`, { exitCode: 2 });
        throw error;
      }
    });
}

const help = `
Keys in a file (DATA_DIR/signing-keys.json, or SIGNING_KEYS_FILE): the file is replaced at once, and running gateways read
it again within 10 seconds. Keys in SIGNING_KEYS: the next set is printed to stdout alone; store it for every process, and
restart them before the new key signs. It holds private keys: nothing of it goes to stderr or into a log.

--compromised: access tokens of the old keys are refused at once (clients get new ones by their refresh tokens), and so are
codes that were sent, and messages with passwords or links that wait to be sent.`;

async function rotate({ yes = false, ...options }: RotateFlags): Promise<void> {
  if (options.compromised === true && options.after !== undefined)
    throw new UsageError('--after makes no sense with --compromised: the new key signs at once.');
  const config = readConfig(environment);
  const writes = config.signingKeys === null && options.print !== true;
  if (options.compromised === true && writes) {
    const question = 'Refuse everything that was made with the present keys?';
    if (!(await confirm(question, yes, interruption()))) {
      console.error('Nothing was changed.');
      return;
    }
  }
  const { told, printed } = await rotateStoredKeys(config, options, new Date());
  for (const line of told) console.error(line);
  if (printed !== null) console.log(printed);
}
