import type { ApolloServerPlugin } from '@apollo/server';
import { GraphQLError, type OperationDefinitionNode } from 'graphql';
import type { RequestContext } from '../context.ts';
import { maxCountedFields, type OperationShape, operationShape } from './operation-shape.ts';

/** What one operation may be at most. Tokens and the size of the body are bounded before it is parsed. */
export const operationLimits = {
  tokens: 1_000,
  /** With fragments written out. */
  fields: maxCountedFields,
  depth: 10,
  aliases: 20,
  credentialAttempts: 1,
  /** Records that the lists of an operation may answer together. */
  cost: 20_000,
  validationErrors: 3,
} as const;

/** The shape of an operation that was seen before, and the numbers among its variables. */
const shapes = new WeakMap<OperationDefinitionNode, { sizes: string; shape: OperationShape }>();

/**
 * Refuses operations that are larger than `operationLimits` before anything is executed: 400, `QUERY_TOO_EXPENSIVE`. What
 * is no operation of this schema is refused here too, since the executor is only for those that are.
 */
export const limitsPlugin: ApolloServerPlugin<RequestContext> = {
  async requestDidStart() {
    return {
      async didResolveOperation({ schema, document, operation, request }) {
        if (operation === undefined) throw refused('BAD_USER_INPUT', unresolved(request.operationName));
        if (schema.getRootType(operation.operation) == null) {
          throw refused('BAD_USER_INPUT', `There are no ${operation.operation}s here.`);
        }
        const variables = request.variables ?? {};
        // A client that pages by variables asks for other sizes under one document.
        const sizes = Object.entries(variables)
          .filter(([, value]) => typeof value === 'number')
          .join();
        const known = shapes.get(operation);
        const shape =
          known?.sizes === sizes ? known.shape : operationShape(schema, document, operation, variables);
        if (shape !== known?.shape) shapes.set(operation, { sizes, shape });
        const refusal = exceededLimit(shape);
        if (refusal !== null) throw refused('QUERY_TOO_EXPENSIVE', refusal);
      },
    };
  },
};

function refused(code: string, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code, http: { status: 400 } } });
}

function unresolved(operationName: string | null | undefined): string {
  return typeof operationName === 'string'
    ? 'The document has no operation of that name.'
    : 'The document has several operations: name one of them.';
}

function exceededLimit({ fields, depth, aliases, credentialAttempts, cost }: OperationShape): string | null {
  if (fields > operationLimits.fields) {
    return `The operation has more than ${operationLimits.fields} fields, with its fragments written out.`;
  }
  if (credentialAttempts > operationLimits.credentialAttempts) {
    return 'An operation may try credentials once: send one login or password field alone.';
  }
  if (depth > operationLimits.depth)
    return `The operation is ${depth} levels deep; ${operationLimits.depth} are allowed.`;
  if (aliases > operationLimits.aliases)
    return `The operation has ${aliases} aliases; ${operationLimits.aliases} are allowed.`;
  if (cost > operationLimits.cost) {
    return `The operation may answer ${cost} records; ${operationLimits.cost} are allowed. Ask for smaller pages.`;
  }
  return null;
}
