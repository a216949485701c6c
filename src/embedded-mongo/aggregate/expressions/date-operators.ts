import { Int32, Long, ObjectId, Timestamp } from 'bson';
import { exactInteger, isNumber } from '../../bson/numbers.ts';
import type { BsonDocument, BsonValue } from '../../bson/value.ts';
import { MongoServerError } from '../../errors.ts';
import { namedArguments } from './arguments.ts';
import {
  addToDate,
  type DateUnit,
  dateDifference,
  parseUnit,
  parseWeekday,
  truncateDate,
} from './date-math.ts';
import { dayOfYear, isoDayOfWeek, isoWeek, weekOfYear } from './date-parts.ts';
import {
  type Expression,
  type ExpressionScope,
  isNullish,
  type OperatorCompiler,
  type OperatorTable,
} from './expression.ts';
import { type TimeZone, timeZoneOf, toLocal, utc } from './time-zone.ts';
import { kindOf, textOf } from './value-kind.ts';

/** Parts of dates and arithmetic on them, by the clock of a time zone. */
export const dateOperators: OperatorTable = {
  $year: part((local) => local.getUTCFullYear()),
  $month: part((local) => local.getUTCMonth() + 1),
  $dayOfMonth: part((local) => local.getUTCDate()),
  $dayOfWeek: part((local) => local.getUTCDay() + 1),
  $dayOfYear: part(dayOfYear),
  $hour: part((local) => local.getUTCHours()),
  $minute: part((local) => local.getUTCMinutes()),
  $second: part((local) => local.getUTCSeconds()),
  $millisecond: part((local) => local.getUTCMilliseconds()),
  $week: part(weekOfYear),
  $isoWeek: part((local) => isoWeek(local).week),
  $isoWeekYear: part((local) => isoWeek(local).year, true),
  $isoDayOfWeek: part(isoDayOfWeek),
  $dateAdd: addition(1),
  $dateSubtract: addition(-1),
  $dateDiff: compileDiff,
  $dateTrunc: compileTrunc,
  $dateToParts: compileToParts,
};

/** A date, or the time in an ObjectId or Timestamp; anything else is refused with 16006. */
export function coerceToDate(value: BsonValue): Date {
  if (value instanceof Date) return value;
  if (value instanceof ObjectId) return value.getTimestamp();
  if (value instanceof Timestamp) return new Date(value.t * 1000);
  throw new MongoServerError(16006, `can't convert from BSON type ${kindOf(value)} to Date`);
}

function part(read: (local: Date) => number, asLong = false): OperatorCompiler {
  return (operand, scope, name) => {
    const { date, timezone } = dateArguments(operand, scope, name);
    return (document) => {
      const value = date(document);
      const zone = timezone ? timeZoneOf(timezone(document), name) : utc;
      if (isNullish(value) || !zone) return null;
      const number = read(toLocal(coerceToDate(value).getTime(), zone));
      return asLong ? Long.fromNumber(number) : new Int32(number);
    };
  };
}

function dateArguments(
  operand: BsonValue,
  scope: ExpressionScope,
  name: string,
): { date: Expression; timezone: Expression | undefined } {
  const isNamed = operand instanceof Map && !operand.keys().next().value?.startsWith('$');
  if (!isNamed) {
    if (Array.isArray(operand) && operand.length !== 1) {
      throw new MongoServerError(
        40536,
        `${name} accepts exactly one argument if given an array, but was given ${operand.length}`,
      );
    }
    return { date: scope.compile(Array.isArray(operand) ? operand[0] : operand), timezone: undefined };
  }
  const compiled = namedArguments(operand, scope, {
    names: ['date', 'timezone'],
    required: ['date'],
    notObject: () => [40539, `missing 'date' argument to ${name}`],
    unknown: (argument) => [40535, `unrecognized option to ${name}: "${argument}"`],
    missing: () => [40539, `missing 'date' argument to ${name}, provided: ${name}: ${textOf(operand)}`],
  });
  return { date: compiled.date as Expression, timezone: compiled.timezone };
}

function unitOf(value: BsonValue, name: string): DateUnit {
  if (typeof value === 'string') return parseUnit(value);
  throw new MongoServerError(5439013, `${name} requires 'unit' to be a string, but got ${kindOf(value)}`);
}

function zoneArgument(
  timezone: Expression | undefined,
  document: BsonDocument,
  name: string,
): TimeZone | undefined {
  return timezone ? timeZoneOf(timezone(document), name) : utc;
}

function weekdayArgument(
  argument: Expression | undefined,
  document: BsonDocument,
  name: string,
): number | undefined {
  if (!argument) return 0;
  const value = argument(document);
  if (isNullish(value)) return undefined;
  if (typeof value === 'string') return parseWeekday(value);
  throw new MongoServerError(
    5439015,
    `${name} requires 'startOfWeek' to be a string, but got ${kindOf(value)}`,
  );
}

function rules(name: string, names: string[], required: string[], codes: [number, number, number]) {
  return {
    names,
    required,
    notObject: (type: string): [number, string] => [
      codes[0],
      `${name} only supports an object as its argument, found ${type}`,
    ],
    unknown: (argument: string): [number, string] => [
      codes[1],
      `Unrecognized argument to ${name}: ${argument}`,
    ],
    missing: (argument: string): [number, string] => [codes[2], `Missing '${argument}' parameter to ${name}`],
  };
}

