import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, FieldResolver, Info, Int, Query, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../context.ts';
import type { CustomerDependencies } from '../customers/customer-access.ts';
import { customerRequest } from '../customers/customers-resolver.ts';
import { Count, pageArguments } from '../graphql/connection.ts';
import { AssignedCustomerConnection } from './assignment-types.ts';
import { type AssignedCustomerPage, myDeliveries } from './my-deliveries.ts';

/** A delivery boy's own view. */
@Resolver(() => AssignedCustomerConnection)
export class MyDeliveriesResolver {
  private readonly dependencies: CustomerDependencies;

  constructor(dependencies: CustomerDependencies) {
    this.dependencies = dependencies;
  }

  @Query(() => AssignedCustomerConnection, {
    nullable: true,
    description: 'The customers of the delivery boy who asks, by area and then by name.',
  })
  myDeliveries(
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('first', () => Int, { nullable: true, description: 'How many, 1 to 200; 50 when absent.' }) first?:
      | number
      | null,
    @Arg('after', () => String, { nullable: true, description: 'The cursor after which the page begins.' })
    after?: string | null,
    @Arg('area', () => String, { nullable: true, description: 'Only those of this area.' })
    area?: string | null,
  ): Promise<AssignedCustomerPage> {
    const input = { page: pageArguments(first, after), area: area ?? null };
    return myDeliveries(this.dependencies, customerRequest(context, info), input);
  }

  @FieldResolver(() => Count)
  count(@Root() page: AssignedCustomerPage): Promise<Count> {
    return page.count();
  }
}
