import { Command } from 'commander';
import { rebuildIndex } from '../customer-index/sweep-index.ts';
import { AppError } from '../errors.ts';
import { withDatabase } from './command-context.ts';
import { generateDemoData } from './demo/generate-demo-data.ts';
import { loadDemoData } from './demo/load-demo-data.ts';

export function demoCommand(): Command {
  return new Command('demo')
    .description(
      'fill an empty database with a generated business: 300 delivery records, 45 legacy logins, every mess',
    )
    .action(() =>
      withDatabase(async ({ database, settings }) => {
        const stored = await Promise.all([database.users.findOne({}), database.customersV2.findOne({})]);
        if (stored.some((document) => document !== null)) {
          throw new AppError(
            'CONFLICT',
            'The database is not empty; demo data is never mixed with other data.',
          );
        }
        const { users, customersV2 } = await loadDemoData(database);
        await rebuildIndex(database, settings);
        const { people } = generateDemoData();
        console.log(`Stored ${users} users and ${customersV2} customers_v2.`);
        console.log(`Log in as ${people.adminEmail} with the password ${people.password}`);
      }),
    );
}
