import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { PageInfo } from '../graphql/connection.ts';
import { JobState } from './job-state.ts';
import type { RevertJob } from './revert-job.ts';

export const RepairAction = {
  COMPLETE_LINK: 'COMPLETE_LINK',
  CLEAR_DANGLING: 'CLEAR_DANGLING',
  ACCEPT_SUGGESTION: 'ACCEPT_SUGGESTION',
  REVERT_LOGIN: 'REVERT_LOGIN',
} as const;
export type RepairAction = keyof typeof RepairAction;
registerEnumType(RepairAction, {
  name: 'RepairAction',
  description: 'What is done about one customer. New ones may be added.',
  valuesConfig: {
    COMPLETE_LINK: { description: 'Write the missing side of a half link.' },
    CLEAR_DANGLING: { description: 'Remove a link to a record that does not exist.' },
    ACCEPT_SUGGESTION: { description: 'Link a login and a delivery record that belong together.' },
    REVERT_LOGIN: { description: 'Remove a login that a backfill made.' },
  },
});

@ObjectType({
  simpleResolvers: true,
  description: 'What is to be done, or was not done, about one customer.',
})
export class RepairStep {
  @Field(() => RepairAction, { description: 'What.' })
  action!: RepairAction;

  @Field(() => ID, { description: 'About whom.' })
  customerId!: string;

  @Field(() => String, { description: 'For people: why it was not done, where it was not.' })
  description!: string;
}

@ObjectType({ simpleResolvers: true, description: 'A step, and its place in the list.' })
export class RepairStepEdge {
  @Field(() => String, { description: 'To be given as `after`.' })
  cursor!: string;

  @Field(() => RepairStep, { description: 'The step.' })
  node!: RepairStep;
}

@ObjectType({ simpleResolvers: true, description: 'A page of steps.' })
export class RepairStepConnection {
  @Field(() => [RepairStepEdge], { description: 'The page, with a cursor for each.' })
  edges!: RepairStepEdge[];

  @Field(() => [RepairStep], { description: 'The page.' })
  nodes!: readonly RepairStep[];

  @Field(() => PageInfo, { description: 'Where the page stands.' })
  pageInfo!: PageInfo;
}

@ObjectType({
  simpleResolvers: true,
  description: 'One run that changes many customers, such as undoing a backfill.',
})
export class RepairRun {
  @Field(() => ID, { description: 'To be asked for by.' })
  id!: string;

  @Field(() => JobState, { description: 'How it stands.' })
  state!: JobState;

  @Field(() => Int, { description: 'Steps in all; in the end `applied` and those in `skipped`.' })
  planned!: number;

  @Field(() => Int, { description: 'Steps that were done.' })
  applied!: number;

  @Field(() => Int, { description: 'The length of `skipped`.' })
  skippedCount!: number;

  @Field(() => String, { nullable: true, description: 'Why it failed.' })
  error!: string | null;

  @Field(() => GraphQLDateTime, { description: 'When it was asked for.' })
  startedAt!: Date;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it ended; null before.' })
  finishedAt!: Date | null;
}

/** A run as it is shown; `skipped` is read when it is selected. */
export function repairRun({ id, state, progress, error, startedAt, finishedAt }: RevertJob): RepairRun {
  const { planned, applied, skipped } = progress;
  return { id, state, planned, applied, skippedCount: skipped, error, startedAt, finishedAt };
}
