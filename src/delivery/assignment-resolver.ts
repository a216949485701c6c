import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Info, Mutation, Resolver } from 'type-graphql';
import type { RequestContext } from '../context.ts';
import type { CustomerDependencies, CustomerRequest } from '../customers/customer-access.ts';
import { customerRequest } from '../customers/customers-resolver.ts';
import { assignArea } from './assign-area.ts';
import { assignDeliveryBoy, assignDeliveryBoys, unassignDeliveryBoy } from './assign-delivery-boys.ts';
import type { AssignmentOutcome } from './assignment-outcome.ts';
import { AssignDeliveryBoyInput, AssignDeliveryBoyResult } from './assignment-types.ts';
import { showOutcomes } from './show-outcomes.ts';

/** Who delivers to whom, as admins decide it. */
@Resolver()
export class AssignmentResolver {
  private readonly dependencies: CustomerDependencies;

  constructor(dependencies: CustomerDependencies) {
    this.dependencies = dependencies;
  }

  @Mutation(() => AssignDeliveryBoyResult, {
    description:
      'Gives a customer a delivery boy. Who delivers already is assigned again without a change; the one before is in `previous`.',
  })
  async assignDeliveryBoy(
    @Arg('input', () => AssignDeliveryBoyInput) input: AssignDeliveryBoyInput,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<AssignDeliveryBoyResult> {
    const request = customerRequest(context, info);
    return this.showOne(request, await assignDeliveryBoy(this.dependencies, request.viewer, input));
  }

  @Mutation(() => [AssignDeliveryBoyResult], {
    description:
      'The same for at most 500 at once: an answer each, in their order. One that cannot be done harms no other.',
  })
  async assignDeliveryBoys(
    @Arg('input', () => [AssignDeliveryBoyInput]) input: AssignDeliveryBoyInput[],
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<AssignDeliveryBoyResult[]> {
    const request = customerRequest(context, info);
    const outcomes = await assignDeliveryBoys(this.dependencies, request.viewer, input);
    return showOutcomes(this.dependencies, request, outcomes);
  }

  @Mutation(() => [AssignDeliveryBoyResult], {
    description:
      'Gives the customers of an area a delivery boy, at most 2,000 at once: an answer each, by name. One answer alone says why the delivery boy is not to be had.',
  })
  async assignArea(
    @Arg('area', () => String, { description: 'As `CustomerFilter.area` compares it.' }) area: string,
    @Arg('deliveryBoy', () => String, { description: 'An id, e-mail, phone or whole name.' })
    deliveryBoy: string,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('onlyUnassigned', () => Boolean, {
      nullable: true,
      defaultValue: true,
      description: 'Leave those alone to whom somebody who exists delivers.',
    })
    onlyUnassigned?: boolean | null,
  ): Promise<AssignDeliveryBoyResult[]> {
    const request = customerRequest(context, info);
    const input = { area, deliveryBoy, onlyUnassigned: onlyUnassigned ?? true };
    const outcomes = await assignArea(this.dependencies, request.viewer, input);
    return showOutcomes(this.dependencies, request, outcomes);
  }

  @Mutation(() => AssignDeliveryBoyResult, {
    description: 'Takes away whoever delivers to a customer, who is in `previous`.',
  })
  async unassignDeliveryBoy(
    @Arg('customer', () => String, { description: 'An id, e-mail, phone or whole name.' }) customer: string,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<AssignDeliveryBoyResult> {
    const request = customerRequest(context, info);
    return this.showOne(request, await unassignDeliveryBoy(this.dependencies, request.viewer, customer));
  }

  private async showOne(
    request: CustomerRequest,
    outcome: AssignmentOutcome,
  ): Promise<AssignDeliveryBoyResult> {
    const [result] = await showOutcomes(this.dependencies, request, [outcome]);
    if (result === undefined) throw new TypeError('One outcome has one answer.');
    return result;
  }
}
