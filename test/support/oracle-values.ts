import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js';
import { parsePhoneNumberFromString as parseWithTypes } from 'libphonenumber-js/max';
import { DateTime } from 'luxon';
import { ObjectId } from 'mongodb';

/** How a record is addressed by its `_id`: hex of an ObjectId, else its text. */
export function oracleAddressOfId(_id: unknown): string {
  return _id instanceof ObjectId ? _id.toHexString() : String(_id);
}

/** Text as typed; a number where text belongs counts as its digits; empty and blank text and everything else as nothing. */
export function oracleText(stored: unknown): string | null {
  if (typeof stored === 'number' || typeof stored === 'bigint') return String(stored);
  return typeof stored === 'string' && stored.trim() !== '' ? stored : null;
}

/** Canonical phone: E.164, or null for what is no valid number. */
export function oraclePhone(typed: string | null, region: CountryCode): string | null {
  const parsed = typed === null ? undefined : parsePhoneNumberFromString(typed, region);
  return parsed?.isValid() === true ? parsed.number : null;
}

/** Whether an SMS can reach a canonical phone: only a number known to be of another kind cannot be reached. */
export function oracleSmsReaches(canonicalPhone: string | null): boolean {
  if (canonicalPhone === null) return false;
  const type = parseWithTypes(canonicalPhone)?.getType();
  return type === undefined || type === 'MOBILE' || type === 'FIXED_LINE_OR_MOBILE';
}

/** Canonical e-mail: trimmed, lower case; null for what is no address and for every placeholder, which nothing can be sent to. */
export function oracleEmail(typed: string | null): string | null {
  const canonical = typed?.trim().toLowerCase() ?? '';
  const looksLikeAddress = /^[^\s@]+@[^\s@]+$/.test(canonical);
  return looksLikeAddress && !canonical.endsWith('@delivery.local') ? canonical : null;
}

/**
 * Canonical name: case, accents and spacing aside. Only the accents of European letters go: the vowel signs of Indian
 * scripts are combining marks too, and without them one name becomes another.
 */
export function oracleName(typed: string | null): string | null {
  if (typed === null) return null;
  const plain = typed
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .normalize('NFC')
    .toLowerCase();
  return plain.split(/\s+/).filter(Boolean).join(' ');
}

export function oracleUsableHash(stored: unknown): boolean {
  if (typeof stored !== 'string' || stored.length !== 60) return false;
  const cost = Number(stored.slice(4, 6));
  return (
    ['$2a$', '$2b$', '$2y$'].includes(stored.slice(0, 4)) &&
    /^[0-9]{2}$/.test(stored.slice(4, 6)) &&
    cost >= 4 &&
    cost <= 31 &&
    stored[6] === '$' &&
    /^[./A-Za-z0-9]{53}$/.test(stored.slice(7))
  );
}

/** `created_at`, read in the given zone when it has none; else the time inside `_id`, when that is an ObjectId. ISO, UTC. */
export function oracleCreatedAt(created: unknown, _id: unknown, legacyTimezone: string): string | null {
  const time = readTime(created, legacyTimezone);
  if (time !== null) return new Date(time).toISOString();
  return _id instanceof ObjectId ? _id.getTimestamp().toISOString() : null;
}

/** Milliseconds since 1970. Digits of a second beyond the third are cut off, as BSON dates have no room for them. */
function readTime(created: unknown, legacyTimezone: string): number | null {
  if (created instanceof Date) return Number.isNaN(created.getTime()) ? null : created.getTime();
  if (typeof created !== 'string') return null;
  const form = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?)?(Z|[+-]\d\d(?::?\d\d)?)?$/;
  const parts = form.exec(created.trim());
  if (parts === null) return null;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', offset] = parts;
  const wallClock = {
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second),
    millisecond: Number(fraction.slice(0, 3).padEnd(3, '0')),
  };
  const read = DateTime.fromObject(wallClock, { zone: offset === undefined ? legacyTimezone : 'utc' });
  if (!read.isValid) return null;
  return read.toMillis() - offsetMinutes(offset) * 60_000;
}

function offsetMinutes(offset: string | undefined): number {
  if (offset === undefined || offset === 'Z') return 0;
  const digits = offset.slice(1).replace(':', '').padEnd(4, '0');
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2));
  return offset.startsWith('-') ? -minutes : minutes;
}
