import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, Info, Query, Resolver } from 'type-graphql';
import type { RequestContext } from '../context.ts';
import { twoWayPage } from '../graphql/connection.ts';
import { PageArgs } from '../graphql/page-args.ts';
import { billingCustomers } from './billing-customers.ts';
import type { CustomerDependencies } from './customer-access.ts';
import { CustomerFilter } from './customer-filter.ts';
import { CustomerConnection } from './customer-results.ts';
import { Customer } from './customer-type.ts';
import { customerRequest } from './customers-resolver.ts';
import type { CustomerPage } from './list-customers.ts';

@Resolver(() => Customer)
export class BillingResolver {
  private readonly dependencies: CustomerDependencies;

  constructor(dependencies: CustomerDependencies) {
    this.dependencies = dependencies;
  }

  @Query(() => CustomerConnection, {
    nullable: true,
    description:
      'Everybody to be billed, from both systems, each person once: the customers whose status is billed (`BILLING_STATUSES`; all of them unless that says otherwise). Oldest first, so that who is added meanwhile comes at the end. `billingIssues` says what has to be mended first.',
  })
  async billingCustomers(
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Args(() => PageArgs) page: PageArgs,
    @Arg('filter', () => CustomerFilter, { nullable: true, description: 'Which of them.' })
    filter?: CustomerFilter | null,
  ): Promise<Omit<CustomerPage, 'cursorOf'>> {
    return billingCustomers(this.dependencies, customerRequest(context, info), {
      page: twoWayPage(page),
      filter: filter ?? null,
      order: null,
    });
  }
}
