import { isNumber } from '../../bson/numbers.ts';
import { bsonType } from '../../bson/type-code.ts';
import { typeAliases, typeNameOfCode } from '../../bson/type-names.ts';
import type { BsonValue } from '../../bson/value.ts';
import { badValue, conversionFailure, failedToParse, MongoServerError } from '../../errors.ts';
import { namedArguments, operandList, unary } from './arguments.ts';
import { convertValue } from './conversion.ts';
import {
  type Expression,
  type ExpressionScope,
  isNullish,
  type OperatorCompiler,
  type OperatorTable,
} from './expression.ts';
import { asInt32, kindOf } from './value-kind.ts';

/** Asking for and converting types. */
export const typeOperators: OperatorTable = {
  $type: unary(kindOf),
  $isNumber: unary((value) => isNumber(value)),
  $convert: compileConvert,
  $toBool: conversionTo(bsonType.bool),
  $toDate: conversionTo(bsonType.date),
  $toDecimal: conversionTo(bsonType.decimal),
  $toDouble: conversionTo(bsonType.double),
  $toInt: conversionTo(bsonType.int),
  $toLong: conversionTo(bsonType.long),
  $toObjectId: conversionTo(bsonType.objectId),
  $toString: conversionTo(bsonType.string),
};

function conversionTo(target: number): OperatorCompiler {
  return (operand, scope, name) => {
    const operands = operandList(operand);
    if (operands.length !== 1) {
      throw new MongoServerError(50723, `${name} requires a single argument, got ${operands.length}`);
    }
    const input = scope.compile(operands[0]);
    return (document) => {
      const value = input(document);
      return isNullish(value) ? null : convertValue(value, target);
    };
  };
}

function compileConvert(operand: BsonValue, scope: ExpressionScope): Expression {
  const compiled = namedArguments(operand, scope, {
    names: ['input', 'to', 'onError', 'onNull'],
    required: ['input', 'to'],
    notObject: (type) => [9, `$convert expects an object of named arguments but found: ${type}`],
    unknown: (argument) => [9, `$convert found an unknown argument: ${argument}`],
    missing: (argument) => [9, `Missing '${argument}' parameter to $convert`],
  });
  const { input, to, onError, onNull } = compiled;
  return (document) => {
    const targetValue = to?.(document);
    const value = input?.(document);
    const target = isNullish(targetValue) ? undefined : targetType(targetValue);
    if (isNullish(value)) return onNull ? onNull(document) : null;
    if (target === undefined) return null;
    try {
      return convertValue(value, target);
    } catch (error) {
      const isConversion = error instanceof MongoServerError && error.code === conversionFailure('').code;
      if (onError && isConversion) return onError(document);
      throw error;
    }
  };
}

function targetType(value: BsonValue): number {
  if (typeof value === 'string') {
    const code = typeAliases.get(value);
    if (code === undefined) throw badValue(`Unknown type name: ${value}`);
    return code;
  }
  if (!isNumber(value)) {
    throw failedToParse(`$convert's 'to' argument must be a string or number, but is ${kindOf(value)}`);
  }
  const code = asInt32(value);
  if (code === undefined) throw failedToParse("In $convert, numeric 'to' argument is not an integer");
  if (typeNameOfCode(code) === 'missing') {
    throw failedToParse(`In $convert, numeric value for 'to' does not correspond to a BSON type: ${code}`);
  }
  return code;
}
