import { typeNameOf } from '../../bson/type-names.ts';
import type { BsonDocument, BsonValue } from '../../bson/value.ts';
import { MongoServerError } from '../../errors.ts';
import type { Expression, ExpressionScope, OperatorCompiler } from './expression.ts';

/** The operands of an operator that takes a list; a single one may stand without brackets. */
export function operandList(operand: BsonValue): BsonValue[] {
  return Array.isArray(operand) ? operand : [operand];
}

/** Compiles exactly `count` operands; refused with 16020 otherwise. */
export function exactly(
  operand: BsonValue,
  count: number,
  scope: ExpressionScope,
  name: string,
): Expression[] {
  const operands = operandList(operand);
  if (operands.length !== count) {
    throw new MongoServerError(
      16020,
      `Expression ${name} takes exactly ${count} arguments. ${operands.length} were passed in.`,
    );
  }
  return operands.map((entry) => scope.compile(entry));
}

/** Compiles between `least` and `most` operands; refused with 28667 otherwise. */
export function between(
  operand: BsonValue,
  least: number,
  most: number,
  scope: ExpressionScope,
  name: string,
): Expression[] {
  const operands = operandList(operand);
  if (operands.length < least || operands.length > most) {
    throw new MongoServerError(
      28667,
      `Expression ${name} takes at least ${least} arguments, and at most ${most}, but ${operands.length} were passed in.`,
    );
  }
  return operands.map((entry) => scope.compile(entry));
}

/** Compiles any number of operands. */
export function anyNumber(operand: BsonValue, scope: ExpressionScope): Expression[] {
  return operandList(operand).map((entry) => scope.compile(entry));
}

/** An operator of one operand. */
export function unary(evaluate: (value: BsonValue, name: string) => BsonValue): OperatorCompiler {
  return (operand, scope, name) => {
    const [only] = exactly(operand, 1, scope, name) as [Expression];
    return (document) => evaluate(only(document), name);
  };
}

/** An operator of two operands. */
export function binary(
  evaluate: (left: BsonValue, right: BsonValue, name: string, scope: ExpressionScope) => BsonValue,
): OperatorCompiler {
  return (operand, scope, name) => {
    const [left, right] = exactly(operand, 2, scope, name) as [Expression, Expression];
    return (document) => evaluate(left(document), right(document), name, scope);
  };
}

/** How an operator with named arguments refuses what it is given. */
export interface NamedArguments {
  names: readonly string[];
  required: readonly string[];
  /** Code and message when the operand is no document. */
  notObject: (typeName: string) => [number, string];
  unknown: (argument: string) => [number, string];
  missing: (argument: string) => [number, string];
}

/** Checks and compiles named arguments; those left out are undefined. */
export function namedArguments(
  operand: BsonValue,
  scope: ExpressionScope,
  rules: NamedArguments,
): Record<string, Expression | undefined> {
  const compiled: Record<string, Expression | undefined> = {};
  for (const [argument, value] of checkedArguments(operand, rules)) compiled[argument] = scope.compile(value);
  return compiled;
}

/** Checks named arguments without compiling them. */
export function checkedArguments(operand: BsonValue, rules: NamedArguments): BsonDocument {
  if (!(operand instanceof Map)) throw new MongoServerError(...rules.notObject(typeNameOf(operand)));
  for (const argument of operand.keys()) {
    if (!rules.names.includes(argument)) throw new MongoServerError(...rules.unknown(argument));
  }
  for (const argument of rules.required) {
    if (!operand.has(argument)) throw new MongoServerError(...rules.missing(argument));
  }
  return operand;
}
