import { Field, ObjectType } from 'type-graphql';
import { LoginBlocker } from './customer-enums.ts';
import { CustomerLookup } from './customer-results.ts';

@ObjectType({
  simpleResolvers: true,
  description: 'Something that stands between a customer and logging in, and how it is removed.',
})
export class LoginDiagnosisStep {
  @Field(() => LoginBlocker, { description: 'What it is.' })
  blocker!: LoginBlocker;

  @Field(() => String, { description: 'The same in plain words, with what is known of when and why.' })
  explanation!: string;

  @Field(() => String, {
    description:
      'The operation that removes it, ready to be run by an admin; what only a person can know is a variable of it. A comment (`# …`) where no operation can.',
  })
  fix!: string;
}

@ObjectType({ simpleResolvers: true, description: 'What stands between somebody and logging in.' })
export class LoginDiagnosis {
  @Field(() => String, { description: 'The text that was looked up.' })
  identifier!: string;

  @Field(() => CustomerLookup, { description: 'Who is meant by it.' })
  lookup!: typeof CustomerLookup;

  @Field(() => [LoginDiagnosisStep], {
    description:
      'What is in the way, to be removed in this order; none when nothing is, and when it is not known who is meant.',
  })
  blockers!: LoginDiagnosisStep[];

  @Field(() => [String], {
    description: 'What this customer can type to log in: each means this login and no other.',
  })
  loginNames!: string[];

  @Field(() => [String], { description: 'What else is good to know on the phone, a sentence or two each.' })
  hints!: string[];
}
