import { Int32 } from 'bson';
import { compareValues } from '../../bson/compare.ts';
import type { BsonValue } from '../../bson/value.ts';
import { MongoServerError } from '../../errors.ts';
import { anyNumber, between, binary, exactly, namedArguments, unary } from './arguments.ts';
import {
  type Expression,
  type ExpressionScope,
  isNullish,
  type OperatorCompiler,
  type OperatorTable,
} from './expression.ts';
import { coerceToText } from './text.ts';
import { asInt32, kindOf, textOf } from './value-kind.ts';

/** Operators on strings, by code points or by UTF-8 bytes as their names say. */
export const stringOperators: OperatorTable = {
  $concat: compileConcat,
  $toLower: unary((value) => coerceToText(value).replace(/[A-Z]+/g, (text) => text.toLowerCase())),
  $toUpper: unary((value) => coerceToText(value).replace(/[a-z]+/g, (text) => text.toUpperCase())),
  $strcasecmp: binary((a, b) => {
    const [x, y] = [coerceToText(a).toUpperCase(), coerceToText(b).toUpperCase()];
    return new Int32(compareValues(x, y));
  }),
  $strLenCP: unary(
    (value) =>
      new Int32([...checkedText(value, 34471, '$strLenCP requires a string argument, found: ')].length),
  ),
  $strLenBytes: unary(
    (value) =>
      new Int32(
        Buffer.byteLength(checkedText(value, 34473, '$strLenBytes requires a string argument, found: ')),
      ),
  ),
  $substr: compileSubstrBytes,
  $substrBytes: compileSubstrBytes,
  $substrCP: compileSubstrCP,
  $indexOfCP: indexOf(
    '$indexOfCP',
    40093,
    (text) => [...text],
    (part) => [...part].length,
  ),
  $indexOfBytes: indexOf('$indexOfBytes', 40091, utf8Units, (part) => Buffer.byteLength(part)),
  $split: binary(split),
  $trim: trim(true, true),
  $ltrim: trim(true, false),
  $rtrim: trim(false, true),
  $replaceOne: replace((text, find, replacement) => {
    const at = text.indexOf(find);
    return at < 0 ? text : text.slice(0, at) + replacement + text.slice(at + find.length);
  }),
  $replaceAll: replace((text, find, replacement) => {
    if (find === '') return replacement + [...text].map((char) => char + replacement).join('');
    return text.split(find).join(replacement);
  }),
};

function checkedText(value: BsonValue, code: number, message: string): string {
  if (typeof value === 'string') return value;
  throw new MongoServerError(code, message + kindOf(value));
}

/** A string whose units are bytes, so that positions count bytes. */
function utf8Units(text: string): string[] {
  return [...Buffer.from(text, 'utf8').toString('latin1')];
}

function compileConcat(operand: BsonValue, scope: ExpressionScope): Expression {
  const operands = anyNumber(operand, scope);
  return (document) => {
    let result = '';
    for (const each of operands) {
      const value = each(document);
      if (isNullish(value)) return null;
      if (typeof value !== 'string') {
        throw new MongoServerError(16702, `$concat only supports strings, not ${kindOf(value)}`);
      }
      result += value;
    }
    return result;
  };
}

