import { badValue, failedToParse } from '../../errors.ts';
import { fromLocal, type TimeZone, toLocal } from './time-zone.ts';

/** The units of `$dateAdd`, `$dateDiff` and `$dateTrunc`. */
export type DateUnit =
  | 'year'
  | 'quarter'
  | 'month'
  | 'week'
  | 'day'
  | 'hour'
  | 'minute'
  | 'second'
  | 'millisecond';

const unitMs = {
  week: 604_800_000,
  day: 86_400_000,
  hour: 3_600_000,
  minute: 60_000,
  second: 1000,
  millisecond: 1,
};
const unitMonths = { year: 12, quarter: 3, month: 1 };

/** Checks a unit's name; FailedToParse (9) otherwise. */
export function parseUnit(text: string): DateUnit {
  if (Object.hasOwn(unitMs, text) || Object.hasOwn(unitMonths, text)) return text as DateUnit;
  throw failedToParse(`unknown time unit value: ${text}`);
}

const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

/** The weekday of a `startOfWeek` argument, Sunday 0; full or three-letter names in any case. */
export function parseWeekday(text: string): number {
  const lower = text.toLowerCase();
  const day = weekdays.findIndex((name) => name === lower || name.slice(0, 3) === lower);
  if (day < 0) throw failedToParse(`unknown day of week value: ${text}`);
  return day;
}

/** Adds units; months keep the day where the month has it and else take its last, days keep the local time. */
export function addToDate(date: Date, unit: DateUnit, amount: number, zone: TimeZone): Date {
  if (isMonthUnit(unit)) {
    const local = toLocal(date.getTime(), zone);
    const day = local.getUTCDate();
    local.setUTCDate(1);
    local.setUTCMonth(local.getUTCMonth() + amount * unitMonths[unit]);
    const lastDay = new Date(Date.UTC(local.getUTCFullYear(), local.getUTCMonth() + 1, 0)).getUTCDate();
    local.setUTCDate(Math.min(day, lastDay));
    return checkedDate(fromLocal(local.getTime(), zone));
  }
  const isCalendar = unit === 'week' || unit === 'day';
  if (!isCalendar || zone.isUtc) return checkedDate(new Date(date.getTime() + amount * unitMs[unit]));
  return checkedDate(fromLocal(toLocal(date.getTime(), zone).getTime() + amount * unitMs[unit], zone));
}

function checkedDate(date: Date): Date {
  if (Number.isNaN(date.getTime())) throw badValue('date overflow');
  return date;
}

function isMonthUnit(unit: DateUnit): unit is keyof typeof unitMonths {
  return Object.hasOwn(unitMonths, unit);
}

/** The number of unit boundaries between two dates, by the zone's clock. */
export function dateDifference(
  start: Date,
  end: Date,
  unit: DateUnit,
  zone: TimeZone,
  startOfWeek: number,
): number {
  if (unit === 'millisecond') return end.getTime() - start.getTime();
  const from = toLocal(start.getTime(), zone);
  const to = toLocal(end.getTime(), zone);
  return unitIndex(to, unit, startOfWeek) - unitIndex(from, unit, startOfWeek);
}

/** Which unit since the epoch a local date lies in. */
function unitIndex(local: Date, unit: Exclude<DateUnit, 'millisecond'>, startOfWeek: number): number {
  if (isMonthUnit(unit)) {
    return Math.floor((local.getUTCFullYear() * 12 + local.getUTCMonth()) / unitMonths[unit]);
  }
  if (unit === 'week') return Math.floor((Math.floor(local.getTime() / unitMs.day) + 4 - startOfWeek) / 7);
  return Math.floor(local.getTime() / unitMs[unit]);
}

/** The start of the bin of `binSize` units that a date lies in; bins are counted from 2000-01-01 local time. */
export function truncateDate(
  date: Date,
  unit: DateUnit,
  binSize: number,
  zone: TimeZone,
  startOfWeek: number,
): Date {
  const local = toLocal(date.getTime(), zone);
  if (isMonthUnit(unit)) {
    const size = binSize * unitMonths[unit];
    const months = (local.getUTCFullYear() - 2000) * 12 + local.getUTCMonth();
    return fromLocal(Date.UTC(2000, Math.floor(months / size) * size, 1), zone);
  }
  // 2000-01-01 was a Saturday: weeks are counted from the first start of a week on or after it.
  const shift = unit === 'week' ? ((startOfWeek - 6 + 7) % 7) * unitMs.day : 0;
  const origin = Date.UTC(2000, 0, 1) + shift;
  const size = binSize * unitMs[unit];
  const floor = origin + Math.floor((local.getTime() - origin) / size) * size;
  const isShort = unit === 'minute' || unit === 'second' || unit === 'millisecond';
  // Short units keep the offset of the moment itself, so that a turned clock does not move them.
  return isShort ? new Date(date.getTime() - (local.getTime() - floor)) : fromLocal(floor, zone);
}
