import { Binary, BSONRegExp, BSONSymbol, Code, Double, MaxKey, MinKey, ObjectId, Timestamp } from 'bson';
import type { BsonDocument, BsonValue } from './value.ts';

/** A document as MongoDB writes it in messages: `{ a: 1, b: "x" }`, `{}` when empty. */
export function documentToText(document: BsonDocument): string {
  if (document.size === 0) return '{}';
  return `{ ${[...document].map(([name, value]) => elementToText(name, value)).join(', ')} }`;
}

/** A field as MongoDB writes it in messages: `a: 1`. */
export function elementToText(name: string, value: BsonValue): string {
  return `${name}: ${valueToText(value)}`;
}

/** A value as MongoDB writes it in messages: strings quoted, doubles with a decimal point, no type suffixes. */
export function valueToText(value: BsonValue): string {
  if (typeof value === 'string') return `"${value}"`;
  if (value === null) return 'null';
  if (value === undefined) return 'undefined';
  if (typeof value === 'boolean') return String(value);
  if (value instanceof Double) return doubleToText(value.value);
  if (value instanceof Map) return documentToText(value);
  if (Array.isArray(value)) return value.length === 0 ? '[]' : `[ ${value.map(valueToText).join(', ')} ]`;
  if (value instanceof ObjectId) return `ObjectId('${value.toHexString()}')`;
  if (value instanceof Date) return `new Date(${value.getTime()})`;
  if (value instanceof Timestamp) return `Timestamp(${value.t}, ${value.i})`;
  if (value instanceof Binary) return binaryToText(value);
  if (value instanceof BSONRegExp) return `/${value.pattern}/${value.options}`;
  if (value instanceof BSONSymbol) return `"${value.value}"`;
  if (value instanceof Code) return value.code;
  if (value instanceof MinKey) return 'MinKey';
  if (value instanceof MaxKey) return 'MaxKey';
  return value.toString();
}

/** A double in messages: as {@link formatDouble}, with `.0` where there is no point. */
export function doubleToText(value: number): string {
  const text = formatDouble(value);
  return text.includes('.') ? text : `${text}.0`;
}

/** A double with sixteen significant digits, as C's `%.16g` writes it: 5, 0.1, 1e+16, 1e-05. */
export function formatDouble(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const [digits, power] = value.toExponential(15).split('e') as [string, string];
  const mantissa = digits.replace(/\.?0+$/, '');
  const exponent = Number(power);
  if (exponent < -4 || exponent >= 16) {
    return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  const fixed = value.toFixed(Math.max(0, 15 - exponent));
  return fixed.includes('.') ? fixed.replace(/\.?0+$/, '') : fixed;
}

function binaryToText(value: Binary): string {
  const hex = Buffer.from(value.buffer.subarray(0, value.position)).toString('hex');
  if (value.sub_type === Binary.SUBTYPE_UUID && hex.length === 32) {
    return `UUID("${hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')}")`;
  }
  return `BinData(${value.sub_type}, ${hex.toUpperCase()})`;
}
