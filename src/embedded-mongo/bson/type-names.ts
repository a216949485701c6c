import { bsonType, typeCodeOf } from './type-code.ts';
import type { BsonValue } from './value.ts';

/** The aliases `$type` takes for single types; `number` stands for four and is handled by the caller. */
export const typeAliases: ReadonlyMap<string, number> = new Map([
  ['double', bsonType.double],
  ['string', bsonType.string],
  ['object', bsonType.object],
  ['array', bsonType.array],
  ['binData', bsonType.binData],
  ['undefined', bsonType.undefined],
  ['objectId', bsonType.objectId],
  ['bool', bsonType.bool],
  ['date', bsonType.date],
  ['null', bsonType.null],
  ['regex', bsonType.regex],
  ['dbPointer', bsonType.dbPointer],
  ['javascript', bsonType.javascript],
  ['symbol', bsonType.symbol],
  ['javascriptWithScope', bsonType.javascriptWithScope],
  ['int', bsonType.int],
  ['timestamp', bsonType.timestamp],
  ['long', bsonType.long],
  ['decimal', bsonType.decimal],
  ['minKey', bsonType.minKey],
  ['maxKey', bsonType.maxKey],
]);

const namesByCode = new Map([...typeAliases].map(([name, code]) => [code, name]));

/** The alias of a type number, as in `$type`'s result and in error messages. */
export function typeNameOfCode(code: number): string {
  return namesByCode.get(code) ?? 'missing';
}

/** The alias of a value's type. */
export function typeNameOf(value: BsonValue): string {
  return typeNameOfCode(typeCodeOf(value));
}
