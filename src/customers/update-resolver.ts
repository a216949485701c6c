import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Info, Mutation, Resolver } from 'type-graphql';
import type { RequestContext } from '../context.ts';
import { AppError } from '../errors.ts';
import type { CustomerDependencies } from './customer-access.ts';
import { customerRequest } from './customers-resolver.ts';
import { getCustomer } from './get-customer.ts';
import { showCandidates } from './show-candidates.ts';
import { updateCustomer } from './update-customer.ts';
import { CustomerUpdated, UpdateCustomerInput, UpdateCustomerResult } from './update-types.ts';

/** Customers who change. */
@Resolver()
export class UpdateResolver {
  private readonly dependencies: CustomerDependencies;

  constructor(dependencies: CustomerDependencies) {
    this.dependencies = dependencies;
  }

  @Mutation(() => UpdateCustomerResult, {
    description:
      'Changes a customer on whichever halves hold the values: name, phone and e-mail on each, everything else on the delivery record. An absent field keeps its value, null clears it.',
  })
  async updateCustomer(
    @Arg('input', () => UpdateCustomerInput) input: UpdateCustomerInput,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<typeof UpdateCustomerResult> {
    const request = customerRequest(context, info);
    const outcome = await updateCustomer(this.dependencies, request.viewer, input);
    if (outcome.kind === 'exists') return showCandidates(this.dependencies, request, outcome.candidates);
    const customer = await getCustomer(this.dependencies, request, input.id);
    if (customer === null) throw new AppError('NOT_FOUND', 'There is no customer with this id.');
    return Object.assign(new CustomerUpdated(), { customer });
  }
}
