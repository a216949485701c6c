import { Field, Float, Int, ObjectType } from 'type-graphql';

@ObjectType({
  simpleResolvers: true,
  description: 'What a release of credentials would send, and to whom nothing.',
})
export class BackfillPreview {
  @Field(() => Int, { description: 'Messages by e-mail.' })
  byEmail!: number;

  @Field(() => Int, { description: 'Messages by SMS.' })
  bySms!: number;

  @Field(() => Int, { description: 'Active logins that neither e-mail nor SMS reaches.' })
  unreachable!: number;

  @Field(() => Int, { description: 'Logins that are inactive: they get nothing.' })
  inactive!: number;

  @Field(() => Float, {
    description: 'What the SMS cost, one each, by the price in the configuration (`SMS_PRICE`).',
  })
  estimatedSmsCost!: number;
}
