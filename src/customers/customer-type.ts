import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, ObjectType } from 'type-graphql';
import { Role } from '../accounts/account-types.ts';
import type { LinkState as State, CustomerStatus as Status } from '../customer-index/customer-index-row.ts';
import { BillingIssue, CustomerStatus, LinkState, LoginBlocker, SourceSystem } from './customer-enums.ts';

@ObjectType({ simpleResolvers: true, description: 'How the halves of a customer are linked.' })
export class CustomerLink {
  @Field(() => LinkState, { description: 'What the two link fields amount to.' })
  state!: State;

  @Field(() => ID, {
    nullable: true,
    description: 'The login: the own or joined one, else the one that the delivery record names.',
  })
  userId!: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'The delivery record: the own or joined one, else the one that the login names.',
  })
  customerV2Id!: string | null;

  @Field(() => [ID], {
    description:
      'Everybody else who names a half of this customer, and whoever it names without being named back.',
  })
  conflictingIds!: string[];
}

@ObjectType({ simpleResolvers: true, description: 'The half of a customer that logs in, stored in `users`.' })
export class Login {
  @Field(() => ID, { description: 'Its id, or its `_id` when it has none of its own.' })
  userId!: string;

  @Field(() => String, { nullable: true, description: 'As typed.' })
  name!: string | null;

  @Field(() => String, { nullable: true, description: 'As typed; may be a placeholder of `delivery.local`.' })
  email!: string | null;

  @Field(() => String, { nullable: true, description: 'As typed.' })
  phone!: string | null;

  @Field(() => Role, { description: 'What this login may do.' })
  role!: keyof typeof Role;

  @Field(() => Boolean, { description: 'Whether it may log in at all.' })
  isActive!: boolean;

  @Field(() => Boolean, { description: 'Whether the password is temporary and has to be changed first.' })
  mustChangePassword!: boolean;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When credentials were last sent; null when never.',
  })
  credentialsSentAt!: Date | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'The last log-in through the gateway; null when never.',
  })
  lastLoginAt!: Date | null;
}

@ObjectType({
  simpleResolvers: true,
  description: 'The half of a customer that is delivered to and billed, stored in `customers_v2`.',
})
export class DeliveryRecord {
  @Field(() => ID, { description: 'Its id, or its `_id` when it has none of its own.' })
  customerV2Id!: string;

  @Field(() => String, { nullable: true, description: 'As typed.' })
  name!: string | null;

  @Field(() => String, { nullable: true, description: 'As typed.' })
  phone!: string | null;

  @Field(() => String, { nullable: true, description: 'As typed.' })
  email!: string | null;

  @Field(() => String, { nullable: true, description: 'As typed.' })
  address!: string | null;

  @Field(() => String, { nullable: true, description: 'As typed.' })
  area!: string | null;

  @Field(() => String, { nullable: true, description: 'The status as stored.' })
  statusText!: string | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it was made, as far as it is known.' })
  createdAt!: Date | null;
}

@ObjectType({ simpleResolvers: true, description: 'A value in which the two halves of a customer differ.' })
export class FieldDifference {
  @Field(() => String, { description: '`name`, `phone` or `email`.' })
  field!: string;

  @Field(() => String, { nullable: true, description: 'What the login says.' })
  usersValue!: string | null;

  @Field(() => String, { nullable: true, description: 'What the delivery record says.' })
  customersV2Value!: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'Who delivers to a customer, and how to reach them.' })
export class DeliveryBoyContact {
  @Field(() => ID, { description: 'Id of the delivery boy.' })
  id!: string;

  @Field(() => String, { nullable: true, description: 'Name of the delivery boy.' })
  name!: string | null;

  @Field(() => String, { nullable: true, description: 'Phone of the delivery boy.' })
  phone!: string | null;
}

@ObjectType({
  simpleResolvers: true,
  description: 'One person or household, out of a login, a delivery record, or both.',
})
export class Customer {
  @Field(() => ID, {
    description: 'The id of the definitive record: the delivery record where there is one, else the login.',
  })
  id!: string;

  @Field(() => String, {
    nullable: true,
    description: 'Name on the definitive record, else on the other half.',
  })
  name!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Phone as typed on the definitive record, else on the other half.',
  })
  phone!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The phone in E.164, for example `+919876543211`; null when it is no valid number.',
  })
  phoneE164!: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The first address that something can be sent to: of the delivery record, then of the login.',
  })
  email!: string | null;

  @Field(() => String, { nullable: true, description: 'Where to deliver.' })
  address!: string | null;

  @Field(() => String, { nullable: true, description: 'The part of town.' })
  area!: string | null;

  @Field(() => CustomerStatus, {
    description: 'Status of the delivery record; without one ACTIVE or INACTIVE, as the login is.',
  })
  status!: Status;

  @Field(() => Boolean, { description: 'Whether the status is ACTIVE.' })
  isActive!: boolean;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When the definitive record was made, as far as it is known.',
  })
  createdAt!: Date | null;

  @Field(() => [SourceSystem], { description: 'Which halves there are.' })
  systems!: (keyof typeof SourceSystem)[];

  @Field(() => CustomerLink, { description: 'How the halves are linked.' })
  link!: CustomerLink;

  @Field(() => Login, { nullable: true, description: 'The half that logs in.' })
  login!: Login | null;

  @Field(() => DeliveryRecord, { nullable: true, description: 'The half that is delivered to and billed.' })
  delivery!: DeliveryRecord | null;

  @Field(() => Boolean, {
    description: 'Whether there is an active login with a usable password that has not expired.',
  })
  canLogin!: boolean;

  @Field(() => [LoginBlocker], {
    description: 'Every reason why `canLogin` is false; empty when it is true.',
  })
  loginBlockers!: LoginBlocker[];

  @Field(() => Boolean, { description: 'Whether a forgotten password can be reset by e-mail or SMS.' })
  canResetPassword!: boolean;

  @Field(() => [BillingIssue], { description: 'What has to be mended before this customer can be billed.' })
  billingIssues!: BillingIssue[];

  @Field(() => DeliveryBoyContact, {
    nullable: true,
    description: 'Who delivers; null when nobody who exists is assigned.',
  })
  deliveryBoy!: DeliveryBoyContact | null;

  @Field(() => [FieldDifference], { description: 'Values in which the halves differ.' })
  differences!: FieldDifference[];
}
