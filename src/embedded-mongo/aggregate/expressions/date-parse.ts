import { conversionFailure } from '../../errors.ts';
import { fromLocal, parseTimeZone, type TimeZone, utc } from './time-zone.ts';

const isoPattern =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?\s*(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?$/i;

/**
 * Parses a date in ISO 8601 form, with or without a time and an offset; `zone` is where a text without an offset
 * stands. ConversionFailure (241) when it is none, or when both a zone and an offset are given.
 */
export function parseDateText(text: string, zone: TimeZone | undefined): Date {
  const match = isoPattern.exec(text.trim());
  if (!match) throw unparsed(text);
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', offset] = match;
  if (offset && zone) {
    throw conversionFailure(
      'you cannot pass in a date/time string with time zone information ' +
        `('${offset}') together with a timezone argument`,
    );
  }
  const numbers = [year, month, day, hour, minute, second].map(Number) as [number, ...number[]];
  const milliseconds = Number(fraction.padEnd(3, '0').slice(0, 3));
  return localDate(numbers, milliseconds, offset ? zoneOfText(offset) : (zone ?? utc), text);
}

/** Parses a date by MongoDB's format specifiers. */
export function parseDateFormat(text: string, format: string, zone: TimeZone | undefined): Date {
  const names: string[] = [];
  const pattern = format.replace(/%(.)|[\\^$.*+?()[\]{}|]/g, (token, specifier: string | undefined) => {
    if (specifier === undefined) return `\\${token}`;
    if (specifier === '%') return '%';
    const source = Object.hasOwn(specifierPatterns, specifier) ? specifierPatterns[specifier] : undefined;
    if (!source)
      throw conversionFailure(
        `Error parsing date string '${text}'; unsupported format character '%${specifier}'`,
      );
    names.push(specifier);
    return source;
  });
  const match = new RegExp(`^${pattern}$`).exec(text);
  if (!match) throw unparsed(text);
  const parts = new Map(names.map((name, index) => [name, match[index + 1] as string]));
  const number = (name: string, fallback: number) => (parts.has(name) ? Number(parts.get(name)) : fallback);
  if (!parts.has('Y')) throw unparsed(text);
  const numbers: [number, ...number[]] = [
    number('Y', 1970),
    number('m', 1),
    number('d', 1),
    number('H', 0),
    number('M', 0),
    number('S', 0),
  ];
  const offset = parts.get('z');
  const minutes = parts.get('Z');
  let place = zone ?? utc;
  if (offset) place = zoneOfText(offset);
  else if (minutes) place = { isUtc: false, offsetAt: () => Number(minutes) };
  return localDate(numbers, number('L', 0), place, text);
}

const specifierPatterns: Readonly<Record<string, string>> = {
  Y: '(\\d{4})',
  m: '(\\d{1,2})',
  d: '(\\d{1,2})',
  H: '(\\d{1,2})',
  M: '(\\d{1,2})',
  S: '(\\d{1,2})',
  L: '(\\d{1,3})',
  z: '([+-]\\d{2}:?\\d{2}|Z)',
  Z: '([+-]?\\d+)',
};

function zoneOfText(text: string): TimeZone {
  return parseTimeZone(text.toUpperCase());
}

function localDate(
  [year, ...rest]: [number, ...number[]],
  milliseconds: number,
  zone: TimeZone,
  text: string,
): Date {
  const [month = 1, day = 1, hour = 0, minute = 0, second = 0] = rest;
  const local = Date.UTC(year, month - 1, day, hour, minute, second, milliseconds);
  const check = new Date(local);
  const isReal = check.getUTCMonth() === month - 1 && check.getUTCDate() === day && hour < 24 && minute < 60;
  if (!isReal || second > 59) throw unparsed(text);
  return fromLocal(local, zone);
}

function unparsed(text: string) {
  return conversionFailure(`Error parsing date string '${text}'; 0: Unexpected character '${text[0] ?? ''}'`);
}
