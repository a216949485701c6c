import type { ClientSession } from 'mongodb';
import { type IssuedCredentials, isStillFor, writeCredentials } from '../customers/issue-credentials.ts';
import { recordKey } from '../database/stored-documents.ts';
import { JobChangedError, saveProgress } from '../jobs/job.ts';
import type { BackfillDependencies } from './backfill-dependencies.ts';
import { listSkipped } from './list-skipped.ts';
import type { ReleaseCandidate } from './release-candidates.ts';
import type { ReleaseJob, ReleaseProgress } from './release-job.ts';
import { readVerdicts, skipMessages, type Verdict } from './release-verdict.ts';

/** A login, and what was decided about it before the transaction. */
export interface ConsideredLogin extends ReleaseCandidate {
  readonly verdict: Verdict;
}

/** What one transaction writes. */
export interface ReleasePiece {
  readonly logins: readonly ConsideredLogin[];
  /** Nobody comes behind them. */
  readonly isLast: boolean;
  /** By the record key of the login: for everybody who was to be sent a message. */
  readonly issued: ReadonlyMap<string, IssuedCredentials>;
  readonly at: Date;
  /** When the next piece may be sent. */
  readonly nextAt: Date;
}

/**
 * Decides once more by what is stored now, and writes credentials, reasons and progress: all or nothing. A login that is
 * changed at the same time, by a log-in or by the older application, makes the transaction begin again.
 *
 * @throws JobChangedError when somebody can be sent credentials now for whom none were prepared, or elsewhere: look again.
 */
export async function writeRelease(
  { customers }: BackfillDependencies,
  job: ReleaseJob,
  { logins, isLast, issued, at, nextAt }: ReleasePiece,
  session: ClientSession,
): Promise<void> {
  const { database } = customers;
  const verdicts = await readVerdicts(
    customers,
    logins.map(({ loginId }) => loginId),
    session,
  );
  const sent: IssuedCredentials[] = [];
  for (const [index, verdict] of verdicts.entries()) {
    if (verdict.kind !== 'send') continue;
    const credentials = issued.get(recordKey(logins[index]?.loginId));
    if (credentials === undefined || !isStillFor(credentials, verdict.receiver, verdict.to)) {
      throw new JobChangedError();
    }
    sent.push(credentials);
  }
  const skipped = verdicts.filter((verdict) => verdict.kind === 'skip');
  const listed = await listSkipped(
    database,
    job.id,
    skipped.map(({ loginKey, customerId, code }) => ({
      key: loginKey,
      customerId,
      code,
      message: skipMessages[code],
    })),
    session,
  );
  await writeCredentials(customers, sent, { actor: job.startedBy, at }, session);
  await saveProgress(
    database,
    job,
    {
      progress: progressAfter(job.progress, {
        after: logins.at(-1)?.place ?? job.progress.after,
        sent: sent.length,
        skipped: listed.length,
        unreachable: listed.filter(({ code }) => code === 'UNREACHABLE').length,
        passed: logins.length - sent.length - listed.length,
        nextAt: sent.length > 0 ? nextAt : job.progress.nextAt,
        isLast,
      }),
      now: at,
      isDone: isLast,
    },
    session,
  );
}

function progressAfter(
  before: ReleaseProgress,
  piece: Pick<ReleaseProgress, 'after' | 'sent' | 'skipped' | 'unreachable' | 'nextAt'> & {
    readonly passed: number;
    readonly isLast: boolean;
  },
): ReleaseProgress {
  const sent = before.sent + piece.sent;
  const skipped = before.skipped + piece.skipped;
  const seen = sent + skipped;
  return {
    after: piece.after,
    total: piece.isLast ? seen : Math.max(seen, before.total - piece.passed),
    sent,
    skipped,
    unreachable: before.unreachable + piece.unreachable,
    nextAt: piece.nextAt,
  };
}
