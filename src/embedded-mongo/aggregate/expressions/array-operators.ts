import { Int32 } from 'bson';
import { compareValues } from '../../bson/compare.ts';
import { valuesEqual } from '../../bson/equal.ts';
import { isNumber, narrowestInteger, toNumber } from '../../bson/numbers.ts';
import { isTruthy } from '../../bson/truth.ts';
import type { BsonValue } from '../../bson/value.ts';
import { MongoServerError } from '../../errors.ts';
import { compileSort } from '../../query/compile-sort.ts';
import { anyNumber, between, binary, checkedArguments, unary } from './arguments.ts';
import { type Expression, type ExpressionScope, isNullish, type OperatorTable } from './expression.ts';
import { indexBound } from './string-operators.ts';
import { asInt32, kindOf, textOf } from './value-kind.ts';

/** Operators on arrays. */
export const arrayOperators: OperatorTable = {
  $size: unary((value) => {
    if (Array.isArray(value)) return narrowestInteger(BigInt(value.length)) as Int32;
    throw new MongoServerError(
      17124,
      `The argument to $size must be an array, but was of type: ${kindOf(value)}`,
    );
  }),
  $isArray: unary((value) => Array.isArray(value)),
  $in: binary((value, array, _, scope) => {
    if (!Array.isArray(array)) {
      throw new MongoServerError(
        40081,
        `$in requires an array as a second argument, found: ${kindOf(array)}`,
      );
    }
    return array.some((element) => valuesEqual(element, value, scope.collation));
  }),
  $arrayElemAt: binary((array, index, name) => elementAt(array, index, name, 'first argument')),
  $first: unary((array, name) => elementAt(array, new Int32(0), name, 'argument')),
  $last: unary((array, name) => elementAt(array, new Int32(-1), name, 'argument')),
  $concatArrays: compileConcatArrays,
  $slice: compileSlice,
  $reverseArray: unary((value) => {
    if (isNullish(value)) return null;
    if (Array.isArray(value)) return value.slice().reverse();
    throw new MongoServerError(
      34435,
      `The argument to $reverseArray must be an array, but was of type: ${kindOf(value)}`,
    );
  }),
  $indexOfArray: compileIndexOfArray,
  $range: compileRange,
  $zip: compileZip,
  $sortArray: compileSortArray,
  $allElementsTrue: unary((value, name) => checkedArray(value, 17040, name).every(isTruthy)),
  $anyElementTrue: unary((value, name) => checkedArray(value, 17041, name).some(isTruthy)),
};

function checkedArray(value: BsonValue, code: number, name: string): BsonValue[] {
  if (Array.isArray(value)) return value;
  throw new MongoServerError(code, `${name}'s argument must be an array, but is ${kindOf(value)}`);
}

function elementAt(array: BsonValue, index: BsonValue, name: string, role: string): BsonValue {
  if (isNullish(array) || isNullish(index)) return null;
  if (!Array.isArray(array)) {
    throw new MongoServerError(28689, `${name}'s ${role} must be an array, but is ${kindOf(array)}`);
  }
  if (!isNumber(index)) {
    throw new MongoServerError(
      28690,
      `${name}'s second argument must be a numeric value, but is ${kindOf(index)}`,
    );
  }
  const place = asInt32(index);
  if (place === undefined) {
    throw new MongoServerError(
      28691,
      `${name}'s second argument must be representable as a 32-bit integer: ${toNumber(index)}`,
    );
  }
  return array.at(place);
}

function compileConcatArrays(operand: BsonValue, scope: ExpressionScope): Expression {
  const operands = anyNumber(operand, scope);
  return (document) => {
    const result: BsonValue[] = [];
    for (const each of operands) {
      const value = each(document);
      if (isNullish(value)) return null;
      if (!Array.isArray(value)) {
        throw new MongoServerError(28664, `$concatArrays only supports arrays, not ${kindOf(value)}`);
      }
      for (const element of value) result.push(element);
    }
    return result;
  };
}

