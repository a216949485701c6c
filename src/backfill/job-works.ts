import type { JobWork } from '../jobs/run-job.ts';
import type { BackfillDependencies } from './backfill-dependencies.ts';
import { backfillWork } from './backfill-work.ts';
import { releaseWork } from './release-work.ts';
import { revertWork } from './revert-work.ts';

/** The long work of the migration, for whoever runs jobs. */
export function jobWorks(dependencies: BackfillDependencies): readonly JobWork[] {
  return [backfillWork(dependencies), releaseWork(dependencies), revertWork(dependencies)];
}
