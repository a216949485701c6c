import { IANAZone } from 'luxon';
import type { BsonValue } from '../../bson/value.ts';
import { MongoServerError } from '../../errors.ts';
import { isNullish } from './expression.ts';
import { kindOf } from './value-kind.ts';

/** Minutes by which a zone is ahead of UTC at an instant given in milliseconds. */
export interface TimeZone {
  readonly isUtc: boolean;
  offsetAt(milliseconds: number): number;
}

export const utc: TimeZone = { isUtc: true, offsetAt: () => 0 };

/** The zone of a `timezone` argument; undefined when it is null, which makes the whole expression null. */
export function timeZoneOf(value: BsonValue, name: string): TimeZone | undefined {
  if (isNullish(value)) return undefined;
  if (typeof value === 'string') return parseTimeZone(value);
  throw new MongoServerError(
    40517,
    `${name} requires a string for the timezone argument, but was given a ${kindOf(value)}`,
  );
}

/** Parses an Olson name, `UTC`, `GMT`, or an offset such as `+05:30`, `-0800`, `+03`. Unknown ones are refused (40485). */
export function parseTimeZone(text: string): TimeZone {
  const known = zones.get(text);
  if (known) return known;
  const zone = makeZone(text);
  zones.set(text, zone);
  return zone;
}

const zones = new Map<string, TimeZone>([
  ['UTC', utc],
  ['GMT', utc],
  ['Z', utc],
]);

function makeZone(text: string): TimeZone {
  const offset = /^([+-])(\d{2}):?(\d{2})?$/.exec(text);
  if (offset) {
    const minutes = Number(offset[2]) * 60 + Number(offset[3] ?? 0);
    const signed = offset[1] === '-' ? -minutes : minutes;
    return { isUtc: signed === 0, offsetAt: () => signed };
  }
  if (!IANAZone.isValidZone(text)) {
    throw new MongoServerError(40485, `unrecognized time zone identifier: "${text}"`);
  }
  const zone = IANAZone.create(text);
  return { isUtc: false, offsetAt: (milliseconds) => zone.offset(milliseconds) };
}

/** The instant as if it were UTC on the zone's clock: UTC getters of the result read local time. */
export function toLocal(milliseconds: number, zone: TimeZone): Date {
  return new Date(milliseconds + zone.offsetAt(milliseconds) * 60_000);
}

/** The instant at which the zone's clock shows this; the later clock's offset where it was turned. */
export function fromLocal(localMilliseconds: number, zone: TimeZone): Date {
  const guess = localMilliseconds - zone.offsetAt(localMilliseconds) * 60_000;
  return new Date(localMilliseconds - zone.offsetAt(guess) * 60_000);
}
