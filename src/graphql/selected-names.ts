import {
  type DocumentNode,
  type GraphQLResolveInfo,
  Kind,
  type OperationDefinitionNode,
  visit,
} from 'graphql';

/**
 * The names of all fields that an operation selects anywhere, fragments included: what need not be read from the
 * database is seen from it. Worked out once for each parsed document.
 */
export function selectedNames(info: GraphQLResolveInfo): ReadonlySet<string> {
  const known = remembered.get(info.operation);
  if (known !== undefined) return known;
  const names = new Set<string>();
  const document: DocumentNode = {
    kind: 'Document' as DocumentNode['kind'],
    definitions: [info.operation, ...Object.values(info.fragments)],
  };
  visit(document, {
    enter(node) {
      if (node.kind === Kind.FIELD) names.add(node.name.value);
    },
  });
  remembered.set(info.operation, names);
  return names;
}

const remembered = new WeakMap<OperationDefinitionNode, ReadonlySet<string>>();
