import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, FieldResolver, ID, Info, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../context.ts';
import { CustomerConnection } from '../customers/customer-results.ts';
import { customerRequest } from '../customers/customers-resolver.ts';
import type { CustomerPage } from '../customers/list-customers.ts';
import { type Page, pageArguments } from '../graphql/connection.ts';
import type { BackfillDependencies } from './backfill-dependencies.ts';
import { backfillFailures, createdCustomers } from './backfill-lists.ts';
import { controlBackfill, getBackfill, listBackfills } from './backfill-runs.ts';
import { type BackfillFailure, BackfillFailureConnection, BackfillRun } from './backfill-types.ts';
import { retryBackfillFailures, startBackfill } from './start-backfill.ts';

/** Logins for delivery records that have none. */
@Resolver(() => BackfillRun)
export class BackfillResolver {
  private readonly dependencies: BackfillDependencies;

  constructor(dependencies: BackfillDependencies) {
    this.dependencies = dependencies;
  }

  @Query(() => BackfillRun, { nullable: true, description: 'How a run of the backfill stands.' })
  backfillRun(
    @Arg('id', () => ID, { description: 'Of the run.' }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<BackfillRun | null> {
    return getBackfill(this.dependencies, context.viewer, id);
  }

  @Query(() => [BackfillRun], {
    nullable: true,
    description: 'The runs of the backfill, the newest first; of dry runs those of the process that answers.',
  })
  backfillRuns(
    @Ctx() context: RequestContext,
    @Arg('first', () => Int, { nullable: true, description: 'How many, 1 to 200; 20 when absent.' })
    first?: number | null,
  ): Promise<BackfillRun[]> {
    return listBackfills(this.dependencies, context.viewer, first ?? null);
  }

  @Mutation(() => BackfillRun, {
    description:
      'Gives every delivery record that has no login one, without a password: credentials go out when they are released. A dry run, which writes nothing, unless `dryRun` is false. Answers at once; `backfillRun` says how it goes. One at a time.',
  })
  startBackfill(
    @Arg('dryRun', () => Boolean, {
      defaultValue: true,
      description: 'Write nothing, and say what would be.',
    })
    dryRun: boolean,
    @Ctx() context: RequestContext,
  ): Promise<BackfillRun> {
    return startBackfill(this.dependencies, context.viewer, { dryRun });
  }

  @Mutation(() => BackfillRun, {
    description: 'Stops a run behind the page at hand, which is stored whole or not at all.',
  })
  pauseBackfill(
    @Arg('id', () => ID, { description: 'Of the run.' }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<BackfillRun> {
    return controlBackfill(this.dependencies, context.viewer, id, 'pause');
  }

  @Mutation(() => BackfillRun, {
    description: 'Goes on with a run that was paused or has failed, behind its last page.',
  })
  resumeBackfill(
    @Arg('id', () => ID, { description: 'Of the run.' }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<BackfillRun> {
    return controlBackfill(this.dependencies, context.viewer, id, 'resume');
  }

  @Mutation(() => BackfillRun, {
    description: 'Ends a run for good. The logins that it has made stay; revertBatch removes them.',
  })
  cancelBackfill(
    @Arg('id', () => ID, { description: 'Of the run.' }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<BackfillRun> {
    return controlBackfill(this.dependencies, context.viewer, id, 'cancel');
  }

  @Mutation(() => BackfillRun, {
    description: 'Tries the failures of a run again, and nothing else: a new run.',
  })
  retryBackfillFailures(
    @Arg('id', () => ID, { description: 'Of the run whose failures were mended.' }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<BackfillRun> {
    return retryBackfillFailures(this.dependencies, context.viewer, id);
  }

  @FieldResolver(() => CustomerConnection, {
    description:
      'To spot-check: those who got a login, in the order in which they did; of a dry run the first 10,000 who would.',
  })
  createdCustomers(
    @Root() run: BackfillRun,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('first', () => Int, { nullable: true, description: 'How many, 1 to 200; 50 when absent.' })
    first?: number | null,
    @Arg('after', () => String, { nullable: true, description: 'The cursor after which the page begins.' })
    after?: string | null,
  ): Promise<Omit<CustomerPage, 'cursorOf'>> {
    const request = customerRequest(context, info);
    return createdCustomers(this.dependencies, request, run, pageArguments(first, after));
  }

  @FieldResolver(() => BackfillFailureConnection, {
    description:
      'The delivery records that got no login, and why; of a dry run the first 10,000 that would get none.',
  })
  failures(
    @Root() run: BackfillRun,
    @Arg('first', () => Int, { nullable: true, description: 'How many, 1 to 200; 50 when absent.' })
    first?: number | null,
    @Arg('after', () => String, { nullable: true, description: 'The cursor after which the page begins.' })
    after?: string | null,
  ): Promise<Page<BackfillFailure>> {
    return backfillFailures(this.dependencies, run, pageArguments(first, after));
  }
}