function addition(sign: 1 | -1): OperatorCompiler {
  return (operand, scope, name) => {
    const names = ['startDate', 'unit', 'amount', 'timezone'];
    const required = ['startDate', 'unit', 'amount'];
    const compiled = namedArguments(operand, scope, {
      ...rules(name, names, required, [5166400, 5166401, 5166402]),
      notObject: () => [5166400, `${name} expects an object as its argument`],
      missing: () => [5166402, `${name} requires startDate, unit, and amount to be present`],
    });
    const { startDate, unit, amount } = compiled as Record<string, Expression>;
    return (document) => {
      const [start, unitValue, count] = [startDate?.(document), unit?.(document), amount?.(document)];
      const zone = zoneArgument(compiled.timezone, document, name);
      if (isNullish(start) || isNullish(unitValue) || isNullish(count) || !zone) return null;
      const whole = isNumber(count) ? exactInteger(count) : undefined;
      if (whole === undefined)
        throw new MongoServerError(5166405, `${name} expects integer amount of time units`);
      return addToDate(coerceToDate(start), unitOf(unitValue, name), sign * Number(whole), zone);
    };
  };
}

function compileDiff(operand: BsonValue, scope: ExpressionScope, name: string): Expression {
  const names = ['startDate', 'endDate', 'unit', 'timezone', 'startOfWeek'];
  const required = ['startDate', 'endDate', 'unit'];
  const compiled = namedArguments(operand, scope, rules(name, names, required, [5166301, 5166302, 5166303]));
  const { startDate, endDate, unit, timezone, startOfWeek } = compiled;
  return (document) => {
    const [start, end, unitValue] = [startDate?.(document), endDate?.(document), unit?.(document)];
    const zone = zoneArgument(timezone, document, name);
    const weekday = weekdayArgument(startOfWeek, document, name);
    if (isNullish(start) || isNullish(end) || isNullish(unitValue) || !zone || weekday === undefined)
      return null;
    const difference = dateDifference(
      coerceToDate(start),
      coerceToDate(end),
      unitOf(unitValue, name),
      zone,
      weekday,
    );
    return Long.fromNumber(difference);
  };
}

function compileTrunc(operand: BsonValue, scope: ExpressionScope, name: string): Expression {
  const names = ['date', 'unit', 'binSize', 'timezone', 'startOfWeek'];
  const compiled = namedArguments(
    operand,
    scope,
    rules(name, names, ['date', 'unit'], [5439007, 5439008, 5439009]),
  );
  return (document) => {
    const [date, unitValue] = [compiled.date?.(document), compiled.unit?.(document)];
    const size = compiled.binSize ? compiled.binSize(document) : new Int32(1);
    const zone = zoneArgument(compiled.timezone, document, name);
    const weekday = weekdayArgument(compiled.startOfWeek, document, name);
    const isNull = isNullish(date) || isNullish(unitValue) || isNullish(size);
    if (isNull || !zone || weekday === undefined) return null;
    const binSize = isNumber(size) ? exactInteger(size) : undefined;
    if (binSize === undefined) {
      throw new MongoServerError(
        5439017,
        `$dateTrunc requires 'binSize' to be a 64-bit integer, but got value '${textOf(size)}' of type ${kindOf(size)}`,
      );
    }
    if (binSize <= 0n) {
      throw new MongoServerError(
        5439018,
        `$dateTrunc requires 'binSize' to be greater than 0, but got value ${binSize}`,
      );
    }
    return truncateDate(coerceToDate(date), unitOf(unitValue, name), Number(binSize), zone, weekday);
  };
}

function compileToParts(operand: BsonValue, scope: ExpressionScope, name: string): Expression {
  const compiled = namedArguments(operand, scope, {
    names: ['date', 'timezone', 'iso8601'],
    required: ['date'],
    notObject: () => [40524, '$dateToParts only supports an object as its argument'],
    unknown: (argument) => [40520, `Unrecognized argument to $dateToParts: ${argument}`],
    missing: () => [40522, "Missing 'date' parameter to $dateToParts"],
  });
  return (document) => {
    const date = compiled.date?.(document);
    const zone = zoneArgument(compiled.timezone, document, name);
    const iso = compiled.iso8601 ? compiled.iso8601(document) : false;
    if (isNullish(date) || !zone || isNullish(iso)) return null;
    if (typeof iso !== 'boolean') {
      throw new MongoServerError(40521, `iso8601 must evaluate to a bool, found ${kindOf(iso)}`);
    }
    const local = toLocal(coerceToDate(date).getTime(), zone);
    const day: [string, number][] = iso
      ? [
          ['isoWeekYear', isoWeek(local).year],
          ['isoWeek', isoWeek(local).week],
          ['isoDayOfWeek', isoDayOfWeek(local)],
        ]
      : [
          ['year', local.getUTCFullYear()],
          ['month', local.getUTCMonth() + 1],
          ['day', local.getUTCDate()],
        ];
    const time: [string, number][] = [
      ['hour', local.getUTCHours()],
      ['minute', local.getUTCMinutes()],
      ['second', local.getUTCSeconds()],
      ['millisecond', local.getUTCMilliseconds()],
    ];
    return new Map([...day, ...time].map(([field, value]) => [field, new Int32(value)]));
  };
}
