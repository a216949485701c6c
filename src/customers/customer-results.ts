import { createUnionType, Field, Int, ObjectType } from 'type-graphql';
import { Count, PageInfo } from '../graphql/connection.ts';
import { IdentifierKind } from './customer-enums.ts';
import { Customer } from './customer-type.ts';

@ObjectType({ simpleResolvers: true, description: 'A customer in a list, and its place there.' })
export class CustomerEdge {
  @Field(() => String, { description: 'The place, to be given as `after`.' })
  cursor!: string;

  @Field(() => Customer, { description: 'The customer.' })
  node!: Customer;
}

@ObjectType({ simpleResolvers: true, description: 'A page of customers.' })
export class CustomerConnection {
  @Field(() => [CustomerEdge], { description: 'The customers with their places.' })
  edges!: CustomerEdge[];

  @Field(() => [Customer], { description: 'The customers.' })
  nodes!: Customer[];

  @Field(() => PageInfo, { description: 'Where the page stands.' })
  pageInfo!: PageInfo;

  @Field(() => Count, { description: 'How many customers the whole list has.' })
  count!: Count;
}

@ObjectType({
  simpleResolvers: true,
  description: 'A customer whom a text means, and what the text matched.',
})
export class CustomerFound {
  @Field(() => Customer, { description: 'The customer.' })
  customer!: Customer;

  @Field(() => [IdentifierKind], {
    description: 'What the text was recognised as; of a near miss, what it nearly is.',
  })
  matchedBy!: IdentifierKind[];
}

@ObjectType({ simpleResolvers: true, description: 'Several customers are meant by a text.' })
export class CustomerAmbiguous {
  @Field(() => String, { description: 'The text.' })
  identifier!: string;

  @Field(() => [CustomerFound], { description: 'Whom it may mean; at most 20.' })
  candidates!: CustomerFound[];

  @Field(() => Int, { description: 'How many it may mean in all.' })
  totalCandidates!: number;
}

@ObjectType({ simpleResolvers: true, description: 'Nobody is meant by a text.' })
export class CustomerNotFound {
  @Field(() => String, { description: 'The text.' })
  identifier!: string;

  @Field(() => [CustomerFound], {
    description: 'Customers whose name, e-mail or phone is nearly this; the nearest first, at most 5.',
  })
  nearMisses!: CustomerFound[];
}

export const CustomerLookup = createUnionType({
  name: 'CustomerLookup',
  description: 'Who is meant by a text.',
  types: () => [CustomerFound, CustomerAmbiguous, CustomerNotFound] as const,
});
