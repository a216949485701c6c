import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';
import { pageLimits } from './connection.ts';

/** How large an operation is, with its fragments written out. */
export interface OperationShape {
  /** Levels of fields; introspection is not counted. */
  readonly depth: number;
  /** Fields under another name. */
  readonly aliases: number;
  /** All fields; not counted on beyond `maxCountedFields`, and then the other sizes are those of a part only. */
  readonly fields: number;
  /** Credential mutations and queries, each time that one is asked for. */
  readonly credentialAttempts: number;
  /** Records that may be answered: each list counts as long as it may get, times the list around it. */
  readonly cost: number;
}

/** At most one of these in an operation: each is an attempt at somebody's credentials. */
const credentialFields = new Set([
  'login',
  'forgotPassword',
  'resetPassword',
  'refreshSession',
  'changePassword',
  'setEmail',
  'confirmEmail',
  'confirmLink',
]);

/** The sizes of an operation; a fragment that is spread twice counts twice. */
export function operationShape(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): OperationShape {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const root = schema.getRootType(operation.operation) ?? null;
  const total = { aliases: 0, credentialAttempts: 0, fields: 0 };
  const measured = measure(operation.selectionSet, root, true);
  return { depth: measured.depth, cost: measured.cost, ...total };

  function measure(
    selectionSet: SelectionSetNode,
    type: GraphQLCompositeType | null,
    atRoot: boolean,
  ): { depth: number; cost: number } {
    let depth = 0;
    let cost = 0;
    for (const selection of selectionSet.selections) {
      const part =
        selection.kind === Kind.FIELD ? measureField(selection, type, atRoot) : measureFragment(selection);
      depth = Math.max(depth, part.depth);
      cost += part.cost;
      if (total.fields > maxCountedFields) break;
    }
    return { depth, cost };

    function measureFragment(selection: Exclude<(typeof selectionSet.selections)[number], FieldNode>) {
      const fragment =
        selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
      if (fragment === undefined) return { depth: 0, cost: 0 };
      const condition =
        fragment.typeCondition === undefined ? type : schema.getType(fragment.typeCondition.name.value);
      return measure(fragment.selectionSet, isCompositeType(condition) ? condition : null, atRoot);
    }
  }

  function measureField(
    field: FieldNode,
    type: GraphQLCompositeType | null,
    atRoot: boolean,
  ): { depth: number; cost: number } {
    const name = field.name.value;
    total.fields++;
    if (field.alias !== undefined && field.alias.value !== name) total.aliases++;
    if (atRoot && credentialFields.has(name)) total.credentialAttempts++;
    if (name.startsWith('__') || field.selectionSet === undefined)
      return { depth: name.startsWith('__') ? 0 : 1, cost: 0 };
    const definition = type !== null && 'getFields' in type ? type.getFields()[name] : undefined;
    const inner = definition === undefined ? null : getNamedType(definition.type);
    const below = measure(field.selectionSet, inner !== null && isCompositeType(inner) ? inner : null, false);
    const isList = definition?.args.some((argument) => argument.name === 'first') ?? false;
    return {
      depth: below.depth + 1,
      cost: isList ? pageSize(field) * (1 + below.cost) : below.cost + (atRoot ? 1 : 0),
    };
  }

  function pageSize(field: FieldNode): number {
    // A size beyond all bounds is refused by the list itself, which names the argument; so are both of these at once.
    return Math.min(
      givenSize(field, 'first') ?? givenSize(field, 'last') ?? pageLimits.standard,
      pageLimits.largest,
    );
  }

  function givenSize(field: FieldNode, argument: 'first' | 'last'): number | undefined {
    const value = field.arguments?.find(({ name }) => name.value === argument)?.value;
    const given = value?.kind === Kind.VARIABLE ? variableValue(value.name.value) : numberOf(value);
    return typeof given === 'number' && given > 0 ? given : undefined;
  }

  function variableValue(name: string): unknown {
    if (variables[name] !== undefined) return variables[name];
    const definition = operation.variableDefinitions?.find(({ variable }) => variable.name.value === name);
    return numberOf(definition?.defaultValue);
  }
}

function numberOf(value: ValueNode | undefined): number | undefined {
  return value?.kind === Kind.INT ? Number(value.value) : undefined;
}

/**
 * Fragments that spread one another many times over are not written out to their end: thirty that double would be a
 * thousand million fields, to count and to compile.
 */
export const maxCountedFields = 2_000;
