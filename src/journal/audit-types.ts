import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, ObjectType } from 'type-graphql';
import { Count, PageInfo } from '../graphql/connection.ts';

@ObjectType({ simpleResolvers: true, description: 'A value that was changed. Secrets are never in it.' })
export class FieldChange {
  @Field(() => String, { description: 'What was changed.' })
  field!: string;

  @Field(() => String, { nullable: true, description: 'The value until then; null for none.' })
  before!: string | null;

  @Field(() => String, { nullable: true, description: 'The value from then on; null for none.' })
  after!: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'Something that was done, and by whom.' })
export class AuditEvent {
  @Field(() => ID, { description: 'Its own id.' })
  id!: string;

  @Field(() => GraphQLDateTime, { description: 'When it was done.' })
  at!: Date;

  @Field(() => String, {
    description:
      'Id of the login that did it, or `nobody` for somebody who was not logged in, `system`, `command line`, `another application`.',
  })
  actor!: string;

  @Field(() => String, {
    nullable: true,
    description:
      'What who did it is called now; null for somebody who is gone, who was not logged in, or was no person.',
  })
  actorName!: string | null;

  @Field(() => String, { description: 'What was done, such as ROLE_CHANGED. New ones are added.' })
  action!: string;

  @Field(() => String, { description: 'A sentence that says what was done.' })
  description!: string;

  @Field(() => ID, { description: 'Id of the customer or record that it was done to.' })
  subjectId!: string;

  @Field(() => [FieldChange], { description: 'The values that were changed by it.' })
  changes!: FieldChange[];
}

@ObjectType({ simpleResolvers: true, description: 'An entry of the journal, and its place there.' })
export class AuditEventEdge {
  @Field(() => String, { description: 'The place, to be given as `after` or `before`.' })
  cursor!: string;

  @Field(() => AuditEvent, { description: 'The entry.' })
  node!: AuditEvent;
}

@ObjectType({ simpleResolvers: true, description: 'A page of the journal.' })
export class AuditEventConnection {
  @Field(() => [AuditEventEdge], { description: 'The entries with their places.' })
  edges!: AuditEventEdge[];

  @Field(() => [AuditEvent], { description: 'The entries.' })
  nodes!: AuditEvent[];

  @Field(() => PageInfo, { description: 'Where the page stands.' })
  pageInfo!: PageInfo;

  @Field(() => Count, { description: 'How many entries the whole list has; counted up to 10,000.' })
  count!: Count;
}
