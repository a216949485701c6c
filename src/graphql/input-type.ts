import { type GraphQLInputType, type GraphQLSchema, isInputType } from 'graphql';

/** An input type of the schema, for what reads values as arguments of the API are read. */
export function inputType(schema: GraphQLSchema, name: string): GraphQLInputType {
  const type = schema.getType(name);
  if (!isInputType(type)) throw new TypeError(`The schema has no input type ${name}.`);
  return type;
}
