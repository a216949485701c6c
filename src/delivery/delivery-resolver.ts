import type DataLoader from 'dataloader';
import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, FieldResolver, Info, Query, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../context.ts';
import type { CustomerDependencies } from '../customers/customer-access.ts';
import { CustomerFilter } from '../customers/customer-filter.ts';
import { CustomerConnection } from '../customers/customer-results.ts';
import { customerRequest } from '../customers/customers-resolver.ts';
import type { CustomerPage } from '../customers/list-customers.ts';
import type { Loaders } from '../customers/loaders.ts';
import { Count, twoWayPage } from '../graphql/connection.ts';
import { PageArgs } from '../graphql/page-args.ts';
import { customersOfDeliveryBoys } from './customers-of-delivery-boys.ts';
import { DeliveryBoy, DeliveryBoyConnection } from './delivery-types.ts';
import { type DeliveryBoyPage, listDeliveryBoys } from './list-delivery-boys.ts';

@Resolver(() => DeliveryBoy)
export class DeliveryResolver {
  private readonly dependencies: CustomerDependencies;
  /** Of each request or mutation, a loader for every set of arguments. */
  private readonly loaders = new WeakMap<Loaders, Map<string, DataLoader<string, CustomerPage>>>();

  constructor(dependencies: CustomerDependencies) {
    this.dependencies = dependencies;
  }

  @Query(() => DeliveryBoyConnection, {
    nullable: true,
    description: 'Everybody who delivers, by name; inactive ones too.',
  })
  deliveryBoys(
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Args(() => PageArgs) page: PageArgs,
    @Arg('search', () => String, {
      nullable: true,
      description: 'Prefix of any word of the name, a phone, an e-mail or an id. At most 200 characters.',
    })
    search?: string | null,
  ): Promise<DeliveryBoyPage> {
    return listDeliveryBoys(this.dependencies, customerRequest(context, info), {
      page: twoWayPage(page),
      search: search ?? null,
    });
  }

  @FieldResolver(() => CustomerConnection, {
    description: 'The customers assigned to this delivery boy, by name.',
  })
  customers(
    @Root() deliveryBoy: DeliveryBoy,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Args(() => PageArgs) page: PageArgs,
    @Arg('filter', () => CustomerFilter, { nullable: true, description: 'Which of them.' })
    filter?: CustomerFilter | null,
  ): Promise<CustomerPage> {
    const input = { page: twoWayPage(page), filter: filter ?? null };
    const key = JSON.stringify(input);
    const request = customerRequest(context, info);
    const loaders = this.loaders.get(request.loaders) ?? new Map<string, DataLoader<string, CustomerPage>>();
    this.loaders.set(request.loaders, loaders);
    const loader = loaders.get(key) ?? customersOfDeliveryBoys(this.dependencies, request, input);
    loaders.set(key, loader);
    return loader.load(deliveryBoy.id);
  }
}

@Resolver(() => DeliveryBoyConnection)
export class DeliveryBoyConnectionResolver {
  @FieldResolver(() => Count)
  count(@Root() page: DeliveryBoyPage): Promise<Count> {
    return page.count();
  }
}
