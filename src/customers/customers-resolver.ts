import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, FieldResolver, ID, Info, Query, Resolver, Root } from 'type-graphql';
import { Viewer as ViewerType } from '../accounts/account-types.ts';
import type { Viewer } from '../accounts/viewer.ts';
import type { RequestContext } from '../context.ts';
import { AppError } from '../errors.ts';
import { Count, twoWayPage } from '../graphql/connection.ts';
import { PageArgs } from '../graphql/page-args.ts';
import { selectedNames } from '../graphql/selected-names.ts';
import type { CustomerDependencies, CustomerRequest } from './customer-access.ts';
import { CustomerFilter, CustomerOrder } from './customer-filter.ts';
import {
  CustomerAmbiguous,
  CustomerConnection,
  CustomerFound,
  CustomerLookup,
  CustomerNotFound,
} from './customer-results.ts';
import { Customer } from './customer-type.ts';
import { type FindCustomerResult, findCustomer } from './find-customer.ts';
import { getCustomer, ownSource } from './get-customer.ts';
import { type CustomerPage, listCustomers } from './list-customers.ts';
import { prepareViews } from './prepare-views.ts';

@Resolver(() => Customer)
export class CustomersResolver {
  private readonly dependencies: CustomerDependencies;

  constructor(dependencies: CustomerDependencies) {
    this.dependencies = dependencies;
  }

  @Query(() => Customer, {
    nullable: true,
    description:
      'The customer with this id, of either half; null for an unknown one and for whom the viewer may not see.',
  })
  customer(
    @Arg('id', () => ID) id: string,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Customer | null> {
    return getCustomer(this.dependencies, customerRequest(context, info), id);
  }

  @Query(() => CustomerLookup, {
    nullable: true,
    description: 'Who is meant by an id, an e-mail, a phone in any spelling, or a whole name.',
  })
  async findCustomer(
    @Arg('identifier', () => String) identifier: string,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<typeof CustomerLookup> {
    return lookupAnswer(await findCustomer(this.dependencies, customerRequest(context, info), identifier));
  }

  @Query(() => CustomerConnection, {
    nullable: true,
    description:
      'The customers of both systems, each person once. Newest first unless another order is asked for.',
  })
  async customers(
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Args(() => PageArgs) page: PageArgs,
    @Arg('filter', () => CustomerFilter, { nullable: true, description: 'Which customers.' })
    filter?: CustomerFilter | null,
    @Arg('orderBy', () => CustomerOrder, { nullable: true, description: 'In which order.' })
    orderBy?: CustomerOrder | null,
  ): Promise<Omit<CustomerPage, 'cursorOf'>> {
    return listCustomers(this.dependencies, customerRequest(context, info), {
      page: twoWayPage(page),
      filter: filter ?? null,
      order: orderBy ?? null,
    });
  }
}

@Resolver(() => CustomerConnection)
export class CustomerConnectionResolver {
  @FieldResolver(() => Count)
  count(@Root() page: CustomerPage): Promise<Count> {
    return page.count();
  }
}

/** What a viewer is as a customer: a field of an account that looks upward to customers. */
@Resolver(() => ViewerType)
export class ViewerCustomerResolver {
  private readonly dependencies: CustomerDependencies;

  constructor(dependencies: CustomerDependencies) {
    this.dependencies = dependencies;
  }

  @FieldResolver(() => Customer, {
    nullable: true,
    description: 'The customer that this login is; null for staff.',
  })
  async customer(
    @Root() viewer: Viewer,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Customer | null> {
    if (viewer.role !== 'CUSTOMER') return null;
    const request = { ...customerRequest(context, info, viewer) };
    if (viewer.mustChangePassword)
      throw new AppError('PASSWORD_CHANGE_REQUIRED', 'Choose a new password first.');
    const source = await ownSource(this.dependencies, request);
    if (source === null) return null;
    const [view] = await prepareViews(this.dependencies, request, [source]);
    return view ?? null;
  }

  @FieldResolver(() => Boolean, {
    description: 'Whether the delivery half stays hidden until the code sent to its own contact was entered.',
  })
  async linkConfirmationPending(
    @Root() viewer: Viewer,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<boolean> {
    const source = await ownSource(this.dependencies, customerRequest(context, info, viewer));
    return source?.awaitsConfirmation === true;
  }
}

/** Who is meant by a text, as a member of the union. */
export function lookupAnswer({ kind, ...result }: FindCustomerResult): typeof CustomerLookup {
  const types = { found: CustomerFound, ambiguous: CustomerAmbiguous, notFound: CustomerNotFound };
  return Object.assign(new types[kind](), result);
}

/** @throws AppError UNAUTHENTICATED when nobody is logged in; the permission table has refused before. */
export function customerRequest(
  context: RequestContext,
  info: GraphQLResolveInfo,
  viewer: Viewer | null = context.viewer,
): CustomerRequest {
  if (viewer === null) throw new AppError('UNAUTHENTICATED', 'Log in first.');
  const selected = selectedNames(info);
  return { viewer, loaders: context.loadersFor(selected, mutationOf(info)), selected };
}

/** The mutation that is answered, as the operation calls it; null in a query. */
function mutationOf({ operation, path }: GraphQLResolveInfo): string | null {
  if (operation.operation !== 'mutation') return null;
  let root = path;
  while (root.prev !== undefined) root = root.prev;
  return String(root.key);
}
