import { Arg, Ctx, ID, Int, Mutation, Query, Resolver } from 'type-graphql';
import type { RequestContext } from '../context.ts';
import { Acknowledgement } from '../graphql/acknowledgement.ts';
import { type Page, pageArguments } from '../graphql/connection.ts';
import { type FailedNotification, FailedNotificationConnection } from './failed-notification-types.ts';
import {
  type FailedNotificationsDependencies,
  listFailedNotifications,
} from './list-failed-notifications.ts';
import { type ResendDependencies, resendNotification } from './resend-notification.ts';

/** The messages that could not be delivered. */
@Resolver()
export class NotificationsResolver {
  private readonly reading: FailedNotificationsDependencies;
  private readonly sending: ResendDependencies;

  constructor(reading: FailedNotificationsDependencies, sending: ResendDependencies) {
    this.reading = reading;
    this.sending = sending;
  }

  @Query(() => FailedNotificationConnection, {
    nullable: true,
    description: 'The messages that could not be delivered and are not tried any more, the newest first.',
  })
  failedNotifications(
    @Ctx() context: RequestContext,
    @Arg('first', () => Int, { nullable: true, description: 'How many, 1 to 200; 50 when absent.' }) first?:
      | number
      | null,
    @Arg('after', () => String, { nullable: true, description: 'The cursor after which the page begins.' })
    after?: string | null,
  ): Promise<Page<FailedNotification>> {
    return listFailedNotifications(this.reading, context.viewer, pageArguments(first, after));
  }

  @Mutation(() => Acknowledgement, {
    description:
      'Tries to deliver a message again; refused with CONFLICT once the password, code or link in it is no longer good.',
  })
  resendNotification(
    @Arg('id', () => ID, { description: 'Of a message in `failedNotifications`.' }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<Acknowledgement> {
    return resendNotification(this.sending, context.viewer, id);
  }
}
