import { MongoServerError } from '../../errors.ts';
import { dayOfYear, isoDayOfWeek, isoWeek, weekOfYear } from './date-parts.ts';
import { type TimeZone, toLocal } from './time-zone.ts';

/** `2024-01-02T03:04:05.006Z`, as `$toString` and string functions write dates. */
export function formatIsoDate(date: Date): string {
  return date.toISOString();
}

/** Writes a date by MongoDB's format specifiers; an unknown one is refused with 18536, a lone `%` with 18535. */
export function formatDate(date: Date, format: string, zone: TimeZone): string {
  const local = toLocal(date.getTime(), zone);
  let result = '';
  for (let i = 0; i < format.length; i++) {
    const char = format[i] as string;
    if (char !== '%') {
      result += char;
      continue;
    }
    const specifier = format[++i];
    if (specifier === undefined) throw new MongoServerError(18535, "Unmatched '%' at end of format string");
    const write = Object.hasOwn(specifiers, specifier) ? specifiers[specifier] : undefined;
    if (!write)
      throw new MongoServerError(18536, `Invalid format character '%${specifier}' in format string`);
    result += write(local, zone.offsetAt(date.getTime()));
  }
  return result;
}

const padded = (value: number, width: number) => String(value).padStart(width, '0');

const specifiers: Readonly<Record<string, (local: Date, offset: number) => string>> = {
  '%': () => '%',
  d: (local) => padded(local.getUTCDate(), 2),
  m: (local) => padded(local.getUTCMonth() + 1, 2),
  Y: (local) => padded(local.getUTCFullYear(), 4),
  H: (local) => padded(local.getUTCHours(), 2),
  M: (local) => padded(local.getUTCMinutes(), 2),
  S: (local) => padded(local.getUTCSeconds(), 2),
  L: (local) => padded(local.getUTCMilliseconds(), 3),
  j: (local) => padded(dayOfYear(local), 3),
  u: (local) => String(isoDayOfWeek(local)),
  w: (local) => String(local.getUTCDay() + 1),
  U: (local) => padded(weekOfYear(local), 2),
  V: (local) => padded(isoWeek(local).week, 2),
  G: (local) => padded(isoWeek(local).year, 4),
  z: (_, offset) => {
    const minutes = Math.abs(offset);
    return `${offset < 0 ? '-' : '+'}${padded(Math.floor(minutes / 60), 2)}${padded(minutes % 60, 2)}`;
  },
  Z: (_, offset) => String(offset),
};
