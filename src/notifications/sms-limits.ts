import type { Database } from '../database/collections.ts';
import { countInWindow, uncount } from '../database/count-in-window.ts';

/** Counted in the database, by day (UTC), so that all processes share them. */
export interface SmsLimits {
  /** SMS a day, all together. */
  readonly smsPerDay: number;
  /** SMS a day to one phone. */
  readonly smsPerPhonePerDay: number;
}

/** How many SMS one phone gets a day: more than anybody needs, few enough to be no nuisance. */
export const smsPerPhonePerDay = 10;

/** An SMS that was counted, or has to wait for the next day. */
export interface CountedSms {
  /** The day on which it counts. */
  readonly day: string;
  readonly waitUntil: Date | null;
}

/** Counts an SMS that is about to be sent. What has to wait is not counted. */
export async function countSms(
  database: Database,
  limits: SmsLimits,
  phoneE164: string,
  now: Date,
): Promise<CountedSms> {
  const day = now.toISOString().slice(0, 10);
  const nextDay = new Date(Date.parse(day) + dayMs);
  const counted = { day, waitUntil: null };
  const waits = { day, waitUntil: nextDay };
  const count = (counter: string) => countInWindow(database, counter, nextDay.getTime() - now.getTime(), now);
  if ((await count(phoneCounter(phoneE164, day))) > limits.smsPerPhonePerDay) {
    await uncount(database, phoneCounter(phoneE164, day));
    return waits;
  }
  if ((await count(budgetCounter(day))) > limits.smsPerDay) {
    await uncountSms(database, phoneE164, day);
    return waits;
  }
  return counted;
}

/** Takes an SMS back that was not sent. */
export async function uncountSms(database: Database, phoneE164: string, day: string): Promise<void> {
  await uncount(database, phoneCounter(phoneE164, day));
  await uncount(database, budgetCounter(day));
}

function phoneCounter(phoneE164: string, day: string): string {
  return `sms/${day}/${phoneE164}`;
}

function budgetCounter(day: string): string {
  return `sms/${day}`;
}

const dayMs = 24 * 60 * 60_000;
