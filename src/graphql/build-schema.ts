import type { GraphQLSchema } from 'graphql';
import { buildSchema as buildTypeGraphqlSchema, type NonEmptyArray } from 'type-graphql';

/** A resolver class and the one instance that serves it. */
export type Resolvers = readonly object[];

/** The schema of the gateway, code-first: the instances' classes carry its definition, the instances its dependencies. */
export function buildSchema(resolvers: Resolvers): Promise<GraphQLSchema> {
  const instances = new Map<unknown, object>(resolvers.map((resolver) => [resolver.constructor, resolver]));
  return buildTypeGraphqlSchema({
    resolvers: [...instances.keys()] as NonEmptyArray<() => void>,
    container: { get: (type: unknown) => instances.get(type) },
    validate: false,
  });
}
