import { isTruthy } from '../../bson/truth.ts';
import type { BsonDocument, BsonValue } from '../../bson/value.ts';
import { MongoServerError } from '../../errors.ts';
import type { VariableCell } from '../../query/context.ts';
import { checkedArguments } from './arguments.ts';
import { type Expression, type ExpressionScope, isNullish, type OperatorTable } from './expression.ts';
import { checkVariableName } from './field-path.ts';
import { asInt32, kindOf, textOf } from './value-kind.ts';

/** The operators that bind variables. */
export const variableOperators: OperatorTable = {
  $let: compileLet,
  $map: compileMap,
  $filter: compileFilter,
  $reduce: compileReduce,
};

function compileLet(operand: BsonValue, scope: ExpressionScope): Expression {
  const spec = checkedArguments(operand, {
    names: ['vars', 'in'],
    required: ['vars', 'in'],
    notObject: () => [16874, '$let only supports an object as its argument'],
    unknown: (argument) => [16875, `Unrecognized parameter to $let: ${argument}`],
    missing: (argument) => [argument === 'vars' ? 16876 : 16877, `Missing '${argument}' parameter to $let`],
  });
  const vars = spec.get('vars');
  if (!(vars instanceof Map)) {
    throw new MongoServerError(10065, `invalid parameter: expected an object (vars)`);
  }
  const bindings = [...vars].map(([name, value]) => {
    checkVariableName(name);
    const cell: VariableCell = { value: undefined };
    return { name, cell, expression: scope.compile(value) };
  });
  const inner = scope.with(bindings.map(({ name, cell }) => [name, cell]));
  const result = inner.compile(spec.get('in'));
  return (document) => {
    // All values first: none of them sees the others.
    const values = bindings.map(({ expression }) => expression(document));
    bindings.forEach(({ cell }, index) => {
      cell.value = values[index];
    });
    return result(document);
  };
}

/** The variable named by `as`, or `this`. */
function elementVariable(spec: BsonDocument): string {
  if (!spec.has('as')) return 'this';
  const name = spec.get('as');
  const text = typeof name === 'string' ? name : '';
  checkVariableName(text);
  return text;
}

function compileMap(operand: BsonValue, scope: ExpressionScope): Expression {
  const spec = checkedArguments(operand, {
    names: ['input', 'as', 'in'],
    required: ['input', 'in'],
    notObject: () => [16878, '$map only supports an object as its argument'],
    unknown: (argument) => [16879, `Unrecognized parameter to $map: ${argument}`],
    missing: (argument) => [argument === 'input' ? 16880 : 16882, `Missing '${argument}' parameter to $map`],
  });
  const cell: VariableCell = { value: undefined };
  const input = scope.compile(spec.get('input'));
  const each = scope.with([[elementVariable(spec), cell]]).compile(spec.get('in'));
  return (document) => {
    const array = input(document);
    if (isNullish(array)) return null;
    if (!Array.isArray(array)) {
      throw new MongoServerError(16883, `input to $map must be an array not ${kindOf(array)}`);
    }
    return array.map((element) => {
      cell.value = element;
      return each(document) ?? null;
    });
  };
}

function compileFilter(operand: BsonValue, scope: ExpressionScope): Expression {
  const spec = checkedArguments(operand, {
    names: ['input', 'as', 'cond', 'limit'],
    required: ['input', 'cond'],
    notObject: () => [28646, '$filter only supports an object as its argument'],
    unknown: (argument) => [28647, `Unrecognized parameter to $filter: ${argument}`],
    missing: (argument) => [
      argument === 'input' ? 28648 : 28650,
      `Missing '${argument}' parameter to $filter`,
    ],
  });
  const cell: VariableCell = { value: undefined };
  const input = scope.compile(spec.get('input'));
  const condition = scope.with([[elementVariable(spec), cell]]).compile(spec.get('cond'));
  const limit = spec.has('limit') ? scope.compile(spec.get('limit')) : undefined;
  return (document) => {
    const array = input(document);
    if (isNullish(array)) return null;
    if (!Array.isArray(array)) {
      throw new MongoServerError(28651, `input to $filter must be an array not ${kindOf(array)}`);
    }
    const most = limit ? filterLimit(limit(document)) : Number.POSITIVE_INFINITY;
    const kept: BsonValue[] = [];
    for (const element of array) {
      if (kept.length >= most) break;
      cell.value = element;
      if (isTruthy(condition(document))) kept.push(element);
    }
    return kept;
  };
}

function filterLimit(value: BsonValue): number {
  if (isNullish(value)) return Number.POSITIVE_INFINITY;
  const limit = asInt32(value);
  if (limit === undefined) {
    throw new MongoServerError(
      327391,
      `$filter: limit must be represented as a 32-bit integral value: ${textOf(value)}`,
    );
  }
  if (limit <= 0)
    throw new MongoServerError(327392, `$filter: limit must be greater than 0: ${textOf(value)}`);
  return limit;
}

function compileReduce(operand: BsonValue, scope: ExpressionScope): Expression {
  const codes: Record<string, number> = { input: 40077, initialValue: 40078, in: 40079 };
  const spec = checkedArguments(operand, {
    names: ['input', 'initialValue', 'in'],
    required: ['input', 'initialValue', 'in'],
    notObject: (type) => [40075, `$reduce requires an object as an argument, found: ${type}`],
    unknown: (argument) => [40076, `$reduce found an unknown argument: ${argument}`],
    missing: (argument) => [codes[argument] as number, `$reduce requires '${argument}' to be specified`],
  });
  const current: VariableCell = { value: undefined };
  const accumulated: VariableCell = { value: undefined };
  const input = scope.compile(spec.get('input'));
  const initial = scope.compile(spec.get('initialValue'));
  const step = scope
    .with([
      ['this', current],
      ['value', accumulated],
    ])
    .compile(spec.get('in'));
  return (document) => {
    const array = input(document);
    if (isNullish(array)) return null;
    if (!Array.isArray(array)) {
      throw new MongoServerError(40080, `$reduce requires that 'input' be an array, found: ${textOf(array)}`);
    }
    let value = initial(document);
    for (const element of array) {
      current.value = element;
      accumulated.value = value;
      value = step(document);
    }
    return value;
  };
}
