import { ArgsType, Field, Int } from 'type-graphql';
import type { TwoWayArguments } from './connection.ts';

/** The arguments of a list that is read in both directions. */
@ArgsType()
export class PageArgs implements TwoWayArguments {
  @Field(() => Int, { nullable: true, description: 'How many, 1 to 200; 50 when absent.' })
  first?: number | null;

  @Field(() => String, { nullable: true, description: 'The cursor after which the page begins.' })
  after?: string | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'How many from the end, or in front of `before`: 1 to 200. Not together with `first` or `after`.',
  })
  last?: number | null;

  @Field(() => String, {
    nullable: true,
    description: 'The cursor in front of which the page ends. Not together with `first` or `after`.',
  })
  before?: string | null;
}
