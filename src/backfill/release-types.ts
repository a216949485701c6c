import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import { PageInfo } from '../graphql/connection.ts';
import { JobState } from './job-state.ts';
import type { ReleaseJob } from './release-job.ts';

@ObjectType({ simpleResolvers: true, description: 'A login that a release gave no credentials.' })
export class SkippedRelease {
  @Field(() => ID, { description: 'Whose login it is; the login’s own id once it is nobody’s.' })
  customerId!: string;

  @Field(() => String, {
    description:
      'Why: UNREACHABLE, INACTIVE, HAS_LOGGED_IN, HAS_PASSWORD, ALREADY_SENT, NOT_A_CUSTOMER or GONE. New reasons may be added.',
  })
  code!: string;

  @Field(() => String, { description: 'The same for people, and what to do about it.' })
  message!: string;
}

@ObjectType({ simpleResolvers: true, description: 'A login without credentials, and its place in the list.' })
export class SkippedReleaseEdge {
  @Field(() => String, { description: 'To be given as `after`.' })
  cursor!: string;

  @Field(() => SkippedRelease, { description: 'Who got none.' })
  node!: SkippedRelease;
}

@ObjectType({ simpleResolvers: true, description: 'A page of logins that got no credentials.' })
export class SkippedReleaseConnection {
  @Field(() => [SkippedReleaseEdge], { description: 'The page, with a cursor for each.' })
  edges!: SkippedReleaseEdge[];

  @Field(() => [SkippedRelease], { description: 'The page.' })
  nodes!: readonly SkippedRelease[];

  @Field(() => PageInfo, { description: 'Where the page stands.' })
  pageInfo!: PageInfo;
}

@ObjectType({ simpleResolvers: true, description: 'One release of credentials.' })
export class ReleaseRun {
  @Field(() => ID, { description: 'To be asked for, paused and resumed by.' })
  id!: string;

  @Field(() => JobState, { description: 'How it stands.' })
  state!: JobState;

  @Field(() => ID, {
    nullable: true,
    description: 'Of the backfill whose logins get their credentials; null: everybody who never got any.',
  })
  backfillId!: string | null;

  @Field(() => Int, { description: 'Messages a minute at most.' })
  perMinute!: number;

  @Field(() => Int, {
    description: 'Logins that it looks at; in the end `sent + skippedCount`, and before that an estimate.',
  })
  total!: number;

  @Field(() => Int, { description: 'Logins whose credentials are on their way.' })
  sent!: number;

  @Field(() => Int, { description: 'Of those in `skipped`, the ones that no message reaches.' })
  unreachable!: number;

  @Field(() => Int, { description: 'The length of `skipped`.' })
  skippedCount!: number;

  @Field(() => String, { nullable: true, description: 'Why it failed.' })
  error!: string | null;

  @Field(() => String, { description: 'Address of the login that started it, or `command line`.' })
  startedBy!: string;

  @Field(() => GraphQLDateTime, { description: 'When it was asked for.' })
  startedAt!: Date;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it ended; null before.' })
  finishedAt!: Date | null;
}

/** A release as it is shown; `skipped` is read when it is selected. */
export function releaseRun({ id, state, input, progress, ...job }: ReleaseJob): ReleaseRun {
  const { backfillId, perMinute } = input;
  const { total, sent, unreachable, skipped } = progress;
  const { error, startedBy, startedAt, finishedAt } = job;
  return {
    id,
    state,
    backfillId,
    perMinute,
    total,
    sent,
    unreachable,
    skippedCount: skipped,
    error,
    startedBy,
    startedAt,
    finishedAt,
  };
}
