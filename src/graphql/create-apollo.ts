import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import type { GatewayInterface } from '@apollo/server-gateway-interface';
import { GraphQLError, type GraphQLSchema } from 'graphql';
import type { RequestContext } from '../context.ts';
import { createExecutor, isIntrospection } from './executor.ts';
import { formatError } from './format-error.ts';
import { limitsPlugin, operationLimits } from './limits-plugin.ts';
import { type Report, reportPlugin } from './report-plugin.ts';

export interface ApolloOptions {
  readonly schema: GraphQLSchema;
  /** Whether the schema tells about itself to everybody or to admins and analysts only. */
  readonly introspection: 'everyone' | 'staff';
  readonly report: Report;
}

/** The GraphQL server, without a transport: parsing, validation and errors are Apollo's, execution is compiled. */
export async function createApollo(options: ApolloOptions): Promise<ApolloServer<RequestContext>> {
  const apollo = new ApolloServer<RequestContext>({
    gateway: compiledGateway(options),
    introspection: true,
    hideSchemaDetailsFromClientErrors: true,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    stopOnTerminationSignals: false,
    includeStacktraceInErrorResponses: false,
    parseOptions: { maxTokens: operationLimits.tokens },
    validationOptions: { maxErrors: operationLimits.validationErrors },
    formatError,
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      limitsPlugin,
      reportPlugin(options.report),
    ],
  });
  await apollo.start();
  return apollo;
}

/** Apollo's public way to execute by other means than graphql-js. */
function compiledGateway({ schema, introspection }: ApolloOptions): GatewayInterface {
  const execute = createExecutor(schema);
  return {
    onSchemaLoadOrUpdate(callback) {
      callback({ apiSchema: schema, coreSupergraphSdl: '' });
      return () => {};
    },
    async load() {
      return {
        async executor({ document, operation, operationName, request, context }) {
          if (introspection === 'staff' && isIntrospection(document) && !isStaff(context as RequestContext)) {
            return {
              errors: [
                new GraphQLError('The schema is shown to admins and analysts only.', {
                  extensions: { code: 'FORBIDDEN' },
                }),
              ],
            };
          }
          return execute({ document, operation, operationName, variables: request.variables ?? {}, context });
        },
      };
    },
    async stop() {},
  };
}

function isStaff({ viewer }: RequestContext): boolean {
  return (
    viewer !== null && !viewer.mustChangePassword && (viewer.role === 'ADMIN' || viewer.role === 'ANALYST')
  );
}
