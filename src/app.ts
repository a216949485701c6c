import 'reflect-metadata';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApolloServer } from '@apollo/server';
import type { AccountsDependencies } from './accounts/accounts-dependencies.ts';
import { AccountsResolver } from './accounts/accounts-resolver.ts';
import { confirmEmail } from './accounts/confirm-email.ts';
import { PeopleResolver } from './accounts/people-resolver.ts';
import { RecoveryResolver } from './accounts/recovery-resolver.ts';
import { resetPassword } from './accounts/reset-password.ts';
import { SessionsResolver } from './accounts/sessions-resolver.ts';
import type { SigningKeys } from './accounts/signing-keys.ts';
import type { BackfillDependencies } from './backfill/backfill-dependencies.ts';
import { BackfillResolver } from './backfill/backfill-resolver.ts';
import { jobWorks } from './backfill/job-works.ts';
import { ReleaseResolver } from './backfill/release-resolver.ts';
import { RevertResolver } from './backfill/revert-resolver.ts';
import { buildUseCases } from './build-use-cases.ts';
import type { Config } from './config.ts';
import type { RequestContext } from './context.ts';
import type { IndexSettings } from './customer-index/customer-index-rows.ts';
import { BillingResolver } from './customers/billing-resolver.ts';
import { CreateResolver } from './customers/create-resolver.ts';
import { CredentialsResolver } from './customers/credentials-resolver.ts';
import type { CustomerDependencies } from './customers/customer-access.ts';
import {
  CustomerConnectionResolver,
  CustomersResolver,
  ViewerCustomerResolver,
} from './customers/customers-resolver.ts';
import { LinkResolver } from './customers/link-resolver.ts';
import { createLoaders, type Loaders } from './customers/loaders.ts';
import { LoginDiagnosisResolver } from './customers/login-diagnosis-resolver.ts';
import { LoginResolver } from './customers/login-resolver.ts';
import { UpdateResolver } from './customers/update-resolver.ts';
import type { Database } from './database/collections.ts';
import { AssignmentResolver } from './delivery/assignment-resolver.ts';
import { DeliveryBoyConnectionResolver, DeliveryResolver } from './delivery/delivery-resolver.ts';
import { MyDeliveriesResolver } from './delivery/my-deliveries-resolver.ts';
import { buildSchema } from './graphql/build-schema.ts';
import { createApollo } from './graphql/create-apollo.ts';
import { inputType } from './graphql/input-type.ts';
import { clientAddressReader } from './http/client-address.ts';
import { createExportEndpoint } from './http/export-endpoint.ts';
import { createGraphqlEndpoint } from './http/graphql-endpoint.ts';
import { createHttpServer } from './http/http-server.ts';
import { confirmEmailPage } from './http/pages/confirm-email-page.ts';
import { createFormPageHandler } from './http/pages/form-page.ts';
import { resetPasswordPage } from './http/pages/reset-password-page.ts';
import { createPlaygroundHandler } from './http/playground.ts';
import { createSessionCookies } from './http/session-cookie.ts';
import type { JobWork } from './jobs/run-job.ts';
import { JournalResolver } from './journal/journal-resolver.ts';
import { LinkingResolver } from './linking/linking-resolver.ts';
import { NotificationsResolver } from './notifications/notifications-resolver.ts';
import { withPermissions } from './permissions.ts';
import { createRecentDashboard } from './reports/dashboard.ts';
import { DashboardResolver } from './reports/dashboard-resolver.ts';
import { knownCount } from './reports/known-count.ts';
import { createRecentFigures } from './reports/recent-figures.ts';
import { DataQualityResolver, LinkageAuditResolver } from './reports/reports-resolver.ts';

/** What an app is built from; it opens nothing itself. */
export interface AppDependencies {
  readonly config: Config;
  readonly database: Database;
  readonly keys: SigningKeys;
  readonly now: () => Date;
  readonly log: Log;
  /** Where the playground's build is. */
  readonly playgroundDirectory: string;
  /** Told that a message was written and waits to be sent. */
  readonly onNotification?: () => void;
  /** Whether the authenticator is told of every change of a login; see `AuthenticatorOptions`. */
  readonly isToldOfChanges?: () => boolean;
  /** Told that a job was stored and waits to be worked on. */
  readonly onJob?: () => void;
}

