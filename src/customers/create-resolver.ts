import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, ID, Info, Mutation, Resolver } from 'type-graphql';
import type { RequestContext } from '../context.ts';
import { badInput } from '../errors.ts';
import { createDeliveryRecord, createLogin } from './complete-customer.ts';
import { createCustomers } from './create-customers.ts';
import {
  CreateCustomerInput,
  CreateCustomerResult,
  CustomerCreated,
  ImportedCustomer,
} from './create-types.ts';
import type { CreateOutcome } from './creation-outcome.ts';
import type { CustomerDependencies, CustomerRequest } from './customer-access.ts';
import { Customer } from './customer-type.ts';
import { customerRequest } from './customers-resolver.ts';
import { prepareViews } from './prepare-views.ts';
import { showCandidates } from './show-candidates.ts';

/** Customers who are new, or complete now. */
@Resolver()
export class CreateResolver {
  private readonly dependencies: CustomerDependencies;

  constructor(dependencies: CustomerDependencies) {
    this.dependencies = dependencies;
  }

  @Mutation(() => CreateCustomerResult, {
    description:
      'Makes a customer who can log in: login and delivery record, linked both ways, all or nothing. Whoever is known already by the same phone or e-mail is answered, not written, unless `onExisting` says otherwise.',
  })
  async createCustomer(
    @Arg('input', () => CreateCustomerInput) input: CreateCustomerInput,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<typeof CreateCustomerResult> {
    const request = customerRequest(context, info);
    const outcomes = await createCustomers(this.dependencies, request.viewer.id, [input], {
      credentials: 'now',
    });
    const [outcome] = outcomes;
    if (outcome === undefined) throw new TypeError('Every input has an outcome.');
    if (outcome.kind === 'refused') throw outcome.error;
    return this.show(request, outcome);
  }

  @Mutation(() => [ImportedCustomer], {
    description:
      'Makes up to 200 customers, an answer each: one that is refused harms no other. Their logins get no password yet: credentials go out when they are released.',
  })
  async importCustomers(
    @Arg('input', () => [CreateCustomerInput], { description: 'At most 200.' }) input: CreateCustomerInput[],
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<ImportedCustomer[]> {
    if (input.length > maxImported) throw badInput('input', `At most ${maxImported} customers at once.`);
    const request = customerRequest(context, info);
    const outcomes = await createCustomers(this.dependencies, request.viewer.id, input, {
      credentials: 'later',
    });
    return Promise.all(
      outcomes.map(async (outcome, index) =>
        outcome.kind === 'refused'
          ? { index, result: null, error: importError(outcome.error) }
          : { index, result: await this.show(request, outcome), error: null },
      ),
    );
  }

  @Mutation(() => Customer, {
    description:
      'Gives a delivery record without a login one, made of its own name, phone and e-mail, and sends credentials there.',
  })
  async createLogin(
    @Arg('customerId', () => ID) customerId: string,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Customer> {
    const request = customerRequest(context, info);
    const source = await createLogin(this.dependencies, request.viewer, customerId);
    return this.showOne(request, source);
  }

  @Mutation(() => Customer, {
    description: 'Gives a login without a delivery record one, made of its own name, phone and e-mail.',
  })
  async createDeliveryRecord(
    @Arg('customerId', () => ID) customerId: string,
    @Arg('address', () => String, { description: 'Where to deliver; at most 500 characters.' })
    address: string,
    @Arg('area', () => String, { description: 'Delivery area; at most 100 characters.' }) area: string,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Customer> {
    const request = customerRequest(context, info);
    const source = await createDeliveryRecord(this.dependencies, request.viewer, {
      customerId,
      address,
      area,
    });
    return this.showOne(request, source);
  }

  private async show(
    request: CustomerRequest,
    outcome: Exclude<CreateOutcome, { kind: 'refused' }>,
  ): Promise<typeof CreateCustomerResult> {
    if (outcome.kind === 'created') {
      return Object.assign(new CustomerCreated(), {
        customer: await this.showOne(request, outcome.source),
        adopted: outcome.adopted,
        credentialsSentTo: [...outcome.sentTo],
      });
    }
    return showCandidates(this.dependencies, request, outcome.candidates);
  }

  private async showOne(
    request: CustomerRequest,
    source: Parameters<typeof prepareViews>[2][number],
  ): Promise<Customer> {
    const [view] = await prepareViews(this.dependencies, request, [source]);
    if (view === undefined) throw new TypeError('One source has one view.');
    return view;
  }
}

const maxImported = 200;

function importError({
  code,
  message,
  details,
}: {
  code: ImportErrorCode;
  message: string;
  details: object;
}) {
  const field = 'field' in details && typeof details.field === 'string' ? details.field : null;
  return { code, message, field };
}

type ImportErrorCode = NonNullable<ImportedCustomer['error']>['code'];
