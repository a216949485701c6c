import { Field, ObjectType } from 'type-graphql';

@ObjectType({ simpleResolvers: true, description: 'It was done, and there is nothing to show for it.' })
export class Acknowledgement {
  @Field(() => String, { description: 'What was done, for people.' })
  message!: string;
}