/** The part of a logger that the app needs. */
export interface Log {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

export interface App {
  /** Answers requests once it is told to listen. */
  readonly server: Server;
  readonly apollo: ApolloServer<RequestContext>;
  readonly accounts: AccountsDependencies;
  readonly indexSettings: IndexSettings;
  /** The long work that a process does beside answering. */
  readonly jobWorks: readonly JobWork[];
  /** From now on `/health/ready` says that nothing new should be sent here. */
  drain(): void;
}

/** Wires everything by hand. */
export async function buildApp(dependencies: AppDependencies): Promise<App> {
  const { config, database, keys, log } = dependencies;
  const { accounts, customers, backfill } = await buildUseCases(dependencies);
  const schema = withPermissions(await buildSchema(resolvers(accounts, customers, backfill)));
  const report = (error: unknown, requestId?: string) =>
    log.error({ err: error, requestId }, 'request failed');
  const apollo = await createApollo({ schema, introspection: config.introspection, report });
  const clientAddress = clientAddressReader(config.trustedProxies);
  const sessionCookies = createSessionCookies(config);
  const exports = createExportEndpoint({
    dependencies: customers,
    viewerOf: (header) => accounts.authenticator.viewerOf(header),
    filterType: inputType(schema, 'CustomerFilter'),
    report,
  });
  let draining = false;

  const server = createHttpServer({
    graphql: createGraphqlEndpoint({ apollo, report, createContext }),
    playground: createPlaygroundHandler({ directory: dependencies.playgroundDirectory }),
    pages: new Map([
      [
        '/confirm-email',
        createFormPageHandler(
          confirmEmailPage((token) => confirmEmail(accounts, token)),
          { report, clientAddress },
        ),
      ],
      [
        '/reset-password',
        createFormPageHandler(
          resetPasswordPage((input) => resetPassword(accounts, input)),
          { report, clientAddress },
        ),
      ],
      ['/export/customers.csv', exports('csv')],
      ['/export/customers.ndjson', exports('ndjson')],
    ]),
    isReady: async () => !draining && (await isAlive(database)),
    publicKeySet: () => keys.publicKeySet(),
    corsOrigins: config.corsOrigins,
    report,
  });

  return {
    server,
    apollo,
    accounts,
    indexSettings: accounts.indexSettings,
    jobWorks: jobWorks(backfill),
    drain() {
      draining = true;
    },
  };

  async function createContext(
    request: IncomingMessage,
    response: ServerResponse,
    requestId: string,
  ): Promise<RequestContext> {
    const common = {
      clientAddress: clientAddress(request),
      sessionCookie: sessionCookies(request, response),
      requestId,
      loadersFor: loadersOnce(database),
    };
    try {
      const viewer = await accounts.authenticator.viewerOf(request.headers.authorization);
      return { viewer, authenticationError: null, ...common };
    } catch (error) {
      return { viewer: null, authenticationError: error as Error, ...common };
    }
  }
}

/** Loaders of one request or mutation, made when the first resolver knows what is selected: one operation, one selection. */
function loadersOnce(database: Database): RequestContext['loadersFor'] {
  const known = new Map<string | null, Loaders>();
  return (selected, mutation) => {
    const loaders = known.get(mutation) ?? createLoaders(database, selected);
    known.set(mutation, loaders);
    return loaders;
  };
}

/** Every resolver, each made with what it needs; also what the schema is emitted from. */
export function resolvers(
  accounts: AccountsDependencies,
  customerDependencies: CustomerDependencies,
  backfill: BackfillDependencies,
): object[] {
  const figures = createRecentFigures(customerDependencies);
  const customers = { ...customerDependencies, knownCount: knownCount(figures) };
  return [
    new AccountsResolver(accounts),
    new SessionsResolver(accounts),
    new RecoveryResolver(accounts),
    new PeopleResolver(accounts),
    new LoginResolver(accounts),
    new JournalResolver(customers),
    new NotificationsResolver(customers, accounts),
    new CustomersResolver(customers),
    new LoginDiagnosisResolver(customers),
    new CreateResolver(customers),
    new CredentialsResolver(customers),
    new CustomerConnectionResolver(),
    new ViewerCustomerResolver(customers),
    new LinkResolver(customers),
    new LinkingResolver(customers),
    new UpdateResolver(customers),
    new DeliveryResolver(customers),
    new DeliveryBoyConnectionResolver(),
    new AssignmentResolver(customers),
    new MyDeliveriesResolver(customers),
    new LinkageAuditResolver(customers, figures),
    new DataQualityResolver(customers, figures),
    new DashboardResolver(createRecentDashboard(customers, figures)),
    new BillingResolver(customers),
    new BackfillResolver(backfill),
    new ReleaseResolver(backfill),
    new RevertResolver(backfill),
  ];
}

/** How long the database may take to say that it is there. */
const aliveTimeoutMs = 2_000;

async function isAlive(database: Database): Promise<boolean> {
  try {
    const answer = database.db.command({ ping: 1 }).then(() => true);
    // The driver's own wait for a server is longer, and cannot be shortened for one command.
    return await Promise.race([answer, sleep(aliveTimeoutMs, false, { ref: false })]);
  } catch {
    return false;
  }
}
