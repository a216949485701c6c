import type { JobWork } from '../jobs/run-job.ts';
import type { BackfillDependencies } from './backfill-dependencies.ts';

/** The long work of the migration, for whoever runs jobs. */
export function jobWorks(_dependencies: BackfillDependencies): readonly JobWork[] {
  return [];
}
