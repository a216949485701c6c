import { Command } from 'commander';
import { createAdmin } from '../accounts/create-admin.ts';
import { createPasswordHasher } from '../accounts/password-hasher.ts';
import { withDatabase } from './command-context.ts';

interface Options {
  readonly email: string;
  readonly phone?: string;
  readonly name: string;
}

export function createAdminCommand(): Command {
  return new Command('create-admin')
    .description('make a login of role admin; its temporary password is printed once')
    .requiredOption('--email <email>', 'where the admin is reached')
    .requiredOption('--name <name>', 'what the admin is called')
    .option('--phone <phone>', 'in any spelling')
    .action((options: Options) =>
      withDatabase(async ({ config, database, settings }) => {
        const created = await createAdmin(
          {
            database,
            hasher: createPasswordHasher({ cost: config.bcryptCost }),
            indexSettings: settings,
            temporaryPasswordLifetimeMs: config.temporaryPasswordLifetimeMs,
            now: () => new Date(),
          },
          { email: options.email, name: options.name, phone: options.phone ?? null },
        );
        console.error(`Admin ${options.email} is made. The temporary password below is shown this once;`);
        console.error(
          `it opens nothing but the choice of another one, until ${created.expiresAt.toISOString()}.`,
        );
        console.log(created.temporaryPassword);
      }),
    );
}
