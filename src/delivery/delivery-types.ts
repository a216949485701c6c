import { Field, ID, ObjectType } from 'type-graphql';
import { Count, PageInfo } from '../graphql/connection.ts';

@ObjectType({ simpleResolvers: true, description: 'Somebody who delivers, for admins and analysts.' })
export class DeliveryBoy {
  @Field(() => ID, { description: 'Its id, or its `_id` when it has none of its own.' })
  id!: string;

  @Field(() => String, { nullable: true, description: 'Name as typed.' })
  name!: string | null;

  @Field(() => String, { nullable: true, description: 'Phone as typed.' })
  phone!: string | null;

  @Field(() => String, { nullable: true, description: 'E-mail when something can be sent to it.' })
  email!: string | null;

  @Field(() => Boolean, { description: 'Whether the login is active.' })
  isActive!: boolean;
}

@ObjectType({ simpleResolvers: true, description: 'A delivery boy in a list, and its place there.' })
export class DeliveryBoyEdge {
  @Field(() => String, { description: 'The place, to be given as `after`.' })
  cursor!: string;

  @Field(() => DeliveryBoy, { description: 'The delivery boy.' })
  node!: DeliveryBoy;
}

@ObjectType({ simpleResolvers: true, description: 'A page of delivery boys.' })
export class DeliveryBoyConnection {
  @Field(() => [DeliveryBoyEdge], { description: 'The delivery boys with their places.' })
  edges!: DeliveryBoyEdge[];

  @Field(() => [DeliveryBoy], { description: 'The delivery boys.' })
  nodes!: DeliveryBoy[];

  @Field(() => PageInfo, { description: 'Where the page stands.' })
  pageInfo!: PageInfo;

  @Field(() => Count, { description: 'How many delivery boys the whole list has.' })
  count!: Count;
}
