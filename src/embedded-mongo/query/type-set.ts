import { exactInteger, isNumber } from '../bson/numbers.ts';
import { elementToText, valueToText } from '../bson/to-text.ts';
import { bsonType } from '../bson/type-code.ts';
import { typeAliases, typeNameOfCode } from '../bson/type-names.ts';
import type { BsonValue } from '../bson/value.ts';
import { badValue, failedToParse, typeMismatch } from '../errors.ts';

/** Parses the operand of `$type`: a name, a number, or an array of them, to the set of type numbers. */
export function parseTypeSet(operand: BsonValue, field: string): ReadonlySet<number> {
  const types = new Set<number>();
  const entries = Array.isArray(operand) ? operand : [operand];
  if (entries.length === 0) throw failedToParse(`${field} must match at least one type`);
  for (const entry of entries) addType(types, entry);
  return types;
}

const numberTypes = [bsonType.double, bsonType.int, bsonType.long, bsonType.decimal];

function addType(types: Set<number>, entry: BsonValue): void {
  if (typeof entry === 'string') {
    if (entry === 'number') {
      for (const type of numberTypes) types.add(type);
      return;
    }
    const code = typeAliases.get(entry);
    if (code === undefined) throw badValue(`Unknown type name alias: ${entry}`);
    types.add(code);
    return;
  }
  if (!isNumber(entry)) throw typeMismatch('type must be represented as a number or a string');
  const code = exactInteger(entry);
  if (code === 0n) {
    throw badValue('Invalid numerical type code: 0. Instead use {$exists:false}.');
  }
  if (code === undefined || typeNameOfCode(Number(code)) === 'missing') {
    throw badValue(`Invalid numerical type code: ${numberText(entry)}`);
  }
  types.add(Number(code));
}

function numberText(entry: BsonValue): string {
  return valueToText(entry).replace(/\.0$/, '');
}

/** Parses an operand that must be a whole number of at least zero, such as `$size`'s; the reason alone on failure. */
export function parseNonNegativeInteger(name: string, operand: BsonValue): number | { reason: string } {
  const text = elementToText(name, operand);
  if (!isNumber(operand)) return { reason: `Expected a number in: ${text}` };
  const value = exactInteger(operand);
  if (value === undefined) return { reason: `Expected an integer: ${text}` };
  if (value < 0n) return { reason: `Expected a non-negative number in: ${text}` };
  if (value > 2147483647n) return { reason: `Cannot represent ${text} in an int` };
  return Number(value);
}
