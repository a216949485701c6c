import { BSONRegExp, Decimal128, type Document, Double, Int32, Long } from 'mongodb';

export const int = (number: number) => new Int32(number);
export const double = (number: number) => new Double(number);
export const long = (number: number | bigint) => Long.fromBigInt(BigInt(number));
export const decimal = (text: string) => Decimal128.fromString(text);
export const regex = (pattern: string, options = '') => new BSONRegExp(pattern, options);

/** An object made of names and values, for names that a literal had better not have. */
export const fields = (...namesAndValues: [name: string, value: unknown][]): object =>
  Object.assign({}, ...namesAndValues.map(([name, value]) => ({ [name]: value })));

/**
 * A value as the tables write it. Numbers show their type: `5` is an int, `5L` a long, `5.0` a double, `5m` a
 * decimal; fields keep their order.
 */
export function written(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') return (value | 0) === value ? String(value) : writtenDouble(value);
  if (typeof value !== 'object' || value === null) return String(value);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return `[${value.map(written).join(', ')}]`;
  if ('_bsontype' in value) return writtenBson(value as { _bsontype: string; value?: unknown });
  const entries = Object.entries(value);
  if (entries.length === 0) return '{}';
  return `{ ${entries.map(([name, field]) => `${name}: ${written(field)}`).join(', ')} }`;
}

/** The documents one after the other. */
export function writtenAll(documents: readonly Document[]): string {
  return documents.map(written).join(' ');
}

function writtenBson(value: { _bsontype: string; value?: unknown }): string {
  switch (value._bsontype) {
    case 'Int32':
      return String(value.value);
    case 'Double':
      return writtenDouble(value.value as number);
    case 'Long':
      return `${value}L`;
    case 'Decimal128':
      return `${value}m`;
    case 'BSONRegExp': {
      const { pattern, options } = value as BSONRegExp;
      return `/${pattern}/${options}`;
    }
    case 'MinKey':
    case 'MaxKey':
      return value._bsontype;
    default:
      return `${value._bsontype}(${value})`;
  }
}

function writtenDouble(value: number): string {
  if (!Number.isInteger(value)) return String(value);
  return `${Object.is(value, -0) ? '-0' : BigInt(value)}.0`;
}
