import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../context.ts';
import { type Page, pageArguments } from '../graphql/connection.ts';
import type { BackfillDependencies } from './backfill-dependencies.ts';
import { skippedPage } from './list-skipped.ts';
import { BackfillPreview } from './preview-type.ts';
import { controlRelease, getRelease, getReleasePreview, releaseCredentials } from './release-credentials.ts';
import { releaseRates } from './release-rate.ts';
import { ReleaseRun, releaseRun, type SkippedRelease, SkippedReleaseConnection } from './release-types.ts';

/** Credentials for those who wait for them, in waves. */
@Resolver(() => ReleaseRun)
export class ReleaseResolver {
  private readonly dependencies: BackfillDependencies;

  constructor(dependencies: BackfillDependencies) {
    this.dependencies = dependencies;
  }

  @Query(() => ReleaseRun, { nullable: true, description: 'How a release of credentials stands.' })
  async releaseRun(
    @Arg('id', () => ID, { description: 'Of the release.' }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<ReleaseRun | null> {
    const job = await getRelease(this.dependencies, context.viewer, id);
    return job && releaseRun(job);
  }

  @Query(() => BackfillPreview, {
    nullable: true,
    description:
      'What a release would send now, and to whom nothing. Writes nothing; every login is looked at.',
  })
  releasePreview(
    @Ctx() context: RequestContext,
    @Arg('backfillId', () => ID, {
      nullable: true,
      description:
        'Of the backfill whose logins would get their credentials; absent: everybody who never got any.',
    })
    backfillId?: string | null,
  ): Promise<BackfillPreview> {
    return getReleasePreview(this.dependencies, context.viewer, backfillId ?? null);
  }

  @Mutation(() => ReleaseRun, {
    description:
      'Makes temporary passwords for logins that wait for them, and sends each once: never to an inactive login, to one with a password of its own, or to anybody who has logged in. Answers at once; `releaseRun` says how it goes. One at a time.',
  })
  async releaseCredentials(
    @Ctx() context: RequestContext,
    @Arg('backfillId', () => ID, {
      nullable: true,
      description:
        'Of the backfill whose logins get their credentials; absent: every active login that was never sent any.',
    })
    backfillId?: string | null,
    @Arg('perMinute', () => Int, {
      nullable: true,
      defaultValue: releaseRates.standard,
      description: 'Messages a minute at most, evenly spread, over pauses and restarts: 1 to 100000.',
    })
    perMinute?: number | null,
  ): Promise<ReleaseRun> {
    const wanted = { backfillId: backfillId ?? null, perMinute: perMinute ?? null };
    return releaseRun(await releaseCredentials(this.dependencies, context.viewer, wanted));
  }

  @Mutation(() => ReleaseRun, {
    description: 'Stops a release within a second or two; nobody is sent anything twice.',
  })
  async pauseRelease(
    @Arg('id', () => ID, { description: 'Of the release.' }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<ReleaseRun> {
    return releaseRun(await controlRelease(this.dependencies, context.viewer, id, 'pause'));
  }

  @Mutation(() => ReleaseRun, { description: 'Goes on with a release that was paused, or that has failed.' })
  async resumeRelease(
    @Arg('id', () => ID, { description: 'Of the release.' }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<ReleaseRun> {
    return releaseRun(await controlRelease(this.dependencies, context.viewer, id, 'resume'));
  }

  @Mutation(() => ReleaseRun, { description: 'Ends a release for good. What was sent stays good.' })
  async cancelRelease(
    @Arg('id', () => ID, { description: 'Of the release.' }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<ReleaseRun> {
    return releaseRun(await controlRelease(this.dependencies, context.viewer, id, 'cancel'));
  }

  @FieldResolver(() => SkippedReleaseConnection, { description: 'The logins that got none, and why.' })
  skipped(
    @Root() run: ReleaseRun,
    @Arg('first', () => Int, { nullable: true, description: 'How many, 1 to 200; 50 when absent.' }) first?:
      | number
      | null,
    @Arg('after', () => String, { nullable: true, description: 'The cursor after which the page begins.' })
    after?: string | null,
  ): Promise<Page<SkippedRelease>> {
    const { customers } = this.dependencies;
    return skippedPage(customers, run.id, pageArguments(first, after), ({ customerId, code, message }) => ({
      customerId,
      code,
      message,
    }));
  }
}
