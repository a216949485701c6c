import { readFileSync } from 'node:fs';
import {
  buildSchema,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredInputField,
  isUnionType,
} from 'graphql';

/** The schema as clients see it. */
export function emittedSchema(): GraphQLSchema {
  return buildSchema(readFileSync('schema/schema.graphql', 'utf8'));
}

/** An operation that asks for one root field, with a value for each argument that it requires. */
export interface RootOperation {
  readonly root: 'Query' | 'Mutation';
  readonly field: string;
  readonly text: string;
}

export function everyRootOperation(schema: GraphQLSchema): RootOperation[] {
  return (['Query', 'Mutation'] as const).flatMap((root) => {
    const fields =
      root === 'Query' ? schema.getQueryType()?.getFields() : schema.getMutationType()?.getFields();
    return Object.values(fields ?? {}).map((field) => ({
      root,
      field: field.name,
      text: `${root.toLowerCase()} { ${call(field)} ${isComposite(field.type) ? '{ __typename }' : ''} }`,
    }));
  });
}

/** Every way from a root field down to a record, as field names; no type twice on one way. */
export function everyPathToARecord(schema: GraphQLSchema, records: readonly string[]): string[][] {
  const paths: string[][] = [];
  const walk = (type: GraphQLOutputType, path: string[], seen: readonly string[]) => {
    const named = getNamedType(type);
    if (!isCompositeType(named) || seen.includes(named.name)) return;
    if (records.includes(named.name)) paths.push(path);
    const members = isUnionType(named) ? named.getTypes() : isObjectType(named) ? [named] : [];
    for (const member of members) {
      for (const field of Object.values(member.getFields())) {
        walk(
          field.type,
          [...path, isUnionType(named) ? `${member.name}:${field.name}` : field.name],
          [...seen, named.name],
        );
      }
    }
  };
  for (const field of Object.values(schema.getQueryType()?.getFields() ?? {}))
    walk(field.type, [field.name], []);
  return paths;
}

function call(field: GraphQLField<unknown, unknown>): string {
  const required = field.args.filter((argument) => isNonNullType(argument.type));
  const values = required.map((argument) => `${argument.name}: ${literal(argument.type)}`);
  return values.length === 0 ? field.name : `${field.name}(${values.join(', ')})`;
}

/** A value of a type as it is written in a document; of an input object its required fields. */
function literal(type: GraphQLInputType): string {
  if (isNonNullType(type)) return literal(type.ofType);
  if (isListType(type)) return `[${literal(type.ofType)}]`;
  if (isEnumType(type)) return type.getValues()[0]?.name ?? 'null';
  if (isInputObjectType(type)) {
    const required = Object.values(type.getFields()).filter(isRequiredInputField);
    return `{ ${required.map((field) => `${field.name}: ${literal(field.type)}`).join(', ')} }`;
  }
  return type.name === 'Int' ? '1' : type.name === 'Boolean' ? 'true' : '"no-such-thing"';
}

function isComposite(type: GraphQLOutputType): boolean {
  return isCompositeType(getNamedType(type));
}