function compileSlice(operand: BsonValue, scope: ExpressionScope, name: string): Expression {
  const [arrayOperand, second, third] = between(operand, 2, 3, scope, name) as [
    Expression,
    Expression,
    Expression?,
  ];
  return (document) => {
    const array = arrayOperand(document);
    const bound = second(document);
    if (isNullish(array) || isNullish(bound)) return null;
    if (!Array.isArray(array)) {
      throw new MongoServerError(
        28724,
        `First argument to $slice must be an array, but is of type: ${kindOf(array)}`,
      );
    }
    const position = sliceNumber(bound, 'Second', [28725, 28726]);
    if (!third) return position >= 0 ? array.slice(0, position) : array.slice(position);
    const count = third(document);
    if (isNullish(count)) return null;
    const length = sliceNumber(count, 'Third', [28727, 28728]);
    if (length <= 0)
      throw new MongoServerError(28729, `Third argument to $slice must be positive: ${length}`);
    const start = position < 0 ? Math.max(0, array.length + position) : position;
    return array.slice(start, start + length);
  };
}

function sliceNumber(value: BsonValue, role: string, [notNumber, notInt]: [number, number]): number {
  if (!isNumber(value)) {
    const text =
      role === 'Second' ? 'must be a numeric value, but is of type' : 'must be numeric, but is of type';
    throw new MongoServerError(notNumber, `${role} argument to $slice ${text}: ${kindOf(value)}`);
  }
  const integer = asInt32(value);
  if (integer !== undefined) return integer;
  throw new MongoServerError(
    notInt,
    `${role} argument to $slice can't be represented as a 32-bit integer: ${toNumber(value)}`,
  );
}

function compileIndexOfArray(operand: BsonValue, scope: ExpressionScope, name: string): Expression {
  const [arrayOperand, target, ...bounds] = between(operand, 2, 4, scope, name) as [Expression, Expression];
  const [start, end] = bounds as (Expression | undefined)[];
  return (document) => {
    const array = arrayOperand(document);
    if (isNullish(array)) return null;
    if (!Array.isArray(array)) {
      throw new MongoServerError(
        40090,
        `$indexOfArray requires an array as a first argument, found: ${kindOf(array)}`,
      );
    }
    const wanted = target(document);
    const from = start ? indexBound(start(document), name, 'starting index') : 0;
    const to = Math.min(array.length, end ? indexBound(end(document), name, 'ending index') : array.length);
    for (let index = from; index < to; index++) {
      if (valuesEqual(array[index], wanted, scope.collation)) return new Int32(index);
    }
    return new Int32(-1);
  };
}

function compileRange(operand: BsonValue, scope: ExpressionScope, name: string): Expression {
  const [start, end, step] = between(operand, 2, 3, scope, name) as [Expression, Expression, Expression?];
  return (document) => {
    const from = rangeNumber(start(document), 'starting value', 34443, 'a starting value', 'of type: ');
    const to = rangeNumber(end(document), 'ending value', 34445, 'an ending value', 'of type: ');
    const by = step ? rangeNumber(step(document), 'step value', 34447, 'a step value', 'of type:') : 1;
    if (by === 0) throw new MongoServerError(34449, '$range requires a non-zero step value');
    const result: BsonValue[] = [];
    for (let value = from; by > 0 ? value < to : value > to; value += by) result.push(new Int32(value));
    return result;
  };
}

function rangeNumber(
  value: BsonValue,
  role: string,
  code: number,
  roleWithArticle: string,
  ofType: string,
): number {
  if (!isNumber(value)) {
    throw new MongoServerError(
      code,
      `$range requires a numeric ${role}, found value ${ofType}${kindOf(value)}`,
    );
  }
  const integer = asInt32(value);
  if (integer !== undefined) return integer;
  throw new MongoServerError(
    code + 1,
    `$range requires ${roleWithArticle} that can be represented as a 32-bit integer, found value: ${textOf(value)}`,
  );
}

