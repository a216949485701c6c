import { createUnionType, Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { type ErrorCode, errorCodes } from '../errors.ts';
import { CustomerFound } from './customer-results.ts';
import { Customer } from './customer-type.ts';

export const CustomerStatusInput = {
  ACTIVE: 'ACTIVE',
  TRIAL: 'TRIAL',
  PAUSED: 'PAUSED',
  INACTIVE: 'INACTIVE',
} as const;
export type CustomerStatusInput = keyof typeof CustomerStatusInput;
registerEnumType(CustomerStatusInput, {
  name: 'CustomerStatusInput',
  description: 'A status that a delivery record can be given.',
  valuesConfig: {
    ACTIVE: { description: 'Deliveries are running.' },
    TRIAL: { description: 'Trying the service.' },
    PAUSED: { description: 'Deliveries are paused.' },
    INACTIVE: { description: 'No deliveries any more.' },
  },
});

export const OnExisting = {
  ASK: 'ASK',
  ADOPT: 'ADOPT',
  CREATE_SEPARATE: 'CREATE_SEPARATE',
} as const;
export type OnExisting = keyof typeof OnExisting;
registerEnumType(OnExisting, {
  name: 'OnExisting',
  description: 'What to do when somebody is known already by the same phone or e-mail.',
  valuesConfig: {
    ASK: { description: 'Write nothing, and answer who it is.' },
    ADOPT: {
      description: 'Complete the half that is there: it keeps its id, its history and its password.',
    },
    CREATE_SEPARATE: { description: 'Somebody else, such as another member of the household.' },
  },
});

const ErrorCodeValues = Object.fromEntries(errorCodes.map((code) => [code, code])) as Record<
  ErrorCode,
  ErrorCode
>;
registerEnumType(ErrorCodeValues, {
  name: 'ErrorCode',
  description: 'Why something was refused: the codes of `extensions.code`.',
  valuesConfig: {
    UNAUTHENTICATED: { description: 'Nobody is logged in, or no longer.' },
    FORBIDDEN: { description: 'This is not for whoever asks.' },
    PASSWORD_CHANGE_REQUIRED: { description: 'A temporary password is good for choosing another only.' },
    BAD_USER_INPUT: { description: 'A value is wrong; the argument or field is named.' },
    NOT_FOUND: { description: 'There is no such record.' },
    CONFLICT: { description: 'What is stored stands against it.' },
    INVALID_CREDENTIALS: { description: 'A log-in or current password is not right.' },
    INVALID_OR_EXPIRED_TOKEN: { description: 'A link or code is wrong, was used, or has expired.' },
    RATE_LIMITED: { description: 'Too often: try again later.' },
    PLAN_CHANGED: { description: 'What was previewed is not what would be done now.' },
    QUERY_TOO_EXPENSIVE: { description: 'The operation is larger than is allowed.' },
    UNAVAILABLE: { description: 'The database or the gateway cannot answer now: try again.' },
    INTERNAL_SERVER_ERROR: { description: 'Something went wrong in the gateway.' },
  },
});

export { ErrorCodeValues };

@InputType({ description: 'A new customer.' })
export class CreateCustomerInput {
  @Field(() => String, { description: 'At most 200 characters.' })
  name!: string;

  @Field(() => String, { description: 'In any spelling; without a country code, of the configured region.' })
  phone!: string;

  @Field(() => String, { description: 'Where to deliver; at most 500 characters.' })
  address!: string;

  @Field(() => String, { description: 'Delivery area; at most 100 characters.' })
  area!: string;

  @Field(() => CustomerStatusInput, {
    nullable: true,
    defaultValue: 'ACTIVE',
    description: 'Of the delivery record.',
  })
  status?: CustomerStatusInput | null;

  @Field(() => String, { nullable: true, description: 'An address that receives mail; absent for none.' })
  email?: string | null;

  @Field(() => ID, { nullable: true, description: 'An active delivery boy.' })
  deliveryBoyId?: string | null;

  @Field(() => OnExisting, {
    nullable: true,
    defaultValue: 'ASK',
    description: 'What to do when somebody has this phone or e-mail already.',
  })
  onExisting?: OnExisting | null;

  @Field(() => ID, { nullable: true, description: 'With ADOPT and several candidates: which one.' })
  adoptCustomerId?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      "At most 200 characters. The same key answers with the first call's result for 24 hours, so that a call can be repeated safely.",
  })
  idempotencyKey?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'A customer who has both halves now.' })
export class CustomerCreated {
  @Field(() => Customer, { description: 'The customer.' })
  customer!: Customer;

  @Field(() => Boolean, { description: 'One half was there before.' })
  adopted!: boolean;

  @Field(() => [String], {
    description:
      'Where the credentials go, masked. Empty when the login has a password already, or cannot be reached.',
  })
  credentialsSentTo!: string[];
}

@ObjectType({
  simpleResolvers: true,
  description:
    'Nothing was written: somebody has this phone or e-mail already. See `link.state` for what is missing.',
})
export class CustomerAlreadyExists {
  @Field(() => [CustomerFound], { description: 'Who, and what they have in common; at most 20.' })
  candidates!: CustomerFound[];
}

export const CreateCustomerResult = createUnionType({
  name: 'CreateCustomerResult',
  description: 'A customer who was created, or those who are known already.',
  types: () => [CustomerCreated, CustomerAlreadyExists] as const,
});

@ObjectType({ simpleResolvers: true, description: 'Why a row was refused.' })
export class ImportError {
  @Field(() => ErrorCodeValues, { description: 'The code.' })
  code!: ErrorCode;

  @Field(() => String, { description: 'For people.' })
  message!: string;

  @Field(() => String, { nullable: true, description: 'The field of the input that was wrong.' })
  field!: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'What became of a row.' })
export class ImportedCustomer {
  @Field(() => Int, { description: 'Place of the row in the input, from 0.' })
  index!: number;

  @Field(() => CreateCustomerResult, { nullable: true, description: 'Null when the row was refused.' })
  result!: typeof CreateCustomerResult | null;

  @Field(() => ImportError, { nullable: true, description: 'Null when it was not.' })
  error!: ImportError | null;
}
