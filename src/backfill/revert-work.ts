import type { ClientSession } from 'mongodb';
import { pause } from '../database/pause.ts';
import { recordIdOf } from '../database/record-id-of.ts';
import { inTransaction } from '../database/transaction.ts';
import { saveProgress } from '../jobs/job.ts';
import { createPace } from '../jobs/pace.ts';
import type { JobWork } from '../jobs/run-job.ts';
import type { BackfillDependencies } from './backfill-dependencies.ts';
import { listSkipped } from './list-skipped.ts';
import { type RevertJob, type RevertProgress, revertKind } from './revert-job.ts';
import { keptMessages, readRevertVerdicts } from './revert-verdict.ts';
import { type Removal, writeRevert } from './write-revert.ts';

/** Removes what a backfill made and nobody has used or changed, a batch of logins in a transaction. */
export function revertWork({ customers }: BackfillDependencies): JobWork {
  const pace = createPace({ smallest: 50, largest: 1_000, targetMs: 300 });
  return {
    kind: revertKind,
    async step(stored, stopping) {
      const startedAt = performance.now();
      const limit = pace.size;
      let removed: Removal[] = [];
      let seen = 0;
      await inTransaction(customers.database, async (session) => {
        ({ removed, seen } = await revertBatchOf(customers, stored as RevertJob, limit, session));
      });
      for (const { key } of removed) customers.accounts.authenticator.forget(key);
      await pause(pace.settle(seen, performance.now() - startedAt), stopping);
    },
  };
}

async function revertBatchOf(
  customers: BackfillDependencies['customers'],
  job: RevertJob,
  limit: number,
  session: ClientSession,
): Promise<{ removed: Removal[]; seen: number }> {
  const { database, now } = customers;
  const { batchId } = job.input;
  const accounts = await database.accounts
    .find({ createdByJob: batchId, _id: { $gt: job.progress.after } }, { session })
    .sort({ _id: 1 })
    .limit(limit)
    .toArray();
  const loginIds = accounts.map(({ _id }) => recordIdOf(_id));
  const verdicts = await readRevertVerdicts(database, accounts, loginIds, session);
  const removed = verdicts.filter((verdict) => verdict.kind === 'remove');
  const kept = verdicts.filter((verdict) => verdict.kind === 'keep');
  const at = now();
  await writeRevert(customers, removed, { actor: job.startedBy, at }, session);
  const listed = await listSkipped(
    database,
    job.id,
    kept.map(({ key, customerId, code }) => ({ key, customerId, code, message: keptMessages[code] })),
    session,
  );
  const isDone = accounts.length < limit;
  const applied = job.progress.applied + removed.length;
  const skipped = job.progress.skipped + listed.length;
  const progress: RevertProgress & Record<string, unknown> = {
    after: accounts.at(-1)?._id ?? job.progress.after,
    planned: isDone ? applied + skipped : Math.max(job.progress.planned, applied + skipped),
    applied,
    skipped,
  };
  await saveProgress(database, job, { progress, now: at, isDone }, session);
  return { removed, seen: accounts.length };
}