function compileZip(operand: BsonValue, scope: ExpressionScope): Expression {
  const spec = checkedArguments(operand, {
    names: ['inputs', 'defaults', 'useLongestLength'],
    required: [],
    notObject: (type) => [34460, `$zip only supports an object as an argument, found ${type}`],
    unknown: (argument) => [34464, `$zip found an unknown argument: ${argument}`],
    missing: () => [34465, '$zip requires at least one input array'],
  });
  const inputs = zipList(spec.get('inputs') ?? [], 34461, 'inputs').map((each) => scope.compile(each));
  const defaults = zipList(spec.get('defaults') ?? [], 34462, 'defaults').map((each) => scope.compile(each));
  const longest = spec.get('useLongestLength') ?? false;
  if (typeof longest !== 'boolean') {
    throw new MongoServerError(34463, `useLongestLength must be a bool, found ${kindOf(longest)}`);
  }
  if (inputs.length === 0) throw new MongoServerError(34465, '$zip requires at least one input array');
  if (defaults.length > 0 && !longest) {
    throw new MongoServerError(34466, 'cannot specify defaults unless useLongestLength is true');
  }
  if (defaults.length > 0 && defaults.length !== inputs.length) {
    throw new MongoServerError(34467, 'defaults and inputs must have the same length');
  }
  return (document) => {
    const arrays: BsonValue[][] = [];
    for (const input of inputs) {
      const array = input(document);
      if (isNullish(array)) return null;
      if (!Array.isArray(array)) {
        throw new MongoServerError(34468, `$zip found a non-array expression in input: ${textOf(array)}`);
      }
      arrays.push(array);
    }
    const lengths = arrays.map((array) => array.length);
    const length = longest ? Math.max(...lengths) : Math.min(...lengths);
    const fallbacks = defaults.map((each) => each(document) ?? null);
    return Array.from({ length }, (_, row) =>
      arrays.map((array, column) => (row < array.length ? array[row] : (fallbacks[column] ?? null))),
    );
  };
}

function zipList(value: BsonValue, code: number, argument: string): BsonValue[] {
  if (Array.isArray(value)) return value;
  throw new MongoServerError(code, `${argument} must be an array of expressions, found ${kindOf(value)}`);
}

function compileSortArray(operand: BsonValue, scope: ExpressionScope): Expression {
  const spec = checkedArguments(operand, {
    names: ['input', 'sortBy'],
    required: ['input', 'sortBy'],
    notObject: (type) => [2942500, `$sortArray requires an object as an argument, found: ${type}`],
    unknown: (argument) => [2942501, `$sortArray found an unknown argument: ${argument}`],
    missing: (argument) => [
      argument === 'input' ? 2942502 : 2942503,
      `$sortArray requires '${argument}' to be specified`,
    ],
  });
  const input = scope.compile(spec.get('input'));
  const order = elementOrder(spec.get('sortBy'), scope);
  return (document) => {
    const array = input(document);
    if (isNullish(array)) return null;
    if (Array.isArray(array)) return array.slice().sort(order);
    throw new MongoServerError(
      2942504,
      `The input argument to $sortArray must be an array, but was of type: ${kindOf(array)}`,
    );
  };
}

function elementOrder(sortBy: BsonValue, scope: ExpressionScope): (a: BsonValue, b: BsonValue) => number {
  if (sortBy instanceof Map) {
    const sorter = compileSort(sortBy, { collation: scope.collation });
    const asDocument = (value: BsonValue) => (value instanceof Map ? value : new Map<string, BsonValue>());
    return (a, b) => sorter(asDocument(a), asDocument(b));
  }
  if (!isNumber(sortBy)) {
    throw new MongoServerError(
      2942507,
      'The $sort is invalid: use 1/-1 to sort the whole element, or {field:1/-1} to sort embedded fields',
    );
  }
  const direction = toNumber(sortBy);
  if (direction !== 1 && direction !== -1) {
    throw new MongoServerError(2942506, 'The $sort element value must be either 1 or -1');
  }
  return (a, b) => direction * compareValues(a, b, scope.collation);
}
