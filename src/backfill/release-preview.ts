import type { CustomerDependencies } from '../customers/customer-access.ts';
import type { StoredNotification } from '../database/collections.ts';
import type { BackfillDependencies } from './backfill-dependencies.ts';
import { candidatesAfter } from './release-candidates.ts';
import type { ReleasePlace } from './release-job.ts';
import { readVerdicts, type Verdict } from './release-verdict.ts';

/** What a release would send now, and who would get nothing. */
export interface ReleasePreview {
  readonly byEmail: number;
  readonly bySms: number;
  readonly unreachable: number;
  readonly inactive: number;
  readonly estimatedSmsCost: number;
}

/** A preview, and how many logins the release would look at: those that get a message, and those that it would list. */
export interface CountedPreview {
  readonly preview: ReleasePreview;
  readonly total: number;
  /** Logins that would get credentials: by both channels is one. */
  readonly receivers: number;
}

/** Looks at everybody without writing anything; memory stays flat. */
export async function previewRelease(
  { customers, smsPrice }: BackfillDependencies,
  backfillId: string | null,
): Promise<CountedPreview> {
  const tally = { EMAIL: 0, SMS: 0, receivers: 0, unreachable: 0, inactive: 0, total: 0 };
  let after: ReleasePlace | null = null;
  for (;;) {
    const candidates = await candidatesAfter(customers.database, backfillId, after, batchSize);
    const verdicts = await readVerdicts(
      customers,
      candidates.map(({ loginId }) => loginId),
    );
    for (const verdict of verdicts) {
      if (verdict.kind !== 'pass') tally.total += 1;
      if (verdict.kind === 'send') tally.receivers += 1;
      for (const channel of channelsOf(customers, verdict)) tally[channel] += 1;
      if (verdict.kind === 'skip' && verdict.code === 'UNREACHABLE') tally.unreachable += 1;
      if (verdict.kind === 'skip' && verdict.code === 'INACTIVE') tally.inactive += 1;
    }
    after = candidates.at(-1)?.place ?? after;
    if (candidates.length < batchSize) break;
  }
  return {
    total: tally.total,
    receivers: tally.receivers,
    preview: {
      byEmail: tally.EMAIL,
      bySms: tally.SMS,
      unreachable: tally.unreachable,
      inactive: tally.inactive,
      estimatedSmsCost: smsCost(tally.SMS, smsPrice),
    },
  };
}

/** What so many SMS cost, without the digits that floating point adds. */
export function smsCost(count: number, price: number): number {
  return Number((count * price).toFixed(4));
}

function channelsOf(
  { accounts }: CustomerDependencies,
  verdict: Verdict,
): readonly StoredNotification['channel'][] {
  return verdict.kind === 'send' ? accounts.outbox.channelsTo(verdict.to) : [];
}

const batchSize = 500;
