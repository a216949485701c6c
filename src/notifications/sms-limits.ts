import { giveBack, isWithinLimit, type Limit, type ThrottleDependencies } from '../throttles/throttle.ts';

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
  { database, now }: ThrottleDependencies,
  limits: SmsLimits,
  phoneE164: string,
): Promise<CountedSms> {
  const at = now();
  const day = at.toISOString().slice(0, 10);
  const nextDay = new Date(Date.parse(day) + dayMs);
  const dependencies = { database, now: () => at };
  const windowMs = nextDay.getTime() - at.getTime();
  const perPhone: Limit = { name: counterName, points: limits.smsPerPhonePerDay, windowMs };
  const budget: Limit = { name: counterName, points: limits.smsPerDay, windowMs };
  const waits = { day, waitUntil: nextDay };
  if (!(await isWithinLimit(dependencies, perPhone, phoneKey(phoneE164, day)))) {
    await giveBack(dependencies, perPhone, phoneKey(phoneE164, day));
    return waits;
  }
  if (!(await isWithinLimit(dependencies, budget, day))) {
    await uncountSms(dependencies, phoneE164, day);
    return waits;
  }
  return { day, waitUntil: null };
}

/** Takes an SMS back that was not sent. */
export async function uncountSms(
  dependencies: ThrottleDependencies,
  phoneE164: string,
  day: string,
): Promise<void> {
  const limit: Limit = { name: counterName, points: 0, windowMs: dayMs };
  await giveBack(dependencies, limit, phoneKey(phoneE164, day));
  await giveBack(dependencies, limit, day);
}

/** All together are counted by the day, those to one phone by the day and the phone. */
function phoneKey(phoneE164: string, day: string): string {
  return `${day}/${phoneE164}`;
}

const counterName = 'sms';
const dayMs = 24 * 60 * 60_000;
