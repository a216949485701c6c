import type { Collation } from '../../bson/collation.ts';
import type { BsonDocument, BsonValue } from '../../bson/value.ts';
import type { VariableCell, Variables } from '../../query/context.ts';

/** A compiled aggregation expression over the document being processed; undefined means missing. */
export type Expression = (document: BsonDocument) => BsonValue;

/** What an operator's compiler may use; operands are compiled through it, so operators need not know each other. */
export interface ExpressionScope {
  readonly collation: Collation | undefined;
  readonly now: Date;
  readonly variables: Variables;
  /** Compiles an operand: field path, variable, operator, object, array or literal. */
  compile(operand: BsonValue): Expression;
  /** The scope with further variables. */
  with(variables: Iterable<[string, VariableCell]>): ExpressionScope;
}

/** Compiles one operator's operand; `name` is the operator with its `$`. */
export type OperatorCompiler = (operand: BsonValue, scope: ExpressionScope, name: string) => Expression;

/** Operators by name. */
export type OperatorTable = Readonly<Record<string, OperatorCompiler>>;

/** The value of an expression that needs no document; undefined when it does. */
export function constantOf(expression: Expression): { value: BsonValue } | undefined {
  return constants.get(expression);
}

/** An expression that is always this value. */
export function constant(value: BsonValue): Expression {
  const expression: Expression = () => value;
  constants.set(expression, { value });
  return expression;
}

const constants = new WeakMap<Expression, { value: BsonValue }>();

/** null, undefined or missing. */
export function isNullish(value: BsonValue): value is null | undefined {
  return value === null || value === undefined;
}
