import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, ObjectType, registerEnumType } from 'type-graphql';

export const Role = {
  CUSTOMER: 'CUSTOMER',
  ADMIN: 'ADMIN',
  DELIVERY_BOY: 'DELIVERY_BOY',
  ANALYST: 'ANALYST',
} as const;
export type Role = keyof typeof Role;
registerEnumType(Role, {
  name: 'Role',
  description: 'What a login may do.',
  valuesConfig: {
    CUSTOMER: { description: 'Sees the own record only.' },
    ADMIN: { description: 'Sees and changes everything.' },
    DELIVERY_BOY: { description: 'Sees the own deliveries only.' },
    ANALYST: { description: 'Sees reports, and customers with their contacts masked; changes nothing.' },
  },
});

@ObjectType({ simpleResolvers: true, description: 'Whoever is logged in.' })
export class Viewer {
  @Field(() => ID, { description: 'The login: its id, or its `_id` when it has none of its own.' })
  id!: string;

  @Field(() => Role, { description: 'What this login may do.' })
  role!: Role;

  @Field(() => String, { nullable: true, description: 'As typed.' })
  name!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Null for none, and for a placeholder to which nothing can be sent.',
  })
  email!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'A new address that becomes `email` once the link sent there is opened.',
  })
  pendingEmail?: string | null;

  @Field(() => String, { nullable: true, description: 'As typed.' })
  phone!: string | null;

  @Field(() => Boolean, { description: 'The password is temporary: this session can only choose a new one.' })
  mustChangePassword!: boolean;
}

@ObjectType({
  simpleResolvers: true,
  description: 'Somebody who is logged in, and the tokens that say so.',
})
export class Session {
  @Field(() => String, { description: 'To be sent as `Authorization: Bearer …`.' })
  accessToken!: string;

  @Field(() => GraphQLDateTime, { description: 'When the access token stops being accepted.' })
  expiresAt!: Date;

  @Field(() => String, { nullable: true, description: 'Null when it is set as a cookie.' })
  refreshToken!: string | null;

  @Field(() => Boolean, { description: 'The password is temporary: this session can only choose a new one.' })
  mustChangePassword!: boolean;

  @Field(() => Viewer, { description: 'Who has logged in.' })
  viewer!: Viewer;
}
