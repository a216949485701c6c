import { Command, type Command as CommandType, Option } from 'commander';
import { endEverybodysSessions } from '../accounts/end-sessions.ts';
import { loginAddress, storedRole, type ViewerRole } from '../accounts/viewer.ts';
import { withDatabase } from './command-context.ts';
import { count } from './import/progress-bar.ts';
import { confirm } from './jobs/confirm.ts';
import { interruption } from './jobs/follow-job.ts';
import { endSessionsOfLogin, endSessionsOfRole } from './revoke-sessions/revoke-sessions.ts';
import { UsageError } from './usage-error.ts';

interface Options {
  readonly everyone?: boolean;
  readonly role?: string;
  readonly yes?: boolean;
}

/** As roles are stored. */
const roles: Readonly<Record<string, ViewerRole>> = {
  customer: 'CUSTOMER',
  admin: 'ADMIN',
  delivery_boy: 'DELIVERY_BOY',
  analyst: 'ANALYST',
};

export function revokeSessionsCommand(): Command {
  return new Command('revoke-sessions')
    .description('log somebody out everywhere: one login, all of a role, or everybody')
    .argument('[login]', 'its e-mail, phone or id')
    .addOption(new Option('--role <role>', 'every login of this role').choices(Object.keys(roles)))
    .option('--everyone', 'every login')
    .option('--yes', 'do not ask')
    .addHelpText('after', help)
    .action(async (login: string | undefined, options: Options, command: CommandType) => {
      try {
        await run(login, options);
      } catch (error) {
        if (error instanceof UsageError) command.error(`error: ${error.message}`, { exitCode: 2 });
        throw error;
      }
    });
}

const help = `
Passwords stay: whoever knows theirs logs in again. Running gateways see it at once by their change streams, else within a
second. It is in the journal (SESSIONS_ENDED, by "command line").`;

async function run(identifier: string | undefined, { everyone = false, yes = false, ...options }: Options) {
  const role = options.role === undefined ? undefined : roles[options.role];
  const named = [identifier !== undefined, everyone, role !== undefined].filter(Boolean).length;
  if (named !== 1) throw new UsageError('give a login, --role or --everyone: one of them.');
  const stopping = interruption();
  await withDatabase(async ({ database, settings }) => {
    const ending = { at: new Date(), actor: 'command line' };
    if (identifier !== undefined) {
      const { login, ended } = await endSessionsOfLogin(
        database,
        identifier,
        settings.defaultPhoneRegion,
        ending,
      );
      console.error(
        `${loginAddress(login)} (${login.name ?? 'without a name'}) is logged out: ${sessions(ended)}.`,
      );
      return;
    }
    const whom = role === undefined ? 'everybody' : `every login of role ${storedRole(role)}`;
    const open = await database.sessions.countDocuments(role === undefined ? {} : { role: storedRole(role) });
    if (!(await confirm(`Log ${whom} out (${sessions(open)})?`, yes, stopping))) {
      console.error('Nobody was logged out.');
      if (stopping.aborted) process.exitCode = 130;
      return;
    }
    const ended =
      role === undefined
        ? await endEverybodysSessions(database, ending)
        : await endSessionsOfRole(database, role, ending, stopping);
    console.error(`${whom} is logged out: ${sessions(ended)}.`);
    if (stopping.aborted) process.exitCode = 130;
  });
}

function sessions(number: number): string {
  return `${count(number)} ${number === 1 ? 'session' : 'sessions'}`;
}
