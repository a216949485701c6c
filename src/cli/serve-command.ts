import { Command } from 'commander';
import pc from 'picocolors';
import { pino } from 'pino';
import { readConfig } from '../config.ts';
import { startGateway } from '../main.ts';
import { environment } from './command-context.ts';
import { generateDemoData } from './demo/generate-demo-data.ts';
import { loadDemoData } from './demo/load-demo-data.ts';

export function serveCommand(): Command {
  return new Command('serve').description('start the gateway').action(async () => {
    const config = readConfig(environment);
    const log = pino({ level: config.logLevel }, pino.destination(2));
    let filled = false;
    const gateway = await startGateway({
      config,
      log,
      fillEmptyDatabase: async (database) => {
        await loadDemoData(database);
        filled = true;
      },
    });
    const isDemo = filled || (await hasDemoAdmin(gateway.database));
    console.log(welcome(gateway.url, isDemo));
    const { directory, smtpUrl, smsWebhook } = config.notifications;
    if (directory !== null && (smtpUrl === null || smsWebhook === null))
      console.log(pc.dim(`\n  Messages to customers become files in ${directory}.`));
    if (config.mongodbUri === null) console.log(pc.dim(`\n  ${embeddedNotice(config.dataDirectory)}`));
    stopOnSignals(() => gateway.stop());
  });
}

function welcome(url: string, isDemo: boolean): string {
  const lines = [
    '',
    `  ${pc.bold('Customer Gateway')} is running.`,
    '',
    `  Playground  ${pc.cyan(`${url}/graphql`)}   (open it in a browser)`,
  ];
  if (isDemo) {
    const { people } = generateDemoData();
    lines.push(
      '',
      '  The database holds demo data. Log in as',
      `    admin     ${pc.bold(people.adminEmail)}`,
      `    analyst   ${people.analystEmail}`,
      `    customer  ${people.customerEmail}`,
      `  with the password ${pc.bold(people.password)}`,
    );
  } else {
    lines.push('', '  No admin yet? customer-gateway create-admin --email … --phone … --name …');
  }
  return lines.join('\n');
}

function embeddedNotice(dataDirectory: string): string {
  return `Data is in ${dataDirectory}, in the embedded server: good for one machine. For more, set MONGODB_URI.`;
}

async function hasDemoAdmin(database: Parameters<typeof loadDemoData>[0]): Promise<boolean> {
  const { people } = generateDemoData();
  return (await database.users.findOne({ email: people.adminEmail }, { projection: { _id: 1 } })) !== null;
}

/** The first signal stops cleanly, a second one at once. */
function stopOnSignals(stop: () => Promise<void>): void {
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(130);
      stopping = true;
      stop().then(
        () => process.exit(0),
        (error) => {
          console.error('customer-gateway:', error);
          process.exit(1);
        },
      );
    });
  }
}
