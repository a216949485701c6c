import { createUnionType, Field, ID, InputType, ObjectType } from 'type-graphql';
import { ErrorCodeValues } from '../customers/create-types.ts';
import { CustomerStatus, IdentifierKind } from '../customers/customer-enums.ts';
import { CustomerAmbiguous, CustomerNotFound } from '../customers/customer-results.ts';
import { Customer, DeliveryBoyContact } from '../customers/customer-type.ts';
import type { ErrorCode } from '../errors.ts';
import { Count, PageInfo } from '../graphql/connection.ts';
import { DeliveryBoy } from './delivery-types.ts';

@InputType({ description: 'Who delivers to whom.' })
export class AssignDeliveryBoyInput {
  @Field(() => String, { description: 'The customer: an id, e-mail, phone in any spelling, or whole name.' })
  customer!: string;

  @Field(() => String, { description: 'The delivery boy: an id, e-mail, phone or whole name.' })
  deliveryBoy!: string;
}

@ObjectType({ simpleResolvers: true, description: 'It is so now; also where it was so before.' })
export class DeliveryBoyAssigned {
  @Field(() => Customer, { description: 'The customer as it is now.' })
  customer!: Customer;

  @Field(() => DeliveryBoyContact, {
    nullable: true,
    description: 'Who delivered until then; null when nobody who exists did.',
  })
  previous!: DeliveryBoyContact | null;
}

@ObjectType({ simpleResolvers: true, description: 'It was not done, and why.' })
export class AssignmentRefused {
  @Field(() => ErrorCodeValues, { description: 'Why, for programs.' })
  code!: ErrorCode;

  @Field(() => String, { description: 'Why, for people: whom it is about, and what helps.' })
  message!: string;
}

@ObjectType({
  simpleResolvers: true,
  description: 'A delivery boy whom a text means or nearly means, and what the text matched.',
})
export class DeliveryBoyFound {
  @Field(() => DeliveryBoy, {
    description: 'The delivery boy. The id is unambiguous; one who is not active is here too.',
  })
  deliveryBoy!: DeliveryBoy;

  @Field(() => [IdentifierKind], {
    description: 'What the text was recognised as; of a near miss, what it nearly is.',
  })
  matchedBy!: readonly IdentifierKind[];
}

@ObjectType({ simpleResolvers: true, description: 'Several delivery boys are meant by a text.' })
export class DeliveryBoyAmbiguous {
  @Field(() => String, { description: 'The text.' })
  identifier!: string;

  @Field(() => [DeliveryBoy], { description: 'Whom it may mean; at most 20. Their ids are unambiguous.' })
  candidates!: DeliveryBoy[];

  @Field(() => [DeliveryBoyFound], { description: 'The same, each with what the text matched.' })
  matches!: DeliveryBoyFound[];
}

@ObjectType({
  simpleResolvers: true,
  description: 'Nobody is meant by a text that should mean a delivery boy.',
})
export class DeliveryBoyNotFound {
  @Field(() => String, { description: 'The text.' })
  identifier!: string;

  @Field(() => [DeliveryBoyFound], {
    description: 'Delivery boys whose name, e-mail or phone is nearly this; the nearest first, at most 5.',
  })
  nearMisses!: DeliveryBoyFound[];
}

@ObjectType({
  simpleResolvers: true,
  description: 'The customer has only a login: createDeliveryRecord gives them a record first.',
})
export class NoDeliveryRecord {
  @Field(() => Customer, { description: 'The customer.' })
  customer!: Customer;
}

export const AssignDeliveryBoyResult = createUnionType({
  name: 'AssignDeliveryBoyResult',
  description: 'What became of an assignment.',
  types: () =>
    [
      DeliveryBoyAssigned,
      AssignmentRefused,
      CustomerAmbiguous,
      CustomerNotFound,
      DeliveryBoyAmbiguous,
      DeliveryBoyNotFound,
      NoDeliveryRecord,
    ] as const,
});
export type AssignDeliveryBoyResult = typeof AssignDeliveryBoyResult;

@ObjectType({ simpleResolvers: true, description: 'What a delivery boy needs to know at the door.' })
export class AssignedCustomer {
  @Field(() => ID, { description: 'Id of the customer.' })
  id!: string;

  @Field(() => String, { nullable: true, description: 'Name as typed.' })
  name!: string | null;

  @Field(() => String, { nullable: true, description: 'Phone as typed.' })
  phone!: string | null;

  @Field(() => String, { nullable: true, description: 'Where to deliver.' })
  address!: string | null;

  @Field(() => String, { nullable: true, description: 'Delivery area.' })
  area!: string | null;

  @Field(() => CustomerStatus, {
    description: 'Whether deliveries are running; paused customers are here too.',
  })
  status!: keyof typeof CustomerStatus;
}

@ObjectType({
  simpleResolvers: true,
  description: 'A customer of a delivery boy, and its place in the list.',
})
export class AssignedCustomerEdge {
  @Field(() => String, { description: 'The place, to be given as `after`.' })
  cursor!: string;

  @Field(() => AssignedCustomer, { description: 'The customer.' })
  node!: AssignedCustomer;
}

@ObjectType({ simpleResolvers: true, description: 'A page of the customers of a delivery boy.' })
export class AssignedCustomerConnection {
  @Field(() => [AssignedCustomerEdge], { description: 'The customers with their places.' })
  edges!: AssignedCustomerEdge[];

  @Field(() => [AssignedCustomer], { description: 'The customers.' })
  nodes!: AssignedCustomer[];

  @Field(() => PageInfo, { description: 'Where the page stands.' })
  pageInfo!: PageInfo;

  @Field(() => Count, { description: 'How many customers the whole list has.' })
  count!: Count;
}
