import { createUnionType, Field, ID, InputType, ObjectType } from 'type-graphql';
import { CustomerAlreadyExists, CustomerStatusInput, OnExisting } from './create-types.ts';
import { Customer } from './customer-type.ts';

@InputType({ description: 'What changes of a customer: an absent field keeps its value, null clears it.' })
export class UpdateCustomerInput {
  @Field(() => ID, { description: 'Of either half.' })
  id!: string;

  @Field(() => String, { nullable: true, description: 'At most 200 characters. It cannot be cleared.' })
  name?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'In any spelling; without a country code, of the configured region. It cannot be cleared while it is all by which the login can be reached.',
  })
  phone?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'An address that receives mail. It cannot be cleared where the login has no phone.',
  })
  email?: string | null;

  @Field(() => String, { nullable: true, description: 'Where to deliver; at most 500 characters.' })
  address?: string | null;

  @Field(() => String, { nullable: true, description: 'Delivery area; at most 100 characters.' })
  area?: string | null;

  @Field(() => CustomerStatusInput, {
    nullable: true,
    description: 'Of the delivery record. It cannot be cleared.',
  })
  status?: CustomerStatusInput | null;

  @Field(() => OnExisting, {
    nullable: true,
    defaultValue: 'ASK',
    description:
      'What to do when somebody else has the new phone or e-mail: ASK or CREATE_SEPARATE. Where another login has it, it is written to the delivery record only: two logins with one phone could both not log in by it.',
  })
  onExisting?: OnExisting | null;
}

@ObjectType({ simpleResolvers: true, description: 'A customer whose values are as asked for.' })
export class CustomerUpdated {
  @Field(() => Customer, { description: 'The customer.' })
  customer!: Customer;
}

export const UpdateCustomerResult = createUnionType({
  name: 'UpdateCustomerResult',
  description: 'A customer who was changed, or those who have the new phone or e-mail already.',
  types: () => [CustomerUpdated, CustomerAlreadyExists] as const,
});
