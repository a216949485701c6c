import type { Limit } from '../throttles/throttle.ts';
import { isWithinLimit } from '../throttles/throttle.ts';
import type { AccountsDependencies } from './accounts-dependencies.ts';
import type { RecoveryDestination } from './recovery-destinations.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** By client address: many customers share one behind a carrier. */
export const recoveryAskingLimit: Limit = { name: 'forgot-address', points: 30, windowMs: minuteMs };

/** Links and codes that are no good, by client address. */
export const recoveryFailureLimit: Limit = { name: 'reset-address', points: 100, windowMs: 10 * minuteMs };

/** By address or phone that a message goes to. What was refused for the minute does not use up the day. */
const destinationLimits: readonly Limit[] = [
  { name: 'forgot-minute', points: 1, windowMs: minuteMs },
  { name: 'forgot-day', points: 5, windowMs: dayMs },
];

/**
 * Counts a message about a forgotten password, and answers whether it may go out: 1 a minute and 5 a day to a destination,
 * and so many SMS a day (UTC) altogether as these may use up of the budget.
 *
 * @returns The limit that is in the way; null when it may.
 */
export async function limitOfRecovery(
  dependencies: Pick<AccountsDependencies, 'database' | 'now' | 'recoverySmsPerDay'>,
  { channel, key }: Pick<RecoveryDestination, 'channel' | 'key'>,
): Promise<'DESTINATION' | 'SMS_BUDGET' | null> {
  for (const limit of destinationLimits) {
    if (!(await isWithinLimit(dependencies, limit, key))) return 'DESTINATION';
  }
  if (channel === 'EMAIL') return null;
  const budget: Limit = { name: 'forgot-sms', points: dependencies.recoverySmsPerDay, windowMs: dayMs };
  const today = dependencies.now().toISOString().slice(0, 10);
  return (await isWithinLimit(dependencies, budget, today)) ? null : 'SMS_BUDGET';
}
