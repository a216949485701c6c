import { BSON, type Document, Long } from 'mongodb';

/** Where a test's result is not what its file says. */
export class Mismatch extends Error {}

/** What the matcher asks of the test's named things. */
export interface NamedThings {
  get(name: string): unknown;
  /** The id of a session, as commands carry it. */
  lsidOf(session: string): Document;
}

/** Where in a result the matcher is, and whether fields that nobody expects are allowed there. */
interface Place {
  path: string;
  open: boolean;
}

/**
 * Compares by the rules of the unified test format: numbers by value whatever their type, `$$` operators, further
 * fields allowed in a root document (and in each document of a root array) and nowhere else. Throws a Mismatch.
 */
export function match(expected: unknown, actual: unknown, things: NamedThings, path = 'result'): void {
  matchAt(expected, actual, things, { path, open: true });
}

/** Like `match`, where no document may have a field more: the outcome of a test. */
export function matchExactly(expected: unknown, actual: unknown, things: NamedThings, path: string): void {
  matchAt(expected, actual, things, { path, open: false });
}

function matchAt(expected: unknown, actual: unknown, things: NamedThings, place: Place): void {
  const operator = operatorOf(expected);
  if (operator !== undefined) matchOperator(operator, actual, things, place);
  else if (Array.isArray(expected)) matchArray(expected, actual, things, place);
  else if (isDocument(expected)) matchDocument(expected, actual, things, place);
  else if (!sameScalar(expected, actual)) differ(place, expected, actual);
}

function matchArray(expected: unknown[], actual: unknown, things: NamedThings, place: Place): void {
  if (!Array.isArray(actual)) differ(place, expected, actual);
  if (actual.length !== expected.length) {
    throw new Mismatch(
      `${place.path} has ${actual.length} elements, not ${expected.length}: ${text(actual)}`,
    );
  }
  expected.forEach((element, index) => {
    matchAt(element, actual[index], things, { path: `${place.path}[${index}]`, open: place.open });
  });
}

function matchDocument(expected: Document, actual: unknown, things: NamedThings, place: Place): void {
  if (typeof actual !== 'object' || actual === null || Array.isArray(actual)) {
    differ(place, expected, actual);
  }
  const found: Document = actual instanceof Map ? Object.fromEntries(actual) : (actual as Document);
  for (const [field, value] of Object.entries(expected)) {
    const isIn = found[field] !== undefined;
    const below = { path: `${place.path}.${field}`, open: false };
    if (!isIn && !allowsAbsence(value))
      throw new Mismatch(`${below.path} is missing; expected ${text(value)}`);
    matchAt(value, found[field], things, below);
  }
  if (place.open) return;
  for (const field of Object.keys(found)) {
    if (!Object.hasOwn(expected, field) && found[field] !== undefined) {
      throw new Mismatch(`${place.path}.${field} is ${text(found[field])}, and was not expected`);
    }
  }
}

interface Operator {
  name: string;
  operand: unknown;
}

function operatorOf(expected: unknown): Operator | undefined {
  if (!isDocument(expected)) return undefined;
  const [name, ...others] = Object.keys(expected);
  if (name === undefined || others.length > 0 || !name.startsWith('$$')) return undefined;
  return { name, operand: expected[name] };
}

function allowsAbsence(expected: unknown): boolean {
  const operator = operatorOf(expected);
  return (
    operator?.name === '$$unsetOrMatches' || (operator?.name === '$$exists' && operator.operand === false)
  );
}

function matchOperator(
  { name, operand }: Operator,
  actual: unknown,
  things: NamedThings,
  place: Place,
): void {
  switch (name) {
    case '$$exists':
      if ((actual !== undefined) !== operand) {
        throw new Mismatch(`${place.path} is ${text(actual)}; expected ${operand ? 'it' : 'nothing'} there`);
      }
      return;
    case '$$type': {
      const types = Array.isArray(operand) ? operand : [operand];
      if (!types.some((type) => hasType(actual, String(type)))) {
        throw new Mismatch(`${place.path} is ${text(actual)}; expected the type ${types.join(' or ')}`);
      }
      return;
    }
    case '$$unsetOrMatches':
      if (actual !== undefined && actual !== null) matchAt(operand, actual, things, place);
      return;
    case '$$matchesEntity':
      matchAt(things.get(String(operand)), actual, things, place);
      return;
    case '$$matchesHexBytes':
      if (!(actual instanceof Uint8Array) || Buffer.from(actual).toString('hex') !== operand) {
        differ(place, operand, actual);
      }
      return;
    case '$$sessionLsid':
      if (text(things.lsidOf(String(operand))) !== text(actual)) {
        throw new Mismatch(`${place.path} is not the id of ${operand}`);
      }
      return;
    case '$$lte':
      if (Number(actual) <= Number(operand)) return;
      throw new Mismatch(`${place.path} is ${text(actual)}; expected at most ${text(operand)}`);
    default:
      throw new Mismatch(`This runner does not know ${name}`);
  }
}

function isDocument(value: unknown): value is Document {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Date) &&
    !(value instanceof Map) &&
    !('_bsontype' in value)
  );
}

function sameScalar(expected: unknown, actual: unknown): boolean {
  const wanted = numberOf(expected);
  if (wanted !== undefined) return Object.is(numberOf(actual), wanted) || wanted === numberOf(actual);
  return expected === actual || text(expected) === text(actual);
}

/** JavaScript's numbers hold what the files have; larger ones are compared as text. */
function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Long) return value.toNumber();
  if (value instanceof BSON.Int32 || value instanceof BSON.Double) return value.value;
  return undefined;
}

function hasType(value: unknown, type: string): boolean {
  const number = numberOf(value);
  switch (type) {
    case 'int':
    case 'long':
      return number !== undefined && Number.isInteger(number);
    case 'double':
    case 'number':
      return number !== undefined;
    case 'string':
      return typeof value === 'string';
    case 'bool':
      return typeof value === 'boolean';
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isDocument(value);
    case 'date':
      return value instanceof Date;
    case 'null':
      return value === null;
    case 'binData':
      return value instanceof BSON.Binary;
    case 'objectId':
      return value instanceof BSON.ObjectId;
    case 'timestamp':
      return value instanceof BSON.Timestamp;
    default:
      throw new Mismatch(`This runner does not know the type ${type}`);
  }
}

function differ(place: Place, expected: unknown, actual: unknown): never {
  throw new Mismatch(`${place.path} is ${text(actual)}; expected ${text(expected)}`);
}

/** A value as a message shows it. */
export function text(value: unknown): string {
  if (value === undefined) return 'absent';
  const shown = BSON.EJSON.stringify(value, { relaxed: true }) ?? String(value);
  return shown.length > 200 ? `${shown.slice(0, 200)}…` : shown;
}
