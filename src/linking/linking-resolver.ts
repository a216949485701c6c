import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, ID, Info, Mutation, Resolver } from 'type-graphql';
import type { RequestContext } from '../context.ts';
import type { CustomerDependencies } from '../customers/customer-access.ts';
import { SourceSystem } from '../customers/customer-enums.ts';
import { Customer } from '../customers/customer-type.ts';
import { customerRequest } from '../customers/customers-resolver.ts';
import { prepareViews } from '../customers/prepare-views.ts';
import { clearLink } from './clear-link.ts';
import { linkCustomer } from './link-customer.ts';
import { unlinkCustomer } from './unlink-customer.ts';

/** Links that admins make, mend and take apart. */
@Resolver()
export class LinkingResolver {
  private readonly dependencies: CustomerDependencies;

  constructor(dependencies: CustomerDependencies) {
    this.dependencies = dependencies;
  }

  @Mutation(() => Customer, {
    description:
      "Makes one customer of a login and a delivery record, or completes their half link. Never overwrites a link: a refusal says what is in the way and how it is cleared. The login reads the record after the code that is sent to the record's own contact.",
  })
  async linkCustomer(
    @Arg('userId', () => ID, { description: '`id` of a login, or its `_id`.' }) userId: string,
    @Arg('customerV2Id', () => ID, { description: '`id` of a delivery record, or its `_id`.' })
    customerV2Id: string,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Customer> {
    const request = customerRequest(context, info);
    const source = await linkCustomer(this.dependencies, request.viewer, { userId, customerV2Id });
    const [view] = await prepareViews(this.dependencies, request, [source]);
    if (view === undefined) throw new TypeError('One source has one view.');
    return view;
  }

  @Mutation(() => [Customer], {
    description:
      'Takes the login and the delivery record of a customer apart: both links are emptied and the sessions of the login end. Answers the customers that they are now, and whoever else is changed by it.',
  })
  async unlinkCustomer(
    @Arg('id', () => ID, { description: 'Of either half.' }) id: string,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Customer[]> {
    const request = customerRequest(context, info);
    const sources = await unlinkCustomer(this.dependencies, request.viewer, id);
    return prepareViews(this.dependencies, request, sources);
  }

  @Mutation(() => [Customer], {
    description:
      'Empties the link of one record, whatever it says: the way out of a conflict. Answers everybody who is another customer now than before, the record and whom it claimed in any case; a login of staff is nobody.',
  })
  async clearLink(
    @Arg('system', () => SourceSystem, { description: 'Whose link it is.' })
    system: keyof typeof SourceSystem,
    @Arg('id', () => ID, { description: '`id` of that record, or its `_id`.' }) id: string,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Customer[]> {
    const request = customerRequest(context, info);
    const sources = await clearLink(this.dependencies, request.viewer, { system, id });
    return prepareViews(this.dependencies, request, sources);
  }
}
