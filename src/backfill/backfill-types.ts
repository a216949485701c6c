import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import { PageInfo } from '../graphql/connection.ts';
import { JobState } from './job-state.ts';
import { BackfillPreview } from './preview-type.ts';

@ObjectType({ simpleResolvers: true, description: 'A delivery record that got no login.' })
export class BackfillFailure {
  @Field(() => ID, { description: 'Whose record it is: its own id, or the text of its `_id`.' })
  customerV2Id!: string;

  @Field(() => String, {
    description:
      'Why: NO_PHONE, MATCHES_EXISTING_LOGIN, EMAIL_TAKEN, DANGLING, CONFLICT or BAD_RECORD. New reasons may be added.',
  })
  code!: string;

  @Field(() => String, { description: 'The same for people, and what to do about it.' })
  message!: string;
}

@ObjectType({
  simpleResolvers: true,
  description: 'A record that got no login, and its place in the list.',
})
export class BackfillFailureEdge {
  @Field(() => String, { description: 'The place, to be given as `after`.' })
  cursor!: string;

  @Field(() => BackfillFailure, { description: 'The record.' })
  node!: BackfillFailure;
}

@ObjectType({ simpleResolvers: true, description: 'A page of records that got no login.' })
export class BackfillFailureConnection {
  @Field(() => [BackfillFailureEdge], { description: 'The records with their places.' })
  edges!: BackfillFailureEdge[];

  @Field(() => [BackfillFailure], { description: 'The records.' })
  nodes!: readonly BackfillFailure[];

  @Field(() => PageInfo, { description: 'Where the page stands.' })
  pageInfo!: PageInfo;
}

@ObjectType({
  simpleResolvers: true,
  description:
    'A run of the migration `backfill_users_for_v2_customers`: every delivery record without a login gets one. `processed` is `created + skipped + errors`.',
})
export class BackfillRun {
  @Field(() => ID, { description: 'To be asked for, paused and resumed by.' })
  id!: string;

  @Field(() => Boolean, {
    description:
      'Nothing is written: the figures say what a run would do. Kept for an hour by the process that answered.',
  })
  dryRun!: boolean;

  @Field(() => JobState, { description: 'How it stands.' })
  state!: JobState;

  @Field(() => Int, {
    description:
      'Delivery records that it looks at: while it is under way those that there are, when it is over, cancelled too, `processed`, which is created + skipped + errors.',
  })
  total!: number;

  @Field(() => Int, { description: 'Those that it has looked at.' })
  processed!: number;

  @Field(() => Int, { description: 'Logins that it has made, or would make.' })
  created!: number;

  @Field(() => Int, { description: 'Records that had a login already, or were removed meanwhile.' })
  skipped!: number;

  @Field(() => Int, { description: 'The length of `failures`.' })
  errors!: number;

  @Field(() => BackfillPreview, {
    nullable: true,
    description: 'Of a dry run: what a release of the new credentials would send. Null of any other.',
  })
  preview!: BackfillPreview | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'Of a dry run: stored records that the index does not know as they are, since others have just written them. Their contacts are not compared yet; `customer-gateway status` makes the index know them. Null of any other.',
  })
  unindexed!: number | null;

  @Field(() => ID, {
    nullable: true,
    description: 'The run whose failures were tried again by this one; null when it looks at every record.',
  })
  retryOf!: string | null;

  @Field(() => String, { nullable: true, description: 'Why it failed.' })
  error!: string | null;

  @Field(() => String, { description: 'Address of the login that started it, or `command line`.' })
  startedBy!: string;

  @Field(() => GraphQLDateTime, { description: 'When it was asked for.' })
  startedAt!: Date;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it ended; null before.' })
  finishedAt!: Date | null;
}
