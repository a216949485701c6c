import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { Viewer as ViewerType } from '../accounts/account-types.ts';
import type { Viewer } from '../accounts/viewer.ts';
import type { RequestContext } from '../context.ts';
import { AppError } from '../errors.ts';
import { Acknowledgement } from '../graphql/acknowledgement.ts';
import { confirmLink } from './confirm-link.ts';
import type { CustomerDependencies } from './customer-access.ts';
import { requestLinkCode } from './request-link-code.ts';

/** What customers do themselves about the link between their login and their delivery record. */
@Resolver()
export class LinkResolver {
  private readonly dependencies: CustomerDependencies;

  constructor(dependencies: CustomerDependencies) {
    this.dependencies = dependencies;
  }

  @Mutation(() => ViewerType, {
    description:
      "Shows the delivery half of the own record from now on: takes the code that was sent to that half's own phone or e-mail. Five attempts a code.",
  })
  confirmLink(
    @Arg('code', () => String, { description: 'In upper or lower case, with or without spaces and dashes.' })
    code: string,
    @Ctx() context: RequestContext,
  ): Promise<Viewer> {
    return confirmLink(this.dependencies, requireViewer(context), code);
  }

  @Mutation(() => Acknowledgement, {
    description:
      "Sends another code for `confirmLink` to the delivery half's own phone or e-mail; the earlier one is void. One a minute, five a day.",
  })
  async requestLinkCode(@Ctx() context: RequestContext): Promise<Acknowledgement> {
    const sentTo = await requestLinkCode(this.dependencies, requireViewer(context));
    return { message: `A code was sent to ${sentTo.join(' and ')}.` };
  }
}

function requireViewer({ viewer }: RequestContext): Viewer {
  if (viewer === null) throw new AppError('UNAUTHENTICATED', 'Log in first.');
  return viewer;
}
