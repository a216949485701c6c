import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Info, Query, Resolver } from 'type-graphql';
import type { RequestContext } from '../context.ts';
import type { CustomerDependencies } from './customer-access.ts';
import { customerRequest, lookupAnswer } from './customers-resolver.ts';
import { loginDiagnosis } from './login-diagnosis.ts';
import { LoginDiagnosis } from './login-diagnosis-types.ts';

/** For the support desk: why somebody cannot log in. */
@Resolver()
export class LoginDiagnosisResolver {
  private readonly dependencies: CustomerDependencies;

  constructor(dependencies: CustomerDependencies) {
    this.dependencies = dependencies;
  }

  @Query(() => LoginDiagnosis, {
    nullable: true,
    description:
      'What stands between somebody and logging in, by whatever they say of themselves: an id, an e-mail, a phone in any spelling, or a whole name. Each blocker comes with the operation that removes it.',
  })
  async loginDiagnosis(
    @Arg('identifier', () => String, {
      description: 'What the caller says; analysts find by id and name only.',
    })
    identifier: string,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<LoginDiagnosis> {
    const diagnosed = await loginDiagnosis(this.dependencies, customerRequest(context, info), identifier);
    return { ...diagnosed, lookup: lookupAnswer(diagnosed.lookup) };
  }
}
