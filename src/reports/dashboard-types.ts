import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Float, Int, ObjectType } from 'type-graphql';
import type { CustomerStatus as Status } from '../customer-index/customer-index-row.ts';
import { CustomerStatus } from '../customers/customer-enums.ts';

@ObjectType({ simpleResolvers: true, description: 'How many customers have a status.' })
export class StatusCount {
  @Field(() => CustomerStatus, { description: 'The status.' })
  status!: Status;

  @Field(() => Int, {
    description: 'Customers who have it; those without a delivery record are ACTIVE or INACTIVE.',
  })
  count!: number;
}

@ObjectType({ simpleResolvers: true, description: 'How many customers an area has.' })
export class AreaCount {
  @Field(() => String, {
    nullable: true,
    description: 'The area, spelled as the filter `area` takes it; null for customers without one.',
  })
  area!: string | null;

  @Field(() => Int, {
    description:
      'Customers there. Listed by `customers(filter: {area: ["…"]})`; those without one by `{hasArea: false}`.',
  })
  count!: number;

  @Field(() => Int, {
    description:
      'Those of them who are ACTIVE. Listed by `customers(filter: {area: ["…"], isActive: true})`.',
  })
  active!: number;
}

@ObjectType({ simpleResolvers: true, description: 'The new customers of a month.' })
export class MonthCount {
  @Field(() => String, { description: 'The month, such as `2026-03`.' })
  month!: string;

  @Field(() => Int, {
    description:
      'Customers whose `createdAt` is in it. Listed by `createdAfter` of a millisecond before the month and `createdBefore` of the next month.',
  })
  added!: number;

  @Field(() => Int, {
    description:
      'All customers at its end; those for whom `createdAt` is not known are in it from the beginning.',
  })
  total!: number;

  @Field(() => Float, {
    nullable: true,
    description: 'How `added` changed against the month before, in percent; null when that month had none.',
  })
  changePercent!: number | null;
}

@ObjectType({ simpleResolvers: true, description: 'The figures of the business, each person counted once.' })
export class Dashboard {
  @Field(() => Int, {
    description: 'Logins of role CUSTOMER, joined or not. Listed by `customers(filter: {hasLogin: true})`.',
  })
  legacyCustomers!: number;

  @Field(() => Int, {
    description: 'Delivery records. Listed by `customers(filter: {hasDeliveryRecord: true})`.',
  })
  v2Customers!: number;

  @Field(() => Int, {
    description:
      'Customers of whom both were found. Listed by `customers(filter: {linkState: [LINKED, HALF_LINKED]})`.',
  })
  linkedCustomers!: number;

  @Field(() => Int, {
    description:
      'Everybody once: `legacyCustomers` and `v2Customers` without counting `linkedCustomers` twice. Listed by `customers(filter: {})`.',
  })
  totalUniqueCustomers!: number;

  @Field(() => Int, {
    description: 'Customers whose status is ACTIVE. Listed by `customers(filter: {isActive: true})`.',
  })
  activeCustomers!: number;

  @Field(() => Int, {
    description:
      'Delivery records without a delivery boy who exists. Listed by `customers(filter: {hasDeliveryRecord: true, hasDeliveryBoy: false})`.',
  })
  unassignedCustomers!: number;

  @Field(() => [String], {
    description: 'The systems that hold at least one customer: `USERS`, `CUSTOMERS_V2`.',
  })
  systemsInUse!: string[];

  @Field(() => [StatusCount], {
    description:
      'Customers by status, every status once. Each is listed by `customers(filter: {status: […]})`.',
  })
  byStatus!: StatusCount[];

  @Field(() => GraphQLDateTime, { description: 'When this was counted, at most five seconds ago.' })
  asOf!: Date;
}
