import { Int32 } from 'bson';
import { compareValues } from '../../bson/compare.ts';
import { isTruthy } from '../../bson/truth.ts';
import { typeNameOf } from '../../bson/type-names.ts';
import type { BsonDocument, BsonValue } from '../../bson/value.ts';
import { MongoServerError } from '../../errors.ts';
import { anyNumber, binary, checkedArguments, exactly, operandList, unary } from './arguments.ts';
import {
  constant,
  type Expression,
  type ExpressionScope,
  isNullish,
  type OperatorCompiler,
  type OperatorTable,
} from './expression.ts';

/** Comparison, boolean, conditional and literal operators. */
export const basicOperators: OperatorTable = {
  $cmp: binary((a, b, _, scope) => new Int32(Math.sign(compareValues(a, b, scope.collation)))),
  $eq: comparison((order) => order === 0),
  $ne: comparison((order) => order !== 0),
  $gt: comparison((order) => order > 0),
  $gte: comparison((order) => order >= 0),
  $lt: comparison((order) => order < 0),
  $lte: comparison((order) => order <= 0),
  $and: (operand, scope) => {
    const operands = anyNumber(operand, scope);
    return (document) => operands.every((each) => isTruthy(each(document)));
  },
  $or: (operand, scope) => {
    const operands = anyNumber(operand, scope);
    return (document) => operands.some((each) => isTruthy(each(document)));
  },
  $not: unary((value) => !isTruthy(value)),
  $literal: (operand) => constant(operand),
  $const: (operand) => constant(operand),
  $expr: (operand, scope) => scope.compile(operand),
  $cond: compileCond,
  $ifNull: compileIfNull,
  $switch: compileSwitch,
};

function comparison(accept: (order: number) => boolean): OperatorCompiler {
  return binary((a, b, _, scope) => accept(compareValues(a, b, scope.collation)));
}

function compileCond(operand: BsonValue, scope: ExpressionScope, name: string): Expression {
  const parts = operand instanceof Map ? namedCond(operand, scope) : exactly(operand, 3, scope, name);
  const [condition, whenTrue, whenFalse] = parts as [Expression, Expression, Expression];
  return (document) => (isTruthy(condition(document)) ? whenTrue(document) : whenFalse(document));
}

function namedCond(operand: BsonDocument, scope: ExpressionScope): Expression[] {
  const codes = new Map([
    ['if', 17080],
    ['then', 17081],
    ['else', 17082],
  ]);
  for (const argument of operand.keys()) {
    if (!codes.has(argument))
      throw new MongoServerError(17083, `Unrecognized parameter to $cond: ${argument}`);
  }
  return [...codes].map(([argument, code]) => {
    if (!operand.has(argument)) throw new MongoServerError(code, `Missing '${argument}' parameter to $cond`);
    return scope.compile(operand.get(argument));
  });
}

function compileIfNull(operand: BsonValue, scope: ExpressionScope): Expression {
  const operands = operandList(operand);
  if (operands.length < 2) {
    throw new MongoServerError(1257300, `$ifNull needs at least two arguments, had: ${operands.length}`);
  }
  const compiled = operands.map((entry) => scope.compile(entry));
  const fallback = compiled.pop() as Expression;
  return (document) => {
    for (const each of compiled) {
      const value = each(document);
      if (!isNullish(value)) return value;
    }
    return fallback(document);
  };
}

function compileSwitch(operand: BsonValue, scope: ExpressionScope): Expression {
  if (!(operand instanceof Map)) {
    throw new MongoServerError(
      40060,
      `$switch requires an object as an argument, found: ${typeNameOf(operand)}`,
    );
  }
  for (const argument of operand.keys()) {
    if (argument !== 'branches' && argument !== 'default') {
      throw new MongoServerError(40067, `$switch found an unknown argument: ${argument}`);
    }
  }
  const branches = operand.get('branches');
  if (operand.has('branches') && !Array.isArray(branches)) {
    throw new MongoServerError(
      40061,
      `$switch expected an array for 'branches', found: ${typeNameOf(branches)}`,
    );
  }
  if (!Array.isArray(branches) || branches.length === 0) {
    throw new MongoServerError(40068, '$switch requires at least one branch.');
  }
  const compiled = branches.map((branch) => compileBranch(branch, scope));
  const fallback = operand.has('default') ? scope.compile(operand.get('default')) : undefined;
  return (document) => {
    for (const [condition, result] of compiled) {
      if (isTruthy(condition(document))) return result(document);
    }
    if (fallback) return fallback(document);
    throw new MongoServerError(
      40066,
      '$switch could not find a matching branch for an input, and no default was specified.',
    );
  };
}

function compileBranch(branch: BsonValue, scope: ExpressionScope): [Expression, Expression] {
  const found = checkedArguments(branch, {
    names: ['case', 'then'],
    required: ['case', 'then'],
    notObject: (type) => [40062, `$switch expected each branch to be an object, found: ${type}`],
    unknown: (argument) => [40063, `$switch found an unknown argument to a branch: ${argument}`],
    missing: (argument) => [
      argument === 'case' ? 40064 : 40065,
      `$switch requires each branch have a '${argument}' expression`,
    ],
  });
  return [scope.compile(found.get('case')), scope.compile(found.get('then'))];
}
