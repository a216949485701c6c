import { Int32 } from 'bson';
import { encodeDocument } from '../../bson/encode.ts';
import type { BsonDocument, BsonValue } from '../../bson/value.ts';
import { MongoServerError } from '../../errors.ts';
import { mergeInto } from '../accumulators/accumulators.ts';
import { anyNumber, checkedArguments, unary } from './arguments.ts';
import {
  constantOf,
  type Expression,
  type ExpressionScope,
  isNullish,
  type OperatorTable,
} from './expression.ts';
import { kindOf, textOf } from './value-kind.ts';

/** Operators on documents. */
export const objectOperators: OperatorTable = {
  $mergeObjects: (operand, scope) => {
    const operands = anyNumber(operand, scope);
    return (document) => {
      const merged: BsonDocument = new Map();
      for (const each of operands) mergeInto(merged, each(document));
      return merged;
    };
  },
  $objectToArray: unary((value) => {
    if (isNullish(value)) return null;
    if (!(value instanceof Map)) {
      throw new MongoServerError(40390, `$objectToArray requires a document input, found: ${kindOf(value)}`);
    }
    return [...value].map(
      ([name, field]): BsonDocument =>
        new Map<string, BsonValue>([
          ['k', name],
          ['v', field],
        ]),
    );
  }),
  $arrayToObject: unary(arrayToObject),
  $getField: compileGetField,
  $setField: compileSetField,
  $unsetField: compileUnsetField,
  $bsonSize: unary((value) => {
    if (isNullish(value)) return null;
    if (value instanceof Map) return new Int32(encodeDocument(value).length);
    throw new MongoServerError(31393, `$bsonSize requires a document input, found: ${kindOf(value)}`);
  }),
};

function arrayToObject(value: BsonValue): BsonValue {
  if (isNullish(value)) return null;
  if (!Array.isArray(value)) {
    throw new MongoServerError(40386, `$arrayToObject requires an array input, found: ${kindOf(value)}`);
  }
  const result: BsonDocument = new Map();
  const [first] = value;
  if (value.length > 0 && !Array.isArray(first) && !(first instanceof Map)) {
    throw new MongoServerError(40398, `Unrecognised input type format for $arrayToObject: ${kindOf(first)}`);
  }
  for (const element of value) {
    const [key, field] = Array.isArray(first) ? pairOfArray(element) : pairOfObject(element);
    result.set(key, field);
  }
  return result;
}

function pairOfArray(element: BsonValue): [string, BsonValue] {
  if (!Array.isArray(element)) {
    throw new MongoServerError(
      40396,
      `$arrayToObject requires a consistent input format. Elements mustall be arrays or all be objects. Array was detected, now found: ${kindOf(element)}`,
    );
  }
  if (element.length !== 2) {
    throw new MongoServerError(
      40397,
      `$arrayToObject requires an array of size 2 arrays,found array of size: ${element.length}`,
    );
  }
  const [key, value] = element;
  if (typeof key !== 'string') {
    throw new MongoServerError(
      40395,
      `$arrayToObject requires an array of key-value pairs, where the key must be of type string. Found key type: ${kindOf(key)}`,
    );
  }
  return [key, value];
}

function pairOfObject(element: BsonValue): [string, BsonValue] {
  if (!(element instanceof Map)) {
    throw new MongoServerError(
      40391,
      `$arrayToObject requires a consistent input format. Elements mustall be arrays or all be objects. Object was detected, now found: ${kindOf(element)}`,
    );
  }
  if (element.size !== 2) {
    throw new MongoServerError(
      40392,
      `$arrayToObject requires an object keys of 'k' and 'v'. Found incorrect number of keys:${element.size}`,
    );
  }
  if (!element.has('k') || !element.has('v')) {
    throw new MongoServerError(
      40393,
      `$arrayToObject requires an object with keys 'k' and 'v'. Missing either or both keys from: ${textOf(element)}`,
    );
  }
  const key = element.get('k');
  if (typeof key !== 'string') {
    throw new MongoServerError(
      40394,
      `$arrayToObject requires an object with keys 'k' and 'v', where the value of 'k' must be of type string. Found type: ${kindOf(key)}`,
    );
  }
  return [key, element.get('v')];
}

/** The `field` argument: a constant string, and no path. */
function constantField(
  operand: BsonValue,
  scope: ExpressionScope,
  name: string,
  codes: [number, number],
): string {
  const field = constantOf(scope.compile(operand));
  if (!field) {
    throw new MongoServerError(
      codes[0],
      `${name} requires 'field' to evaluate to a constant, but got a non-constant argument`,
    );
  }
  if (typeof field.value === 'string') return field.value;
  throw new MongoServerError(
    codes[1],
    `${name} requires 'field' to evaluate to type String, but got ${kindOf(field.value)}`,
  );
}

function compileGetField(operand: BsonValue, scope: ExpressionScope): Expression {
  const isNamed = operand instanceof Map && !operand.keys().next().value?.startsWith('$');
  const spec = isNamed
    ? checkedArguments(operand, {
        names: ['field', 'input'],
        required: ['field', 'input'],
        notObject: () => [3041702, ''],
        unknown: (argument) => [3041701, `$getField found an unknown argument: ${argument}`],
        missing: (argument) => [
          argument === 'field' ? 3041702 : 3041703,
          `$getField requires '${argument}' to be specified`,
        ],
      })
    : new Map([['field', operand]]);
  const field = constantField(spec.get('field'), scope, '$getField', [5654600, 5654602]);
  const input = scope.compile(spec.has('input') ? spec.get('input') : '$$CURRENT');
  return (document) => {
    const value = input(document);
    if (value instanceof Map) return value.get(field);
    return value === null ? null : undefined;
  };
}

function compileSetField(operand: BsonValue, scope: ExpressionScope): Expression {
  const spec = setFieldArguments(operand, '$setField', ['field', 'input', 'value']);
  const field = constantField(spec.get('field'), scope, '$setField', [4161106, 4161107]);
  const input = scope.compile(spec.get('input'));
  const value = scope.compile(spec.get('value'));
  return (document) => withField(input(document), field, value(document), '$setField');
}

function compileUnsetField(operand: BsonValue, scope: ExpressionScope): Expression {
  const spec = setFieldArguments(operand, '$unsetField', ['field', 'input']);
  const field = constantField(spec.get('field'), scope, '$unsetField', [4161106, 4161107]);
  const input = scope.compile(spec.get('input'));
  return (document) => withField(input(document), field, undefined, '$unsetField');
}

function setFieldArguments(operand: BsonValue, name: string, names: string[]): BsonDocument {
  const codes: Record<string, number> = { field: 4161102, value: 4161103, input: 4161109 };
  return checkedArguments(operand, {
    names,
    required: names,
    notObject: () => [4161100, `${name} only supports an object as its argument`],
    unknown: (argument) => [4161101, `${name} found an unknown argument: ${argument}`],
    missing: (argument) => [codes[argument] as number, `${name} requires '${argument}' to be specified`],
  });
}

function withField(input: BsonValue, field: string, value: BsonValue, name: string): BsonValue {
  if (isNullish(input)) return null;
  if (!(input instanceof Map)) {
    throw new MongoServerError(4161105, `${name} requires 'input' to evaluate to type Object`);
  }
  const copy = new Map(input);
  if (value === undefined) copy.delete(field);
  else copy.set(field, value);
  return copy;
}
