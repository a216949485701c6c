/** The parts of a local date, read with UTC getters. */
export interface IsoWeek {
  week: number;
  year: number;
}

const dayMs = 86_400_000;

/** Day of the year, from 1. */
export function dayOfYear(local: Date): number {
  return Math.floor((startOfDay(local) - Date.UTC(local.getUTCFullYear(), 0, 1)) / dayMs) + 1;
}

/** Week of the year beginning on Sunday; days before the first Sunday are week 0. */
export function weekOfYear(local: Date): number {
  return Math.floor((dayOfYear(local) + 6 - local.getUTCDay()) / 7);
}

/** ISO 8601 day of the week: Monday 1 to Sunday 7. */
export function isoDayOfWeek(local: Date): number {
  return local.getUTCDay() || 7;
}

/** ISO 8601 week and the year it belongs to. */
export function isoWeek(local: Date): IsoWeek {
  const thursday = new Date(startOfDay(local) + (4 - isoDayOfWeek(local)) * dayMs);
  return { week: Math.floor((dayOfYear(thursday) - 1) / 7) + 1, year: thursday.getUTCFullYear() };
}

function startOfDay(local: Date): number {
  return Math.floor(local.getTime() / dayMs) * dayMs;
}