function compileSubstrBytes(operand: BsonValue, scope: ExpressionScope, name: string): Expression {
  const [text, start, length] = exactly(operand, 3, scope, name) as [Expression, Expression, Expression];
  return (document) => {
    const bytes = Buffer.from(coerceToText(text(document)), 'utf8');
    const lower = wholeNumber(
      start(document),
      16034,
      `${name}:  starting index must be a numeric type (is BSON type `,
    );
    const count = wholeNumber(
      length(document),
      16035,
      `${name}:  length must be a numeric type (is BSON type `,
    );
    if (lower < 0)
      throw new MongoServerError(50752, `${name}:  starting index must be non-negative (got: ${lower})`);
    const end = count < 0 ? bytes.length : Math.min(bytes.length, lower + count);
    if (lower >= bytes.length) return '';
    if (isContinuation(bytes[lower])) {
      throw new MongoServerError(
        28656,
        `${name}:  Invalid range, starting index is a UTF-8 continuation byte.`,
      );
    }
    if (isContinuation(bytes[end])) {
      throw new MongoServerError(
        28657,
        `${name}:  Invalid range, ending index is in the middle of a UTF-8 character.`,
      );
    }
    return bytes.toString('utf8', lower, end);
  };
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

function wholeNumber(value: BsonValue, code: number, message: string): number {
  const integer = asInt32(value);
  if (integer !== undefined) return integer;
  throw new MongoServerError(code, `${message}${kindOf(value)})`);
}

function compileSubstrCP(operand: BsonValue, scope: ExpressionScope, name: string): Expression {
  const [text, start, length] = exactly(operand, 3, scope, name) as [Expression, Expression, Expression];
  return (document) => {
    const chars = [...coerceToText(text(document))];
    const from = substrIndex(start(document), [34450, 34451], 'starting index');
    const count = substrIndex(length(document), [34452, 34453], 'length');
    if (count < 0) throw new MongoServerError(34454, '$substrCP: length must be a nonnegative integer.');
    if (from < 0)
      throw new MongoServerError(34455, '$substrCP: the starting index must be nonnegative integer.');
    return chars.slice(from, from + count).join('');
  };
}

function substrIndex(value: BsonValue, [notNumber, notInt]: [number, number], role: string): number {
  const integer = asInt32(value);
  if (integer !== undefined) return integer;
  const isNumeric = ['int', 'long', 'double', 'decimal'].includes(kindOf(value));
  if (!isNumeric) {
    throw new MongoServerError(
      notNumber,
      `$substrCP: ${role} must be a numeric type (is BSON type ${kindOf(value)})`,
    );
  }
  throw new MongoServerError(
    notInt,
    `$substrCP: ${role} cannot be represented as a 32-bit integral value: ${textOf(value)}`,
  );
}

function indexOf(
  name: string,
  firstCode: number,
  toUnits: (text: string) => string[],
  lengthOf: (text: string) => number,
): OperatorCompiler {
  return (operand, scope) => {
    const [textOperand, tokenOperand, ...bounds] = between(operand, 2, 4, scope, name) as [
      Expression,
      Expression,
    ];
    const [startOperand, endOperand] = bounds as (Expression | undefined)[];
    return (document) => {
      const value = textOperand(document);
      if (isNullish(value)) return null;
      const text = checkedText(value, firstCode, `${name} requires a string as the first argument, found: `);
      const token = checkedText(
        tokenOperand(document),
        firstCode + 1,
        `${name} requires a string as the second argument, found: `,
      );
      const units = toUnits(text);
      const start = startOperand ? indexBound(startOperand(document), name, 'starting index') : 0;
      const end = endOperand ? indexBound(endOperand(document), name, 'ending index') : units.length;
      if (start > units.length || end < start) return new Int32(-1);
      return new Int32(findUnits(units.slice(0, end), toUnits(token), start, lengthOf(token)));
    };
  };
}

function findUnits(units: string[], token: string[], start: number, length: number): number {
  for (let at = start; at + length <= units.length; at++) {
    if (token.every((unit, i) => units[at + i] === unit)) return at;
  }
  return -1;
}

/** Checks a bound of a search: a whole number (40096) of at least zero (40097). */
export function indexBound(value: BsonValue, name: string, role: string): number {
  const bound = asInt32(value);
  if (bound === undefined) {
    throw new MongoServerError(
      40096,
      `${name}requires an integral ${role}, found a value of type: ${kindOf(value)}, with value: ${textOf(value)}`,
    );
  }
  if (bound < 0) {
    throw new MongoServerError(40097, `${name} requires a nonnegative ${role}, found: ${textOf(value)}`);
  }
  return bound;
}

function split(text: BsonValue, separator: BsonValue): BsonValue {
  if (isNullish(text) || isNullish(separator)) return null;
  const message = '$split requires an expression that evaluates to a string as a ';
  const input = checkedText(text, 40085, `${message}first argument, found: `);
  const token = checkedText(separator, 40086, `${message}second argument, found: `);
  if (token === '') throw new MongoServerError(40087, '$split requires a non-empty separator');
  return input.split(token);
}

const blanks = [
  ...'\0 \t\n\v\f\r\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a',
];

function trim(left: boolean, right: boolean): OperatorCompiler {
  return (operand, scope, name) => {
    const { input, chars } = namedArguments(operand, scope, {
      names: ['input', 'chars'],
      required: ['input'],
      notObject: (type) => [50696, `${name} only supports an object as an argument, found ${type}`],
      unknown: (argument) => [50694, `${name} found an unknown argument: ${argument}`],
      missing: () => [50695, `${name} requires an 'input' field`],
    });
    return (document) => {
      const value = input?.(document);
      if (isNullish(value)) return null;
      if (typeof value !== 'string') throw notText(name, 'its input', value, 50699);
      const unwanted = chars ? chars(document) : undefined;
      if (chars && isNullish(unwanted)) return null;
      if (chars && typeof unwanted !== 'string') throw notText(name, "'chars'", unwanted, 50700);
      const set = new Set(typeof unwanted === 'string' ? unwanted : blanks);
      return trimmed([...value], set, left, right);
    };
  };
}

function notText(name: string, what: string, value: BsonValue, code: number): MongoServerError {
  return new MongoServerError(
    code,
    `${name} requires ${what} to be a string, got ${textOf(value)} (of type ${kindOf(value)}) instead.`,
  );
}

function trimmed(chars: string[], unwanted: Set<string>, left: boolean, right: boolean): string {
  let start = 0;
  let end = chars.length;
  while (left && start < end && unwanted.has(chars[start] as string)) start++;
  while (right && end > start && unwanted.has(chars[end - 1] as string)) end--;
  return chars.slice(start, end).join('');
}

function replace(evaluate: (text: string, find: string, replacement: string) => string): OperatorCompiler {
  return (operand, scope, name) => {
    const missingCodes: Record<string, number> = { input: 51749, find: 51748, replacement: 51747 };
    const compiled = namedArguments(operand, scope, {
      names: ['input', 'find', 'replacement'],
      required: ['input', 'find', 'replacement'],
      notObject: (type) => [51751, `${name} requires an object as an argument, found: ${type}`],
      unknown: (argument) => [51750, `${name} found an unknown argument: ${argument}`],
      missing: (argument) => [
        missingCodes[argument] as number,
        `${name} requires '${argument}' to be specified`,
      ],
    });
    return (document) => {
      const input = compiled.input?.(document);
      const find = compiled.find?.(document);
      const replacement = compiled.replacement?.(document);
      for (const [argument, value, code] of [
        ['input', input, 51746],
        ['find', find, 51745],
        ['replacement', replacement, 51744],
      ] as const) {
        if (typeof value === 'string' || isNullish(value)) continue;
        throw new MongoServerError(
          code,
          `${name} requires that '${argument}' be a string, found: ${textOf(value)}`,
        );
      }
      if (typeof input !== 'string' || typeof find !== 'string' || typeof replacement !== 'string')
        return null;
      return evaluate(input, find, replacement);
    };
  };
}
