import { Arg, Ctx, Field, ID, InputType, Mutation, Resolver } from 'type-graphql';
import type { RequestContext } from '../context.ts';
import { Role, Viewer } from './account-types.ts';
import type { AccountsDependencies } from './accounts-dependencies.ts';
import { createStaff } from './create-staff.ts';
import type { LoginView } from './login-view.ts';
import { setRole } from './set-role.ts';

@InputType({ description: 'Somebody who is to work here.' })
export class CreateStaffInput {
  @Field(() => String, { description: 'At most 200 characters.' })
  name!: string;

  @Field(() => String, { description: 'Where the temporary password is sent; no other login may have it.' })
  email!: string;

  @Field(() => String, { nullable: true, description: 'In any spelling; no other login may have it.' })
  phone?: string | null;

  @Field(() => Role, { description: 'Any but CUSTOMER: customers are made by `createCustomer`.' })
  role!: Role;
}

/** People who work here, and what they may do. */
@Resolver()
export class PeopleResolver {
  private readonly dependencies: AccountsDependencies;

  constructor(dependencies: AccountsDependencies) {
    this.dependencies = dependencies;
  }

  @Mutation(() => Viewer, {
    description: 'Makes a login for somebody who works here, and sends them a temporary password.',
  })
  createStaff(
    @Arg('input', () => CreateStaffInput, { description: 'Who they are and what they may do.' })
    input: CreateStaffInput,
    @Ctx() context: RequestContext,
  ): Promise<LoginView> {
    return createStaff(this.dependencies, context.viewer, { ...input, phone: input.phone ?? null });
  }

  @Mutation(() => Viewer, {
    description:
      'Gives a login another role and ends its sessions. Who becomes ADMIN or ANALYST has to choose a new password; ' +
      'who is linked to a delivery record cannot become staff.',
  })
  setRole(
    @Arg('userId', () => ID, { description: 'Id of the login, or its `_id` when it has none of its own.' })
    userId: string,
    @Arg('role', () => Role, { description: 'What it may do from now on.' }) role: Role,
    @Ctx() context: RequestContext,
  ): Promise<LoginView> {
    return setRole(this.dependencies, context.viewer, { userId, role });
  }
}
