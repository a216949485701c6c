import { Double, Int32, Long, Timestamp } from 'bson';
import { compareValues } from '../bson/compare.ts';
import { valuesIdentical } from '../bson/equal.ts';
import { integerOf, isNumber, narrowestInteger, safeAdd, safeMultiply } from '../bson/numbers.ts';
import { elementToText, valueToText } from '../bson/to-text.ts';
import { typeNameOf } from '../bson/type-names.ts';
import type { BsonDocument, BsonValue } from '../bson/value.ts';
import { badValue, typeMismatch } from '../errors.ts';
import {
  idText,
  type LeafCompiler,
  type LeafOperator,
  removed,
  type Site,
  unchanged,
} from './leaf-operator.ts';

/** The operators that set, count or compare one field. */
export const fieldOperators: Readonly<Record<string, LeafCompiler>> = {
  $set: (operand) => setter('$set', operand),
  $setOnInsert: (operand) => ({ ...setter('$setOnInsert', operand), insertOnly: true }),
  $unset: () => ({ name: '$unset', allowNonViablePath: true, update: () => removed }),
  $inc: (operand, field) => arithmetic('$inc', 'increment', operand, field),
  $mul: (operand, field) => arithmetic('$mul', 'multiply', operand, field),
  $min: (operand) => extreme('$min', operand, -1),
  $max: (operand) => extreme('$max', operand, 1),
  $currentDate: (operand, _, context) => currentDate(operand, context.now ?? new Date()),
  $bit: (operand) => bitwise(operand),
};

function setter(name: string, operand: BsonValue): LeafOperator {
  return {
    name,
    update: (value) => (valuesIdentical(value, operand) ? unchanged : operand),
    create: () => operand,
  };
}

function arithmetic(name: '$inc' | '$mul', verb: string, operand: BsonValue, field: string): LeafOperator {
  if (!isNumber(operand)) {
    throw typeMismatch(`Cannot ${verb} with non-numeric argument: {${elementToText(field, operand)}}`);
  }
  const combine = name === '$inc' ? safeAdd : safeMultiply;
  return {
    name,
    update: (value, site) => {
      if (!isNumber(value)) {
        throw typeMismatch(
          `Cannot apply ${name} to a value of non-numeric type. {${idText(site.document)}} has the field '${site.path[site.path.length - 1]}' of non-numeric type ${typeNameOf(value)}`,
        );
      }
      const result = combine(operand, value);
      if (result === undefined) {
        throw badValue(
          `Failed to apply ${name} operations to current value (${numberDebugText(value)}) for document {${idText(site.document)}}`,
        );
      }
      return valuesIdentical(value, result) ? unchanged : result;
    },
    create: () => (name === '$inc' ? operand : safeMultiply(operand, new Int32(0))),
  };
}

function numberDebugText(value: BsonValue): string {
  const type = value instanceof Int32 ? 'NumberInt' : value instanceof Long ? 'NumberLong' : 'NumberDouble';
  return `(${type})${valueToText(value)}`;
}

function extreme(name: string, operand: BsonValue, sign: 1 | -1): LeafOperator {
  return {
    name,
    update: (value, site) => (compareValues(operand, value, site.collation) * sign > 0 ? operand : unchanged),
    create: () => operand,
  };
}

/** Timestamps of one second are told apart by a counter. */
let lastTimestampCount = 0;

function currentDate(operand: BsonValue, now: Date): LeafOperator {
  const asTimestamp = wantsTimestamp(operand);
  const value = () => {
    if (!asTimestamp) return now;
    lastTimestampCount = (lastTimestampCount + 1) >>> 0;
    return new Timestamp({ t: Math.floor(now.getTime() / 1000), i: lastTimestampCount });
  };
  return { name: '$currentDate', update: value, create: value };
}

function wantsTimestamp(operand: BsonValue): boolean {
  if (typeof operand === 'boolean') return false;
  if (!(operand instanceof Map)) {
    throw badValue(
      `${typeNameOf(operand)} is not valid type for $currentDate. Please use a boolean ('true') or a $type expression ({$type: 'timestamp/date'}).`,
    );
  }
  const type = operand.get('$type');
  for (const name of operand.keys()) {
    if (name !== '$type') throw badValue(`Unrecognized $currentDate option: ${name}`);
  }
  if (type === 'date') return false;
  if (type === 'timestamp') return true;
  throw badValue(
    "The '$type' string field is required to be 'date' or 'timestamp': {$currentDate: {field : {$type: 'date'}}}",
  );
}

type BitOperation = (value: bigint, operand: bigint) => bigint;

const bitOperations: Record<string, BitOperation> = {
  and: (value, operand) => value & operand,
  or: (value, operand) => value | operand,
  xor: (value, operand) => value ^ operand,
};

function bitwise(operand: BsonValue): LeafOperator {
  const steps = bitSteps(operand);
  const apply = (value: Int32 | Long) => {
    let current = value;
    for (const [operation, mask] of steps) {
      const result = operation(integerOf(current), integerOf(mask));
      const isLong = current instanceof Long || mask instanceof Long;
      current = isLong ? Long.fromBigInt(result) : (narrowestInteger(result) as Int32);
    }
    return current;
  };
  return {
    name: '$bit',
    update: (value, site) => {
      if (!isInteger(value)) throw notIntegral(value, site);
      const result = apply(value);
      return valuesIdentical(value, result) ? unchanged : result;
    },
    create: () => apply(new Int32(0)),
  };
}

function isInteger(value: BsonValue): value is Int32 | Long {
  return isNumber(value) && (value instanceof Int32 || value instanceof Long);
}

function notIntegral(value: BsonValue, site: Site) {
  return badValue(
    `Cannot apply $bit to a value of non-integral type.${idText(site.document)} has the field ${site.path[site.path.length - 1]} of non-integer type ${typeNameOf(value)}`,
  );
}

function bitSteps(operand: BsonValue): [BitOperation, Int32 | Long][] {
  if (!(operand instanceof Map)) {
    throw badValue(
      `The $bit modifier is not compatible with a ${typeNameOf(operand)}. You must pass in an embedded document: {$bit: {field: {and/or/xor: #}}`,
    );
  }
  if (operand.size === 0) {
    throw badValue(
      'You must pass in at least one bitwise operation. The format is: {$bit: {field: {and/or/xor: #}}',
    );
  }
  return [...(operand as BsonDocument)].map(([name, mask]) => {
    const operation = Object.hasOwn(bitOperations, name) ? bitOperations[name] : undefined;
    if (!operation) {
      throw badValue(
        `The $bit modifier only supports 'and', 'or', and 'xor', not '${name}' which is an unknown operator: {${elementToText(name, mask)}}`,
      );
    }
    if (!isInteger(mask)) {
      const type = mask instanceof Double ? 'double' : typeNameOf(mask);
      throw badValue(
        `The $bit modifier field must be an Integer(32/64 bit); a '${type}' is not supported here: {${elementToText(name, mask)}}`,
      );
    }
    return [operation, mask];
  });
}
