import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { PageInfo } from '../graphql/connection.ts';

export const NotificationChannel = { EMAIL: 'EMAIL', SMS: 'SMS' } as const;
export type NotificationChannel = keyof typeof NotificationChannel;
registerEnumType(NotificationChannel, {
  name: 'NotificationChannel',
  description: 'By what a message is sent.',
  valuesConfig: {
    EMAIL: { description: 'By e-mail.' },
    SMS: { description: 'To a phone.' },
  },
});

@ObjectType({ simpleResolvers: true, description: 'A message that could not be delivered.' })
export class FailedNotification {
  @Field(() => ID, { description: 'Its own id, for `resendNotification`.' })
  id!: string;

  @Field(() => String, { description: 'What it is about, such as CREDENTIALS. New ones are added.' })
  kind!: string;

  @Field(() => NotificationChannel, { description: 'By what it was to be sent.' })
  channel!: NotificationChannel;

  @Field(() => String, { description: 'An e-mail address, or a phone in E.164.' })
  destination!: string;

  @Field(() => GraphQLDateTime, { description: 'When it was written.' })
  createdAt!: Date;

  @Field(() => Int, { description: 'How often it was tried.' })
  attempts!: number;

  @Field(() => String, {
    description: 'What went wrong at last, such as REFUSED, TIMEOUT or EXPIRED. New ones are added.',
  })
  code!: string;

  @Field(() => String, { description: 'The same, for people.' })
  message!: string;

  @Field(() => ID, { nullable: true, description: 'Id of the customer or login that it is about.' })
  subjectId!: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'An undelivered message in a list, and its place there.' })
export class FailedNotificationEdge {
  @Field(() => String, { description: 'The place, to be given as `after`.' })
  cursor!: string;

  @Field(() => FailedNotification, { description: 'The message.' })
  node!: FailedNotification;
}

@ObjectType({ simpleResolvers: true, description: 'A page of undelivered messages.' })
export class FailedNotificationConnection {
  @Field(() => [FailedNotificationEdge], { description: 'The messages with their places.' })
  edges!: FailedNotificationEdge[];

  @Field(() => [FailedNotification], { description: 'The messages.' })
  nodes!: FailedNotification[];

  @Field(() => PageInfo, { description: 'Where the page stands.' })
  pageInfo!: PageInfo;
}
