import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import type { AccountsDependencies } from '../accounts/accounts-dependencies.ts';
import { setLoginActive } from '../accounts/set-login-active.ts';
import { unlockLogin } from '../accounts/unlock-login.ts';
import { loginAddress } from '../accounts/viewer.ts';
import type { RequestContext } from '../context.ts';
import { Login } from './customer-type.ts';
import { showLogin } from './show-login.ts';

/** Logins of customers and staff, as the customers' half `Login` shows them. */
@Resolver(() => Login)
export class LoginResolver {
  private readonly accounts: AccountsDependencies;

  constructor(accounts: AccountsDependencies) {
    this.accounts = accounts;
  }

  @Mutation(() => Login, {
    description:
      'Lets a login of any role log in, or no more: then its sessions end, and credentials that wait to be sent are not.',
  })
  async setLoginActive(
    @Arg('userId', () => ID, { description: 'Id of the login, or its `_id` when it has none of its own.' })
    userId: string,
    @Arg('active', () => Boolean, { description: 'Whether it may log in.' }) active: boolean,
    @Ctx() context: RequestContext,
  ): Promise<Login> {
    const { login, account } = await setLoginActive(this.accounts, context.viewer, { userId, active });
    return showLogin(login, account, loginAddress(login));
  }

  @Mutation(() => Login, {
    description: 'Forgets the failed log-ins of a login, which may log in again at once. Its sessions go on.',
  })
  async unlockLogin(
    @Arg('userId', () => ID, { description: 'Id of the login, or its `_id` when it has none of its own.' })
    userId: string,
    @Ctx() context: RequestContext,
  ): Promise<Login> {
    const { login, account } = await unlockLogin(this.accounts, context.viewer, userId);
    return showLogin(login, account, loginAddress(login));
  }
}
