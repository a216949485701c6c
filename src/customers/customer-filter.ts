import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, InputType } from 'type-graphql';
import type { LinkState as State, CustomerStatus as Status } from '../customer-index/customer-index-row.ts';
import { CustomerOrderField, CustomerStatus, LinkState, OrderDirection } from './customer-enums.ts';

@InputType({
  description: 'Which customers are wanted. Conditions are combined with AND; the values of a list with OR.',
})
export class CustomerFilter {
  @Field(() => String, {
    nullable: true,
    description:
      'Prefix of any word of the name, a phone in any spelling, an e-mail or a word before its @, or an id; case and punctuation do not matter. At most 200 characters.',
  })
  search?: string | null;

  @Field(() => [String], { nullable: true, description: 'Parts of town, as stored. At most 200.' })
  area?: string[] | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether there is an area. Customers without a delivery record have none.',
  })
  hasArea?: boolean | null;

  @Field(() => [CustomerStatus], { nullable: true, description: 'Statuses.' })
  status?: Status[] | null;

  @Field(() => [LinkState], { nullable: true, description: 'States of the link.' })
  linkState?: State[] | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether the status is ACTIVE.' })
  isActive?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether the customer can log in now.' })
  canLogin?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether there is no login with a deliverable address.',
  })
  missingEmail?: boolean | null;

  @Field(() => ID, { nullable: true, description: 'Customers of this delivery boy.' })
  deliveryBoyId?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether a delivery boy who exists is assigned.' })
  hasDeliveryBoy?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether there is a login.' })
  hasLogin?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether there is a delivery record.' })
  hasDeliveryRecord?: boolean | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Made later than this.' })
  createdAfter?: Date | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'Made earlier than this; later than `createdAfter`.',
  })
  createdBefore?: Date | null;
}

@InputType({ description: 'In which order customers are listed.' })
export class CustomerOrder {
  @Field(() => CustomerOrderField, { description: 'By what.' })
  field!: CustomerOrderField;

  @Field(() => OrderDirection, { description: 'In which direction.' })
  direction!: OrderDirection;
}
