import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Float, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { CustomerFilter } from '../customers/customer-filter.ts';

@ObjectType({ simpleResolvers: true, description: 'Customers of one kind: how many there are, and who.' })
export class AuditFinding {
  @Field(() => Int, { description: 'How many: the length of `customers`, walked to its end.' })
  count!: number;

  /** Which customers these are. */
  filter!: CustomerFilter;
}

const sameAs = (filter: string) => `The same list: \`customers(filter: ${filter})\`.`;

@ObjectType({
  simpleResolvers: true,
  description:
    'Every customer by the state of the link, by whether they can log in, and without an e-mail to log in by.',
})
export class LinkageAudit {
  @Field(() => AuditFinding, {
    description: `Login and delivery record name each other. ${sameAs('{linkState: [LINKED]}')}`,
  })
  linked!: AuditFinding;

  @Field(() => AuditFinding, {
    description: `One half names the other, and the link back is missing. ${sameAs('{linkState: [HALF_LINKED]}')}`,
  })
  halfLinked!: AuditFinding;

  @Field(() => AuditFinding, {
    description: `Logins that name nobody and are named by nobody; narrower than data quality's figure of this name. ${sameAs('{linkState: [ORPHANED_USER]}')}`,
  })
  orphanedUsers!: AuditFinding;

  @Field(() => AuditFinding, {
    description: `Delivery records that name nobody and are named by nobody; narrower than data quality's figure of this name. ${sameAs('{linkState: [ORPHANED_V2]}')}`,
  })
  orphanedV2!: AuditFinding;

  @Field(() => AuditFinding, {
    description: `Records that name one which does not exist, and that nobody names. ${sameAs('{linkState: [DANGLING]}')}`,
  })
  dangling!: AuditFinding;

  @Field(() => AuditFinding, {
    description: `Records whose links contradict each other. ${sameAs('{linkState: [CONFLICT]}')}`,
  })
  conflicts!: AuditFinding;

  @Field(() => AuditFinding, {
    description: `Customers who can log in, whatever the state of the link. ${sameAs('{canLogin: true}')}`,
  })
  canLogin!: AuditFinding;

  @Field(() => AuditFinding, {
    description: `Customers who cannot log in. ${sameAs('{canLogin: false}')}`,
  })
  cannotLogin!: AuditFinding;

  @Field(() => AuditFinding, {
    description: `Customers whose login has no deliverable address, or who have no login. ${sameAs('{missingEmail: true}')}`,
  })
  missingEmail!: AuditFinding;

  @Field(() => Int, {
    description:
      'Customers whose link state is not LINKED. Listed by `customers(filter: {linkState: [HALF_LINKED, ORPHANED_USER, ORPHANED_V2, DANGLING, CONFLICT]})`.',
  })
  totalSyncIssues!: number;

  @Field(() => GraphQLDateTime, {
    description: 'When this was counted; the lists show what is there now. At most five seconds ago.',
  })
  asOf!: Date;
}

export const DataQualityStatus = { HEALTHY: 'HEALTHY', NEEDS_ATTENTION: 'NEEDS_ATTENTION' } as const;
export type DataQualityStatus = keyof typeof DataQualityStatus;
registerEnumType(DataQualityStatus, {
  name: 'DataQualityStatus',
  description: 'Whether the two systems agree about every customer.',
  valuesConfig: {
    HEALTHY: { description: 'Every record is linked both ways.' },
    NEEDS_ATTENTION: { description: 'Some record is not, or there is none.' },
  },
});

@ObjectType({ simpleResolvers: true, description: 'How well the two systems were linked on one day.' })
export class DataQualityPoint {
  @Field(() => GraphQLDateTime, { description: 'When it was counted.' })
  at!: Date;

  @Field(() => Float, { description: 'Joined pairs, of the larger of the two systems; 0 to 1.' })
  linkageRatio!: number;

  @Field(() => Int, { description: 'Customers whose link state was not LINKED.' })
  syncIssues!: number;
}

@ObjectType({ simpleResolvers: true, description: 'How well the two systems are linked.' })
export class DataQualityReport {
  @Field(() => Int, {
    description: 'Logins of role CUSTOMER, joined or not. Listed by `customers(filter: {hasLogin: true})`.',
  })
  totalUsers!: number;

  @Field(() => Int, {
    description: 'Delivery records. Listed by `customers(filter: {hasDeliveryRecord: true})`.',
  })
  totalV2Customers!: number;

  @Field(() => Int, {
    description: 'Joined pairs. Listed by `customers(filter: {linkState: [LINKED, HALF_LINKED]})`.',
  })
  linkedRecords!: number;

  @Field(() => Int, {
    description:
      'Pairs of which one half does not name the other yet. Listed by `customers(filter: {linkState: [HALF_LINKED]})`.',
  })
  halfLinked!: number;

  @Field(() => Int, {
    description:
      'Logins joined to no delivery record, whatever their link state. Listed by `customers(filter: {hasDeliveryRecord: false})`.',
  })
  orphanedUsers!: number;

  @Field(() => Int, {
    description:
      'Delivery records joined to no login, whatever their link state. Listed by `customers(filter: {hasLogin: false})`.',
  })
  orphanedV2!: number;

  @Field(() => Float, {
    description: '`linkedRecords` of the larger of `totalUsers` and `totalV2Customers`, 0 to 1; 0 of none.',
  })
  linkageRatio!: number;

  @Field(() => String, {
    description:
      'The same as a percentage with one decimal, `5.3%`; `100.0%` is said of all and nothing less.',
  })
  linkageCompleteness!: string;

  @Field(() => DataQualityStatus, { description: 'HEALTHY only when every record is linked both ways.' })
  status!: DataQualityStatus;

  @Field(() => GraphQLDateTime, { description: 'When this was counted, at most five seconds ago.' })
  asOf!: Date;
}
