import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { RequestContext } from '../context.ts';
import { badInput } from '../errors.ts';
import { Acknowledgement } from '../graphql/acknowledgement.ts';
import { Session } from './account-types.ts';
import type { AccountsDependencies } from './accounts-dependencies.ts';
import { handOver } from './hand-over.ts';
import { logOut } from './log-out.ts';
import { refreshSession } from './refresh-session.ts';

/** Staying logged in, and no longer. */
@Resolver()
export class SessionsResolver {
  private readonly dependencies: AccountsDependencies;

  constructor(dependencies: AccountsDependencies) {
    this.dependencies = dependencies;
  }

  @Mutation(() => Session, {
    description:
      'Exchanges a refresh token for a new access token and the next refresh token. A token is good for one exchange, which may be repeated within 10 seconds when its answer was lost; later its use ends the session. Every token that is no good is answered with UNAUTHENTICATED: log in again.',
  })
  refreshSession(
    @Arg('refreshToken', () => String, {
      nullable: true,
      description:
        "Absent: from the browser's cookie, which the header `X-Session-Transport: cookie` asks for.",
    })
    refreshToken: string | undefined,
    @Ctx() { sessionCookie }: RequestContext,
  ): Promise<Session> {
    if (refreshToken == null && sessionCookie === null) {
      throw badInput('refreshToken', 'Give the refresh token, or ask for the cookie it is in.');
    }
    return handOver(this.dependencies, sessionCookie, () =>
      refreshSession(this.dependencies, refreshToken ?? sessionCookie?.read() ?? null),
    );
  }

  @Mutation(() => Acknowledgement, {
    description:
      'Ends the session of the refresh token, and the one that asks: either is enough. Its tokens are refused from the next request on. Logging out twice is no error.',
  })
  async logout(
    @Arg('refreshToken', () => String, {
      nullable: true,
      description: "Absent: from the browser's cookie, if there is one; the cookie is cleared.",
    })
    refreshToken: string | undefined,
    @Arg('everywhere', () => Boolean, {
      nullable: true,
      defaultValue: false,
      description: 'End every session of this login, on every device.',
    })
    everywhere: boolean | null,
    @Ctx() { viewer, sessionCookie }: RequestContext,
  ): Promise<Acknowledgement> {
    const token = refreshToken ?? sessionCookie?.read() ?? null;
    const answer = await logOut(this.dependencies, viewer, {
      refreshToken: token,
      everywhere: everywhere === true,
    });
    sessionCookie?.clear();
    return answer;
  }
}
