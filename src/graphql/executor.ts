import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  type FormattedExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  visit,
} from 'graphql';
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit';

/** What is executed. */
export interface ExecutionRequest {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly operationName: string | null;
  readonly variables: Record<string, unknown>;
  readonly context: unknown;
}

/**
 * Executes operations by functions that graphql-jit compiles, once for each document; graphql-js serves what those do
 * not: introspection, wrong variables (for its messages), and documents that do not compile.
 *
 * @param maxCompiled Documents that are kept compiled, the least recently used forgotten first; about 31 kB each.
 */
export function createExecutor(schema: GraphQLSchema, maxCompiled = 500) {
  const compiled = new Map<DocumentNode, Map<string | null, CompiledQuery | null>>();

  function compiledFor(request: ExecutionRequest): CompiledQuery | null {
    const operations = compiled.get(request.document) ?? new Map<string | null, CompiledQuery | null>();
    compiled.delete(request.document);
    compiled.set(request.document, operations);
    if (compiled.size > maxCompiled) compiled.delete(compiled.keys().next().value as DocumentNode);
    let query = operations.get(request.operationName);
    if (query === undefined) {
      query = compile(schema, request);
      operations.set(request.operationName, query);
    }
    return query;
  }

  return async function executeRequest(request: ExecutionRequest): Promise<ExecutionResult> {
    const query = compiledFor(request);
    if (query === null) return executeInterpreted(schema, request);
    const result: FormattedExecutionResult | ExecutionResult = await query.query(
      undefined,
      request.context,
      request.variables,
    );
    if (result.data === undefined) return executeInterpreted(schema, request);
    if (result.errors === undefined) return result as ExecutionResult;
    return { data: result.data ?? null, errors: result.errors.map(toGraphQLError) };
  };
}

function compile(
  schema: GraphQLSchema,
  { document, operation, operationName }: ExecutionRequest,
): CompiledQuery | null {
  if (operation.operation === 'subscription' || isIntrospection(document)) return null;
  const query = compileQuery(schema, document, operationName ?? undefined);
  return isCompiledQuery(query) ? query : null;
}

function executeInterpreted(
  schema: GraphQLSchema,
  request: ExecutionRequest,
): Promise<ExecutionResult> | ExecutionResult {
  return execute({
    schema,
    document: request.document,
    contextValue: request.context,
    variableValues: request.variables,
    operationName: request.operationName,
  });
}

/** Whether `__schema` or `__type` is selected anywhere. */
export function isIntrospection(document: DocumentNode): boolean {
  let found = false;
  visit(document, {
    [Kind.FIELD](field) {
      if (field.name.value === '__schema' || field.name.value === '__type') found = true;
    },
  });
  return found;
}

/** graphql-jit's errors lack `extensions`, which the rest of the server expects. */
function toGraphQLError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError && error.extensions !== undefined) return error;
  const { message, path, nodes, originalError } = error as GraphQLError;
  return new GraphQLError(message, {
    nodes: nodes ?? null,
    path: path ?? null,
    originalError: originalError ?? null,
    extensions: originalError instanceof GraphQLError ? originalError.extensions : null,
  });
}
