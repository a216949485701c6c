import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../context.ts';
import { type Page, pageArguments } from '../graphql/connection.ts';
import type { BackfillDependencies } from './backfill-dependencies.ts';
import { skippedPage } from './list-skipped.ts';
import { RepairRun, type RepairStep, RepairStepConnection, repairRun } from './repair-types.ts';
import { getRepairRun, revertBatch } from './revert-batch.ts';

/** Undoing what was done to many customers at once. */
@Resolver(() => RepairRun)
export class RevertResolver {
  private readonly dependencies: BackfillDependencies;

  constructor(dependencies: BackfillDependencies) {
    this.dependencies = dependencies;
  }

  @Query(() => RepairRun, { nullable: true, description: 'How the undoing of a backfill stands.' })
  async repairRun(
    @Arg('id', () => ID, { description: 'Of the run.' }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<RepairRun | null> {
    const job = await getRepairRun(this.dependencies, context.viewer, id);
    return job && repairRun(job);
  }

  @Mutation(() => RepairRun, {
    description:
      'Undoes a backfill: removes the logins that it made and that nobody has used or changed since, and lists the others in `skipped`. Answers at once; `repairRun` says how it goes. Asked for again, a run that has stopped goes on.',
  })
  async revertBatch(
    @Arg('batchId', () => ID, { description: 'Of the backfill.' }) batchId: string,
    @Ctx() context: RequestContext,
  ): Promise<RepairRun> {
    return repairRun(await revertBatch(this.dependencies, context.viewer, batchId));
  }

  @FieldResolver(() => RepairStepConnection, { description: 'What was not done, and why.' })
  async skipped(
    @Root() run: RepairRun,
    @Arg('first', () => Int, { nullable: true, description: 'How many, 1 to 200; 50 when absent.' }) first?:
      | number
      | null,
    @Arg('after', () => String, { nullable: true, description: 'The cursor after which the page begins.' })
    after?: string | null,
  ): Promise<Page<RepairStep>> {
    const { customers } = this.dependencies;
    return skippedPage(customers, run.id, pageArguments(first, after), ({ customerId, message }) => ({
      action: 'REVERT_LOGIN',
      customerId,
      description: message,
    }));
  }
}
