import { temporaryCredentials } from '../accounts/temporary-credentials.ts';
import { type IssuedCredentials, prepareCredentials } from '../customers/issue-credentials.ts';
import { pause } from '../database/pause.ts';
import { inTransaction } from '../database/transaction.ts';
import type { JobWork } from '../jobs/run-job.ts';
import type { BackfillDependencies } from './backfill-dependencies.ts';
import { createPasswordMint, type MintedPassword } from './password-mint.ts';
import { candidatesAfter } from './release-candidates.ts';
import { type ReleaseJob, releaseKind } from './release-job.ts';
import { releaseSlot } from './release-rate.ts';
import { readVerdicts, type Verdict } from './release-verdict.ts';
import { type ConsideredLogin, type ReleasePiece, writeRelease } from './write-release.ts';

export interface ReleaseWorkOptions {
  /** How to wait; tests let the time pass instead. */
  readonly wait?: (durationMs: number, stopping: AbortSignal) => Promise<void>;
}

/**
 * Makes credentials for those who wait for them, and hands the messages to the outbox: at most so many a minute, whatever
 * stops it in between.
 */
export function releaseWork(
  dependencies: BackfillDependencies,
  { wait = pause }: ReleaseWorkOptions = {},
): JobWork {
  const { accounts, now } = dependencies.customers;
  const mint = createPasswordMint(accounts.hasher);
  // What was hashed in time for the last piece: nobody else has to be looked at beforehand.
  let usual = largestBeginning;
  return {
    kind: releaseKind,
    async step(stored, stopping) {
      const job = stored as ReleaseJob;
      const waitMs = (job.progress.nextAt?.getTime() ?? 0) - now().getTime();
      // Never long: whoever runs it looks in between whether it was paused.
      if (waitMs > 0) return wait(Math.min(waitMs, longestWaitMs), stopping);
      const slot = releaseSlot(job.input.perMinute);
      const chosen = await choosePiece(dependencies, job, Math.min(slot.size, usual * 2));
      const wanted = chosen.logins.filter(({ verdict }) => verdict.kind === 'send').length;
      const passwords =
        wanted === 0
          ? []
          : await mint.take({ count: wanted, budgetMs: longestMintMs, more: !chosen.isLast, stopping });
      if (stopping.aborted) return;
      if (wanted > 0) usual = Math.max(1, passwords.length);
      const at = now();
      const piece = passwords.length < wanted ? upTo(chosen, passwords.length) : chosen;
      const issued = await prepareAll(dependencies, piece.logins, passwords, at);
      const nextAt = new Date(at.getTime() + slot.spacingMs);
      try {
        await inTransaction(dependencies.customers.database, (session) =>
          writeRelease(dependencies, job, { ...piece, issued, at, nextAt }, session),
        );
      } finally {
        for (const key of issued.keys()) accounts.authenticator.forget(key);
      }
      if (issued.size > 0) accounts.outbox.wake();
    },
  };
}

/** Credentials for everybody of a piece who gets some, by the record key of the login. */
async function prepareAll(
  { customers }: BackfillDependencies,
  logins: readonly ConsideredLogin[],
  passwords: readonly MintedPassword[],
  at: Date,
): Promise<Map<string, IssuedCredentials>> {
  const expiresAt = new Date(at.getTime() + customers.accounts.temporaryPasswordLifetimeMs);
  const sends = logins.map(({ verdict }) => verdict).filter((verdict) => verdict.kind === 'send');
  const issued = await Promise.all(
    sends.flatMap(({ receiver, to }, index) => {
      const password = passwords[index];
      if (password === undefined) return [];
      const credentials = temporaryCredentials(password, expiresAt);
      return [prepareCredentials(customers, { receiver, to, credentials }, at)];
    }),
  );
  return new Map(issued.map((one) => [one.receiver.login.key, one]));
}

/** Whom to look at now: as many as get `size` messages, and those in between who get none. */
async function choosePiece(
  { customers }: BackfillDependencies,
  { input, progress }: ReleaseJob,
  size: number,
): Promise<Pick<ReleasePiece, 'logins' | 'isLast'>> {
  const limit = Math.max(fewestRead, size * 2);
  const candidates = await candidatesAfter(customers.database, input.backfillId, progress.after, limit);
  const verdicts = await readVerdicts(
    customers,
    candidates.map(({ loginId }) => loginId),
  );
  const logins = candidates.map((candidate, index) => ({
    ...candidate,
    verdict: verdicts[index] ?? ({ kind: 'pass' } satisfies Verdict),
  }));
  return upTo({ logins, isLast: candidates.length < limit }, size);
}

/** The beginning of a piece, up to before the one who would be sent a message too many. */
function upTo(
  { logins, isLast }: Pick<ReleasePiece, 'logins' | 'isLast'>,
  messages: number,
): Pick<ReleasePiece, 'logins' | 'isLast'> {
  let sends = 0;
  const end = logins.findIndex(({ verdict }: ConsideredLogin) => {
    if (verdict.kind === 'send') sends += 1;
    return sends > messages;
  });
  return end === -1 ? { logins, isLast } : { logins: logins.slice(0, end), isLast: false };
}

const fewestRead = 20;
const largestBeginning = 8;
/** A pause takes effect after a wait, or after so much hashing. */
const longestWaitMs = 500;
const longestMintMs = 1_000;
