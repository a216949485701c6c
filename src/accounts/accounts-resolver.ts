import { Arg, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import type { RequestContext } from '../context.ts';
import { Acknowledgement } from '../graphql/acknowledgement.ts';
import { Session, Viewer } from './account-types.ts';
import type { AccountsDependencies } from './accounts-dependencies.ts';
import { changePassword } from './change-password.ts';
import { confirmEmail } from './confirm-email.ts';
import { handOver } from './hand-over.ts';
import { logIn } from './log-in.ts';
import { setEmail } from './set-email.ts';

/** Being somebody. */
@Resolver()
export class AccountsResolver {
  private readonly dependencies: AccountsDependencies;

  constructor(dependencies: AccountsDependencies) {
    this.dependencies = dependencies;
  }

  @Query(() => Viewer, { nullable: true, description: 'Whoever is logged in; null when nobody is.' })
  me(@Ctx() context: RequestContext): Viewer | null {
    return context.viewer;
  }

  @Mutation(() => Session, {
    description:
      'Logs in by e-mail or phone, in any spelling. Every failure is answered alike, with INVALID_CREDENTIALS.',
  })
  login(
    @Arg('identifier', () => String, {
      description: 'E-mail or phone; not a phone that several logins share.',
    })
    identifier: string,
    @Arg('password', () => String, { description: 'The password, or the temporary one that was sent.' })
    password: string,
    @Ctx() context: RequestContext,
  ): Promise<Session> {
    const { clientAddress, sessionCookie } = context;
    return handOver(this.dependencies, sessionCookie, () =>
      logIn(this.dependencies, { identifier, password, clientAddress }),
    );
  }

  @Mutation(() => Session, {
    description: 'Sets a new password and ends every session, this one included; the answer is a new one.',
  })
  changePassword(
    @Arg('currentPassword', () => String, { description: 'The password used until now.' })
    currentPassword: string,
    @Arg('newPassword', () => String, {
      description:
        'At least 8 characters (15 for admins and analysts), at most 72 bytes, and none of the most common ones.',
    })
    newPassword: string,
    @Ctx() context: RequestContext,
  ): Promise<Session> {
    return handOver(this.dependencies, context.sessionCookie, () =>
      changePassword(this.dependencies, context.viewer, { currentPassword, newPassword }),
    );
  }

  @Mutation(() => Viewer, {
    description:
      'Asks for another e-mail. It becomes `email` once the link that is sent there is opened and confirmed; until then the old one holds, and is told.',
  })
  setEmail(
    @Arg('email', () => String, { description: 'An address that receives mail, in any spelling.' })
    email: string,
    @Arg('currentPassword', () => String, { description: 'Wrong ones count like failed log-ins.' })
    currentPassword: string,
    @Ctx() context: RequestContext,
  ): Promise<Viewer> {
    return setEmail(this.dependencies, context.viewer, { email, currentPassword });
  }

  @Mutation(() => Acknowledgement, {
    description:
      'Makes the address that a link was sent to the e-mail of whoever asked for it. Once: every token that is no good is answered with INVALID_OR_EXPIRED_TOKEN.',
  })
  confirmEmail(
    @Arg('token', () => String, { description: 'What the link carries.' }) token: string,
  ): Promise<Acknowledgement> {
    return confirmEmail(this.dependencies, token);
  }
}
