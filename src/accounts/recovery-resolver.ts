import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { RequestContext } from '../context.ts';
import { Acknowledgement } from '../graphql/acknowledgement.ts';
import type { AccountsDependencies } from './accounts-dependencies.ts';
import { forgotPassword } from './forgot-password.ts';
import { resetPassword } from './reset-password.ts';

/** Getting back in. */
@Resolver()
export class RecoveryResolver {
  private readonly dependencies: AccountsDependencies;

  constructor(dependencies: AccountsDependencies) {
    this.dependencies = dependencies;
  }

  @Mutation(() => Acknowledgement, {
    description:
      'Asks for a message by which a new password can be chosen: a link by e-mail, which works for an hour, or a code by SMS, for 10 minutes. The answer is the same whoever asks for whom.',
  })
  forgotPassword(
    @Arg('identifier', () => String, { description: 'E-mail, phone or id of the login, in any spelling.' })
    identifier: string,
    @Ctx() context: RequestContext,
  ): Promise<Acknowledgement> {
    return forgotPassword(this.dependencies, { identifier, clientAddress: context.clientAddress });
  }

  @Mutation(() => Acknowledgement, {
    description:
      'Sets a new password with the link or the code that was sent, once, and ends every session. Nobody is logged in by it. Whatever is no good is answered with INVALID_OR_EXPIRED_TOKEN.',
  })
  resetPassword(
    @Arg('token', () => String, {
      description: 'What the link carries, or the code, in any case and with spaces or dashes.',
    })
    token: string,
    @Arg('identifier', () => String, {
      nullable: true,
      description: 'With a code: the phone that it was sent to, or what it was asked for with.',
    })
    identifier: string | undefined,
    @Arg('newPassword', () => String, {
      description:
        'At least 8 characters (15 for admins and analysts), at most 72 bytes, and none of the most common ones.',
    })
    newPassword: string,
    @Ctx() context: RequestContext,
  ): Promise<Acknowledgement> {
    const { clientAddress } = context;
    return resetPassword(this.dependencies, {
      token,
      identifier: identifier ?? null,
      newPassword,
      clientAddress,
    });
  }
}
