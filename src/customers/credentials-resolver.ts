import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import type { RequestContext } from '../context.ts';
import { Acknowledgement } from '../graphql/acknowledgement.ts';
import type { CustomerDependencies } from './customer-access.ts';
import { resendCredentials } from './resend-credentials.ts';

/** What customers log in with, as far as an admin has to do with it. */
@Resolver()
export class CredentialsResolver {
  private readonly dependencies: CustomerDependencies;

  constructor(dependencies: CustomerDependencies) {
    this.dependencies = dependencies;
  }

  @Mutation(() => Acknowledgement, {
    description:
      'Sends a customer a new temporary password and voids the one sent before; a password that they have chosen stays. At most once a minute and five times a day. The answer says where it was sent, masked.',
  })
  resendCredentials(
    @Arg('customerId', () => ID, { description: 'Id of either half.' }) customerId: string,
    @Ctx() context: RequestContext,
  ): Promise<Acknowledgement> {
    return resendCredentials(this.dependencies, context.viewer, customerId);
  }
}
