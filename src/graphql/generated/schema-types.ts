export type Maybe<T> = T | null;
export type InputMaybe<T> = Maybe<T>;
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /** A date-time string at UTC, such as 2007-12-03T10:15:30Z, compliant with the `date-time` format outlined in section 5.6 of the RFC 3339 profile of the ISO 8601 standard for representation of dates and times using the Gregorian calendar. */
  DateTime: { input: Date; output: Date; }
};

/** It was done, and there is nothing to show for it. */
export type Acknowledgement = {
  __typename?: 'Acknowledgement';
  /** What was done, for people. */
  message: Scalars['String']['output'];
};

/** How many customers an area has. */
export type AreaCount = {
  __typename?: 'AreaCount';
  /** Those of them who are ACTIVE. Listed by `customers(filter: {area: ["…"], isActive: true})`. */
  active: Scalars['Int']['output'];
  /** The area, spelled as the filter `area` takes it; null for customers without one. */
  area?: Maybe<Scalars['String']['output']>;
  /** Customers there. Listed by `customers(filter: {area: ["…"]})`; those without one by `{hasArea: false}`. */
  count: Scalars['Int']['output'];
};

/** Who delivers to whom. */
export type AssignDeliveryBoyInput = {
  /** The customer: an id, e-mail, phone in any spelling, or whole name. */
  customer: Scalars['String']['input'];
  /** The delivery boy: an id, e-mail, phone or whole name. */
  deliveryBoy: Scalars['String']['input'];
};

/** What became of an assignment. */
export type AssignDeliveryBoyResult = AssignmentRefused | CustomerAmbiguous | CustomerNotFound | DeliveryBoyAmbiguous | DeliveryBoyAssigned | DeliveryBoyNotFound | NoDeliveryRecord;

/** What a delivery boy needs to know at the door. */
export type AssignedCustomer = {
  __typename?: 'AssignedCustomer';
  /** Where to deliver. */
  address?: Maybe<Scalars['String']['output']>;
  /** Delivery area. */
  area?: Maybe<Scalars['String']['output']>;
  /** Id of the customer. */
  id: Scalars['ID']['output'];
  /** Name as typed. */
  name?: Maybe<Scalars['String']['output']>;
  /** Phone as typed. */
  phone?: Maybe<Scalars['String']['output']>;
  /** Whether deliveries are running; paused customers are here too. */
  status: CustomerStatus;
};

/** A page of the customers of a delivery boy. */
export type AssignedCustomerConnection = {
  __typename?: 'AssignedCustomerConnection';
  /** How many customers the whole list has. */
  count: Count;
  /** The customers with their places. */
  edges: Array<AssignedCustomerEdge>;
  /** The customers. */
  nodes: Array<AssignedCustomer>;
  /** Where the page stands. */
  pageInfo: PageInfo;
};

/** A customer of a delivery boy, and its place in the list. */
export type AssignedCustomerEdge = {
  __typename?: 'AssignedCustomerEdge';
  /** The place, to be given as `after`. */
  cursor: Scalars['String']['output'];
  /** The customer. */
  node: AssignedCustomer;
};

/** It was not done, and why. */
export type AssignmentRefused = {
  __typename?: 'AssignmentRefused';
  /** Why, for programs. */
  code: ErrorCode;
  /** Why, for people: whom it is about, and what helps. */
  message: Scalars['String']['output'];
};

/** Something that was done, and by whom. */
export type AuditEvent = {
  __typename?: 'AuditEvent';
  /** What was done, such as ROLE_CHANGED. New ones are added. */
  action: Scalars['String']['output'];
  /** Id of the login that did it, or `nobody` for somebody who was not logged in, `system`, `command line`, `another application`. */
  actor: Scalars['String']['output'];
  /** What who did it is called now; null for somebody who is gone, who was not logged in, or was no person. */
  actorName?: Maybe<Scalars['String']['output']>;
  /** When it was done. */
  at: Scalars['DateTime']['output'];
  /** The values that were changed by it. */
  changes: Array<FieldChange>;
  /** A sentence that says what was done. */
  description: Scalars['String']['output'];
  /** Its own id. */
  id: Scalars['ID']['output'];
  /** Id of the customer or record that it was done to. */
  subjectId: Scalars['ID']['output'];
};

/** A page of the journal. */
export type AuditEventConnection = {
  __typename?: 'AuditEventConnection';
  /** How many entries the whole list has; counted up to 10,000. */
  count: Count;
  /** The entries with their places. */
  edges: Array<AuditEventEdge>;
  /** The entries. */
  nodes: Array<AuditEvent>;
  /** Where the page stands. */
  pageInfo: PageInfo;
};

/** An entry of the journal, and its place there. */
export type AuditEventEdge = {
  __typename?: 'AuditEventEdge';
  /** The place, to be given as `after` or `before`. */
  cursor: Scalars['String']['output'];
  /** The entry. */
  node: AuditEvent;
};

/** Customers of one kind: how many there are, and who. */
export type AuditFinding = {
  __typename?: 'AuditFinding';
  /** How many: the length of `customers`, walked to its end. */
  count: Scalars['Int']['output'];
  /** These customers, newest first. */
  customers: CustomerConnection;
};


/** Customers of one kind: how many there are, and who. */
export type AuditFindingCustomersArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
};

/** A delivery record that got no login. */
export type BackfillFailure = {
  __typename?: 'BackfillFailure';
  /** Why: NO_PHONE, MATCHES_EXISTING_LOGIN, EMAIL_TAKEN, DANGLING, CONFLICT or BAD_RECORD. New reasons may be added. */
  code: Scalars['String']['output'];
  /** Whose record it is: its own id, or the text of its `_id`. */
  customerV2Id: Scalars['ID']['output'];
  /** The same for people, and what to do about it. */
  message: Scalars['String']['output'];
};

/** A page of records that got no login. */
export type BackfillFailureConnection = {
  __typename?: 'BackfillFailureConnection';
  /** The records with their places. */
  edges: Array<BackfillFailureEdge>;
  /** The records. */
  nodes: Array<BackfillFailure>;
  /** Where the page stands. */
  pageInfo: PageInfo;
};

/** A record that got no login, and its place in the list. */
export type BackfillFailureEdge = {
  __typename?: 'BackfillFailureEdge';
  /** The place, to be given as `after`. */
  cursor: Scalars['String']['output'];
  /** The record. */
  node: BackfillFailure;
};

/** What a release of credentials would send, and to whom nothing. */
export type BackfillPreview = {
  __typename?: 'BackfillPreview';
  /** Messages by e-mail. */
  byEmail: Scalars['Int']['output'];
  /** Messages by SMS. */
  bySms: Scalars['Int']['output'];
  /** What the SMS cost, one each, by the price in the configuration (`SMS_PRICE`). */
  estimatedSmsCost: Scalars['Float']['output'];
  /** Logins that are inactive: they get nothing. */
  inactive: Scalars['Int']['output'];
  /** Active logins that neither e-mail nor SMS reaches. */
  unreachable: Scalars['Int']['output'];
};

/** A run of the migration `backfill_users_for_v2_customers`: every delivery record without a login gets one. `processed` is `created + skipped + errors`. */
export type BackfillRun = {
  __typename?: 'BackfillRun';
  /** Logins that it has made, or would make. */
  created: Scalars['Int']['output'];
  /** To spot-check: those who got a login, in the order in which they did; of a dry run the first 10,000 who would. */
  createdCustomers: CustomerConnection;
  /** Nothing is written: the figures say what a run would do. Kept for an hour by the process that answered. */
  dryRun: Scalars['Boolean']['output'];
  /** Why it failed. */
  error?: Maybe<Scalars['String']['output']>;
  /** The length of `failures`. */
  errors: Scalars['Int']['output'];
  /** The delivery records that got no login, and why; of a dry run the first 10,000 that would get none. */
  failures: BackfillFailureConnection;
  /** When it ended; null before. */
  finishedAt?: Maybe<Scalars['DateTime']['output']>;
  /** To be asked for, paused and resumed by. */
  id: Scalars['ID']['output'];
  /** Of a dry run: what a release of the new credentials would send. Null of any other. */
  preview?: Maybe<BackfillPreview>;
  /** Those that it has looked at. */
  processed: Scalars['Int']['output'];
  /** The run whose failures were tried again by this one; null when it looks at every record. */
  retryOf?: Maybe<Scalars['ID']['output']>;
  /** Records that had a login already, or were removed meanwhile. */
  skipped: Scalars['Int']['output'];
  /** When it was asked for. */
  startedAt: Scalars['DateTime']['output'];
  /** Address of the login that started it, or `command line`. */
  startedBy: Scalars['String']['output'];
  /** How it stands. */
  state: JobState;
  /** Delivery records that it looks at: while it is under way those that there are, when it is over, cancelled too, `processed`, which is created + skipped + errors. */
  total: Scalars['Int']['output'];
  /** Of a dry run: stored records that the index does not know as they are, since others have just written them. Their contacts are not compared yet; `customer-gateway status` makes the index know them. Null of any other. */
  unindexed?: Maybe<Scalars['Int']['output']>;
};


/** A run of the migration `backfill_users_for_v2_customers`: every delivery record without a login gets one. `processed` is `created + skipped + errors`. */
export type BackfillRunCreatedCustomersArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


/** A run of the migration `backfill_users_for_v2_customers`: every delivery record without a login gets one. `processed` is `created + skipped + errors`. */
export type BackfillRunFailuresArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};

/** A reason why a customer cannot be billed as the data is. */
export type BillingIssue =
  /** The links of this customer contradict each other. */
  | 'LINK_CONFLICT'
  /** There is no address. */
  | 'NO_ADDRESS'
  /** There is only a login. */
  | 'NO_DELIVERY_RECORD'
  /** There is no valid phone number. */
  | 'NO_PHONE';

/** How many entries a list has. */
export type Count = {
  __typename?: 'Count';
  /** Whether the number is exact. */
  precision: CountPrecision;
  /** The number. */
  value: Scalars['Int']['output'];
};

/** How far a count can be trusted. */
export type CountPrecision =
  /** The list has at least so many entries; it was not counted to its end. */
  | 'AT_LEAST'
  /** The length of the list. */
  | 'EXACT';

/** A new customer. */
export type CreateCustomerInput = {
  /** Where to deliver; at most 500 characters. */
  address: Scalars['String']['input'];
  /** With ADOPT and several candidates: which one. */
  adoptCustomerId?: InputMaybe<Scalars['ID']['input']>;
  /** Delivery area; at most 100 characters. */
  area: Scalars['String']['input'];
  /** An active delivery boy. */
  deliveryBoyId?: InputMaybe<Scalars['ID']['input']>;
  /** An address that receives mail; absent for none. */
  email?: InputMaybe<Scalars['String']['input']>;
  /** At most 200 characters. The same key answers with the first call's result for 24 hours, so that a call can be repeated safely. */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** At most 200 characters. */
  name: Scalars['String']['input'];
  /** What to do when somebody has this phone or e-mail already. */
  onExisting?: InputMaybe<OnExisting>;
  /** In any spelling; without a country code, of the configured region. */
  phone: Scalars['String']['input'];
  /** Of the delivery record. */
  status?: InputMaybe<CustomerStatusInput>;
};

/** A customer who was created, or those who are known already. */
export type CreateCustomerResult = CustomerAlreadyExists | CustomerCreated;

/** Somebody who is to work here. */
export type CreateStaffInput = {
  /** Where the temporary password is sent; no other login may have it. */
  email: Scalars['String']['input'];
  /** At most 200 characters. */
  name: Scalars['String']['input'];
  /** In any spelling; no other login may have it. */
  phone?: InputMaybe<Scalars['String']['input']>;
  /** Any but CUSTOMER: customers are made by `createCustomer`. */
  role: Role;
};

/** One person or household, out of a login, a delivery record, or both. */
export type Customer = {
  __typename?: 'Customer';
  /** Where to deliver. */
  address?: Maybe<Scalars['String']['output']>;
  /** The part of town. */
  area?: Maybe<Scalars['String']['output']>;
  /** What has to be mended before this customer can be billed. */
  billingIssues: Array<BillingIssue>;
  /** Whether there is an active login with a usable password that has not expired. */
  canLogin: Scalars['Boolean']['output'];
  /** Whether a forgotten password can be reset by e-mail or SMS. */
  canResetPassword: Scalars['Boolean']['output'];
  /** When the definitive record was made, as far as it is known. */
  createdAt?: Maybe<Scalars['DateTime']['output']>;
  /** The half that is delivered to and billed. */
  delivery?: Maybe<DeliveryRecord>;
  /** Who delivers; null when nobody who exists is assigned. */
  deliveryBoy?: Maybe<DeliveryBoyContact>;
  /** Values in which the halves differ. */
  differences: Array<FieldDifference>;
  /** The first address that something can be sent to: of the delivery record, then of the login. */
  email?: Maybe<Scalars['String']['output']>;
  /** The id of the definitive record: the delivery record where there is one, else the login. */
  id: Scalars['ID']['output'];
  /** Whether the status is ACTIVE. */
  isActive: Scalars['Boolean']['output'];
  /** How the halves are linked. */
  link: CustomerLink;
  /** The half that logs in. */
  login?: Maybe<Login>;
  /** Every reason why `canLogin` is false; empty when it is true. */
  loginBlockers: Array<LoginBlocker>;
  /** Name on the definitive record, else on the other half. */
  name?: Maybe<Scalars['String']['output']>;
  /** Phone as typed on the definitive record, else on the other half. */
  phone?: Maybe<Scalars['String']['output']>;
  /** The phone in E.164, for example `+919876543211`; null when it is no valid number. */
  phoneE164?: Maybe<Scalars['String']['output']>;
  /** Status of the delivery record; without one ACTIVE or INACTIVE, as the login is. */
  status: CustomerStatus;
  /** Which halves there are. */
  systems: Array<SourceSystem>;
};

/** Nothing was written: somebody has this phone or e-mail already. See `link.state` for what is missing. */
export type CustomerAlreadyExists = {
  __typename?: 'CustomerAlreadyExists';
  /** Who, and what they have in common; at most 20. */
  candidates: Array<CustomerFound>;
};

/** Several customers are meant by a text. */
export type CustomerAmbiguous = {
  __typename?: 'CustomerAmbiguous';
  /** Whom it may mean; at most 20. */
  candidates: Array<CustomerFound>;
  /** The text. */
  identifier: Scalars['String']['output'];
  /** How many it may mean in all. */
  totalCandidates: Scalars['Int']['output'];
};

/** A page of customers. */
export type CustomerConnection = {
  __typename?: 'CustomerConnection';
  /** How many customers the whole list has. */
  count: Count;
  /** The customers with their places. */
  edges: Array<CustomerEdge>;
  /** The customers. */
  nodes: Array<Customer>;
  /** Where the page stands. */
  pageInfo: PageInfo;
};

/** A customer who has both halves now. */
export type CustomerCreated = {
  __typename?: 'CustomerCreated';
  /** One half was there before. */
  adopted: Scalars['Boolean']['output'];
  /** Where the credentials go, masked. Empty when the login has a password already, or cannot be reached. */
  credentialsSentTo: Array<Scalars['String']['output']>;
  /** The customer. */
  customer: Customer;
};

/** A customer in a list, and its place there. */
export type CustomerEdge = {
  __typename?: 'CustomerEdge';
  /** The place, to be given as `after`. */
  cursor: Scalars['String']['output'];
  /** The customer. */
  node: Customer;
};

/** Which customers are wanted. Conditions are combined with AND; the values of a list with OR. */
export type CustomerFilter = {
  /** Parts of town, as stored. At most 200. */
  area?: InputMaybe<Array<Scalars['String']['input']>>;
  /** Whether the customer can log in now. */
  canLogin?: InputMaybe<Scalars['Boolean']['input']>;
  /** Made later than this. */
  createdAfter?: InputMaybe<Scalars['DateTime']['input']>;
  /** Made earlier than this; later than `createdAfter`. */
  createdBefore?: InputMaybe<Scalars['DateTime']['input']>;
  /** Customers of this delivery boy. */
  deliveryBoyId?: InputMaybe<Scalars['ID']['input']>;
  /** Whether there is an area. Customers without a delivery record have none. */
  hasArea?: InputMaybe<Scalars['Boolean']['input']>;
  /** Whether a delivery boy who exists is assigned. */
  hasDeliveryBoy?: InputMaybe<Scalars['Boolean']['input']>;
  /** Whether there is a delivery record. */
  hasDeliveryRecord?: InputMaybe<Scalars['Boolean']['input']>;
  /** Whether there is a login. */
  hasLogin?: InputMaybe<Scalars['Boolean']['input']>;
  /** Whether the status is ACTIVE. */
  isActive?: InputMaybe<Scalars['Boolean']['input']>;
  /** States of the link. */
  linkState?: InputMaybe<Array<LinkState>>;
  /** Whether there is no login with a deliverable address. */
  missingEmail?: InputMaybe<Scalars['Boolean']['input']>;
  /** Prefix of any word of the name, a phone in any spelling, an e-mail or a word before its @, or an id; case and punctuation do not matter. At most 200 characters. */
  search?: InputMaybe<Scalars['String']['input']>;
  /** Statuses. */
  status?: InputMaybe<Array<CustomerStatus>>;
};

/** A customer whom a text means, and what the text matched. */
export type CustomerFound = {
  __typename?: 'CustomerFound';
  /** The customer. */
  customer: Customer;
  /** What the text was recognised as; of a near miss, what it nearly is. */
  matchedBy: Array<IdentifierKind>;
};

/** How the halves of a customer are linked. */
export type CustomerLink = {
  __typename?: 'CustomerLink';
  /** Everybody else who names a half of this customer, and whoever it names without being named back. */
  conflictingIds: Array<Scalars['ID']['output']>;
  /** The delivery record: the own or joined one, else the one that the login names. */
  customerV2Id?: Maybe<Scalars['ID']['output']>;
  /** What the two link fields amount to. */
  state: LinkState;
  /** The login: the own or joined one, else the one that the delivery record names. */
  userId?: Maybe<Scalars['ID']['output']>;
};

/** Who is meant by a text. */
export type CustomerLookup = CustomerAmbiguous | CustomerFound | CustomerNotFound;

/** Nobody is meant by a text. */
export type CustomerNotFound = {
  __typename?: 'CustomerNotFound';
  /** The text. */
  identifier: Scalars['String']['output'];
  /** Customers whose name, e-mail or phone is nearly this; the nearest first, at most 5. */
  nearMisses: Array<CustomerFound>;
};

/** In which order customers are listed. */
export type CustomerOrder = {
  /** In which direction. */
  direction: OrderDirection;
  /** By what. */
  field: CustomerOrderField;
};

/** What customers are ordered by. */
export type CustomerOrderField =
  /** By `createdAt`; customers for whom it is not known count as the oldest. */
  | 'CREATED_AT'
  /** By name, case and accents aside; no name counts as later than any. */
  | 'NAME';

/** The status of the delivery record; of a customer who has only a login, whether it is active. */
export type CustomerStatus =
  /** Deliveries are running. */
  | 'ACTIVE'
  /** No deliveries. */
  | 'INACTIVE'
  /** Any other text, found in `delivery.statusText`. */
  | 'OTHER'
  /** Deliveries are paused. */
  | 'PAUSED'
  /** Trying the service. */
  | 'TRIAL';

/** A status that a delivery record can be given. */
export type CustomerStatusInput =
  /** Deliveries are running. */
  | 'ACTIVE'
  /** No deliveries any more. */
  | 'INACTIVE'
  /** Deliveries are paused. */
  | 'PAUSED'
  /** Trying the service. */
  | 'TRIAL';

/** A customer whose values are as asked for. */
export type CustomerUpdated = {
  __typename?: 'CustomerUpdated';
  /** The customer. */
  customer: Customer;
};

/** The figures of the business, each person counted once. */
export type Dashboard = {
  __typename?: 'Dashboard';
  /** Customers whose status is ACTIVE. Listed by `customers(filter: {isActive: true})`. */
  activeCustomers: Scalars['Int']['output'];
  /** When this was counted, at most five seconds ago. */
  asOf: Scalars['DateTime']['output'];
  /** Customers by area, the area with the most first; of equals the one that sorts first. */
  byArea: Array<AreaCount>;
  /** Customers by status, every status once. Each is listed by `customers(filter: {status: […]})`. */
  byStatus: Array<StatusCount>;
  /** New customers a month, from oldest to newest, the current month last; months without any are there with 0. A month is one of the clock in which stored times without a zone are read (`LEGACY_TIMEZONE`). */
  growth: Array<MonthCount>;
  /** Logins of role CUSTOMER, joined or not. Listed by `customers(filter: {hasLogin: true})`. */
  legacyCustomers: Scalars['Int']['output'];
  /** Customers of whom both were found. Listed by `customers(filter: {linkState: [LINKED, HALF_LINKED]})`. */
  linkedCustomers: Scalars['Int']['output'];
  /** The systems that hold at least one customer: `USERS`, `CUSTOMERS_V2`. */
  systemsInUse: Array<Scalars['String']['output']>;
  /** Everybody once: `legacyCustomers` and `v2Customers` without counting `linkedCustomers` twice. Listed by `customers(filter: {})`. */
  totalUniqueCustomers: Scalars['Int']['output'];
  /** Delivery records without a delivery boy who exists. Listed by `customers(filter: {hasDeliveryRecord: true, hasDeliveryBoy: false})`. */
  unassignedCustomers: Scalars['Int']['output'];
  /** Delivery records. Listed by `customers(filter: {hasDeliveryRecord: true})`. */
  v2Customers: Scalars['Int']['output'];
};


/** The figures of the business, each person counted once. */
export type DashboardByAreaArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
};


/** The figures of the business, each person counted once. */
export type DashboardGrowthArgs = {
  months?: InputMaybe<Scalars['Int']['input']>;
};

/** How well the two systems were linked on one day. */
export type DataQualityPoint = {
  __typename?: 'DataQualityPoint';
  /** When it was counted. */
  at: Scalars['DateTime']['output'];
  /** Joined pairs, of the larger of the two systems; 0 to 1. */
  linkageRatio: Scalars['Float']['output'];
  /** Customers whose link state was not LINKED. */
  syncIssues: Scalars['Int']['output'];
};

/** How well the two systems are linked. */
export type DataQualityReport = {
  __typename?: 'DataQualityReport';
  /** When this was counted, at most five seconds ago. */
  asOf: Scalars['DateTime']['output'];
  /** Pairs of which one half does not name the other yet. Listed by `customers(filter: {linkState: [HALF_LINKED]})`. */
  halfLinked: Scalars['Int']['output'];
  /** The same as a percentage with one decimal, `5.3%`; `100.0%` is said of all and nothing less. */
  linkageCompleteness: Scalars['String']['output'];
  /** `linkedRecords` of the larger of `totalUsers` and `totalV2Customers`, 0 to 1; 0 of none. */
  linkageRatio: Scalars['Float']['output'];
  /** Joined pairs. Listed by `customers(filter: {linkState: [LINKED, HALF_LINKED]})`. */
  linkedRecords: Scalars['Int']['output'];
  /** Logins joined to no delivery record, whatever their link state. Listed by `customers(filter: {hasDeliveryRecord: false})`. */
  orphanedUsers: Scalars['Int']['output'];
  /** Delivery records joined to no login, whatever their link state. Listed by `customers(filter: {hasLogin: false})`. */
  orphanedV2: Scalars['Int']['output'];
  /** HEALTHY only when every record is linked both ways. */
  status: DataQualityStatus;
  /** Logins of role CUSTOMER, joined or not. Listed by `customers(filter: {hasLogin: true})`. */
  totalUsers: Scalars['Int']['output'];
  /** Delivery records. Listed by `customers(filter: {hasDeliveryRecord: true})`. */
  totalV2Customers: Scalars['Int']['output'];
  /** From oldest to newest, a point for each day of UTC that figures were kept of; the last one is now. */
  trend: Array<DataQualityPoint>;
};


/** How well the two systems are linked. */
export type DataQualityReportTrendArgs = {
  days?: InputMaybe<Scalars['Int']['input']>;
};

/** Whether the two systems agree about every customer. */
export type DataQualityStatus =
  /** Every record is linked both ways. */
  | 'HEALTHY'
  /** Some record is not, or there is none. */
  | 'NEEDS_ATTENTION';

/** Somebody who delivers, for admins and analysts. */
export type DeliveryBoy = {
  __typename?: 'DeliveryBoy';
  /** The customers assigned to this delivery boy, by name. */
  customers: CustomerConnection;
  /** E-mail when something can be sent to it. */
  email?: Maybe<Scalars['String']['output']>;
  /** Its id, or its `_id` when it has none of its own. */
  id: Scalars['ID']['output'];
  /** Whether the login is active. */
  isActive: Scalars['Boolean']['output'];
  /** Name as typed. */
  name?: Maybe<Scalars['String']['output']>;
  /** Phone as typed. */
  phone?: Maybe<Scalars['String']['output']>;
};


/** Somebody who delivers, for admins and analysts. */
export type DeliveryBoyCustomersArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<CustomerFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
};

/** Several delivery boys are meant by a text. */
export type DeliveryBoyAmbiguous = {
  __typename?: 'DeliveryBoyAmbiguous';
  /** Whom it may mean; at most 20. Their ids are unambiguous. */
  candidates: Array<DeliveryBoy>;
  /** The text. */
  identifier: Scalars['String']['output'];
  /** The same, each with what the text matched. */
  matches: Array<DeliveryBoyFound>;
};

/** It is so now; also where it was so before. */
export type DeliveryBoyAssigned = {
  __typename?: 'DeliveryBoyAssigned';
  /** The customer as it is now. */
  customer: Customer;
  /** Who delivered until then; null when nobody who exists did. */
  previous?: Maybe<DeliveryBoyContact>;
};

/** A page of delivery boys. */
export type DeliveryBoyConnection = {
  __typename?: 'DeliveryBoyConnection';
  /** How many delivery boys the whole list has. */
  count: Count;
  /** The delivery boys with their places. */
  edges: Array<DeliveryBoyEdge>;
  /** The delivery boys. */
  nodes: Array<DeliveryBoy>;
  /** Where the page stands. */
  pageInfo: PageInfo;
};

/** Who delivers to a customer, and how to reach them. */
export type DeliveryBoyContact = {
  __typename?: 'DeliveryBoyContact';
  /** Id of the delivery boy. */
  id: Scalars['ID']['output'];
  /** Name of the delivery boy. */
  name?: Maybe<Scalars['String']['output']>;
  /** Phone of the delivery boy. */
  phone?: Maybe<Scalars['String']['output']>;
};

/** A delivery boy in a list, and its place there. */
export type DeliveryBoyEdge = {
  __typename?: 'DeliveryBoyEdge';
  /** The place, to be given as `after`. */
  cursor: Scalars['String']['output'];
  /** The delivery boy. */
  node: DeliveryBoy;
};

/** A delivery boy whom a text means or nearly means, and what the text matched. */
export type DeliveryBoyFound = {
  __typename?: 'DeliveryBoyFound';
  /** The delivery boy. The id is unambiguous; one who is not active is here too. */
  deliveryBoy: DeliveryBoy;
  /** What the text was recognised as; of a near miss, what it nearly is. */
  matchedBy: Array<IdentifierKind>;
};

/** Nobody is meant by a text that should mean a delivery boy. */
export type DeliveryBoyNotFound = {
  __typename?: 'DeliveryBoyNotFound';
  /** The text. */
  identifier: Scalars['String']['output'];
  /** Delivery boys whose name, e-mail or phone is nearly this; the nearest first, at most 5. */
  nearMisses: Array<DeliveryBoyFound>;
};

/** The half of a customer that is delivered to and billed, stored in `customers_v2`. */
export type DeliveryRecord = {
  __typename?: 'DeliveryRecord';
  /** As typed. */
  address?: Maybe<Scalars['String']['output']>;
  /** As typed. */
  area?: Maybe<Scalars['String']['output']>;
  /** When it was made, as far as it is known. */
  createdAt?: Maybe<Scalars['DateTime']['output']>;
  /** Its id, or its `_id` when it has none of its own. */
  customerV2Id: Scalars['ID']['output'];
  /** As typed. */
  email?: Maybe<Scalars['String']['output']>;
  /** As typed. */
  name?: Maybe<Scalars['String']['output']>;
  /** As typed. */
  phone?: Maybe<Scalars['String']['output']>;
  /** The status as stored. */
  statusText?: Maybe<Scalars['String']['output']>;
};

/** Why something was refused: the codes of `extensions.code`. */
export type ErrorCode =
  /** A value is wrong; the argument or field is named. */
  | 'BAD_USER_INPUT'
  /** What is stored stands against it. */
  | 'CONFLICT'
  /** This is not for whoever asks. */
  | 'FORBIDDEN'
  /** Something went wrong in the gateway. */
  | 'INTERNAL_SERVER_ERROR'
  /** A log-in or current password is not right. */
  | 'INVALID_CREDENTIALS'
  /** A link or code is wrong, was used, or has expired. */
  | 'INVALID_OR_EXPIRED_TOKEN'
  /** There is no such record. */
  | 'NOT_FOUND'
  /** A temporary password is good for choosing another only. */
  | 'PASSWORD_CHANGE_REQUIRED'
  /** What was previewed is not what would be done now. */
  | 'PLAN_CHANGED'
  /** The operation is larger than is allowed. */
  | 'QUERY_TOO_EXPENSIVE'
  /** Too often: try again later. */
  | 'RATE_LIMITED'
  /** Nobody is logged in, or no longer. */
  | 'UNAUTHENTICATED'
  /** The database or the gateway cannot answer now: try again. */
  | 'UNAVAILABLE';

/** A message that could not be delivered. */
export type FailedNotification = {
  __typename?: 'FailedNotification';
  /** How often it was tried. */
  attempts: Scalars['Int']['output'];
  /** By what it was to be sent. */
  channel: NotificationChannel;
  /** What went wrong at last, such as REFUSED, TIMEOUT or EXPIRED. New ones are added. */
  code: Scalars['String']['output'];
  /** When it was written. */
  createdAt: Scalars['DateTime']['output'];
  /** An e-mail address, or a phone in E.164. */
  destination: Scalars['String']['output'];
  /** Its own id, for `resendNotification`. */
  id: Scalars['ID']['output'];
  /** What it is about, such as CREDENTIALS. New ones are added. */
  kind: Scalars['String']['output'];
  /** The same, for people. */
  message: Scalars['String']['output'];
  /** Id of the customer or login that it is about. */
  subjectId?: Maybe<Scalars['ID']['output']>;
};

/** A page of undelivered messages. */
export type FailedNotificationConnection = {
  __typename?: 'FailedNotificationConnection';
  /** The messages with their places. */
  edges: Array<FailedNotificationEdge>;
  /** The messages. */
  nodes: Array<FailedNotification>;
  /** Where the page stands. */
  pageInfo: PageInfo;
};

/** An undelivered message in a list, and its place there. */
export type FailedNotificationEdge = {
  __typename?: 'FailedNotificationEdge';
  /** The place, to be given as `after`. */
  cursor: Scalars['String']['output'];
  /** The message. */
  node: FailedNotification;
};

/** A value that was changed. Secrets are never in it. */
export type FieldChange = {
  __typename?: 'FieldChange';
  /** The value from then on; null for none. */
  after?: Maybe<Scalars['String']['output']>;
  /** The value until then; null for none. */
  before?: Maybe<Scalars['String']['output']>;
  /** What was changed. */
  field: Scalars['String']['output'];
};

/** A value in which the two halves of a customer differ. */
export type FieldDifference = {
  __typename?: 'FieldDifference';
  /** What the delivery record says. */
  customersV2Value?: Maybe<Scalars['String']['output']>;
  /** `name`, `phone` or `email`. */
  field: Scalars['String']['output'];
  /** What the login says. */
  usersValue?: Maybe<Scalars['String']['output']>;
};

/** What a text was recognised as. */
export type IdentifierKind =
  /** The e-mail of either half, case aside. */
  | 'EMAIL'
  /** The id of either half. */
  | 'ID'
  /** The whole name on either half; case, accents and spacing aside. */
  | 'NAME'
  /** The phone of either half, in any spelling. */
  | 'PHONE';

/** Why a row was refused. */
export type ImportError = {
  __typename?: 'ImportError';
  /** The code. */
  code: ErrorCode;
  /** The field of the input that was wrong. */
  field?: Maybe<Scalars['String']['output']>;
  /** For people. */
  message: Scalars['String']['output'];
};

/** What became of a row. */
export type ImportedCustomer = {
  __typename?: 'ImportedCustomer';
  /** Null when it was not. */
  error?: Maybe<ImportError>;
  /** Place of the row in the input, from 0. */
  index: Scalars['Int']['output'];
  /** Null when the row was refused. */
  result?: Maybe<CreateCustomerResult>;
};

/** How long work stands. */
export type JobState =
  /** Given up. What it has done stays done. */
  | 'CANCELLED'
  /** It stopped at something that does not pass by itself; resumed, it is tried again. */
  | 'FAILED'
  /** Nobody works on it until it is resumed. */
  | 'PAUSED'
  /** Stored; a process that works on it takes it up within a second or two. */
  | 'QUEUED'
  /** Somebody works on it, or has died and is followed by another. */
  | 'RUNNING'
  /** Done. */
  | 'SUCCEEDED';

/** How the two halves of a customer stand to each other in the database. */
export type LinkState =
  /** Anything else: a claim that is not returned, two claimants, a link of the wrong type, a missing or double id. */
  | 'CONFLICT'
  /** Names a record that does not exist, and nobody names it. */
  | 'DANGLING'
  /** One names the other, nobody disputes it, and the link back is missing. */
  | 'HALF_LINKED'
  /** Login and delivery record name each other. */
  | 'LINKED'
  /** A login that names nobody and is named by nobody. */
  | 'ORPHANED_USER'
  /** A delivery record that names nobody and is named by nobody. */
  | 'ORPHANED_V2';

/** Every customer by the state of the link, by whether they can log in, and without an e-mail to log in by. */
export type LinkageAudit = {
  __typename?: 'LinkageAudit';
  /** When this was counted; the lists show what is there now. At most five seconds ago. */
  asOf: Scalars['DateTime']['output'];
  /** Customers who can log in, whatever the state of the link. The same list: `customers(filter: {canLogin: true})`. */
  canLogin: AuditFinding;
  /** Customers who cannot log in. The same list: `customers(filter: {canLogin: false})`. */
  cannotLogin: AuditFinding;
  /** Records whose links contradict each other. The same list: `customers(filter: {linkState: [CONFLICT]})`. */
  conflicts: AuditFinding;
  /** Records that name one which does not exist, and that nobody names. The same list: `customers(filter: {linkState: [DANGLING]})`. */
  dangling: AuditFinding;
  /** One half names the other, and the link back is missing. The same list: `customers(filter: {linkState: [HALF_LINKED]})`. */
  halfLinked: AuditFinding;
  /** Login and delivery record name each other. The same list: `customers(filter: {linkState: [LINKED]})`. */
  linked: AuditFinding;
  /** Customers whose login has no deliverable address, or who have no login. The same list: `customers(filter: {missingEmail: true})`. */
  missingEmail: AuditFinding;
  /** Logins that name nobody and are named by nobody; narrower than data quality's figure of this name. The same list: `customers(filter: {linkState: [ORPHANED_USER]})`. */
  orphanedUsers: AuditFinding;
  /** Delivery records that name nobody and are named by nobody; narrower than data quality's figure of this name. The same list: `customers(filter: {linkState: [ORPHANED_V2]})`. */
  orphanedV2: AuditFinding;
  /** Customers whose link state is not LINKED. Listed by `customers(filter: {linkState: [HALF_LINKED, ORPHANED_USER, ORPHANED_V2, DANGLING, CONFLICT]})`. */
  totalSyncIssues: Scalars['Int']['output'];
};

/** The half of a customer that logs in, stored in `users`. */
export type Login = {
  __typename?: 'Login';
  /** When credentials were last sent; null when never. */
  credentialsSentAt?: Maybe<Scalars['DateTime']['output']>;
  /** As typed; may be a placeholder of `delivery.local`. */
  email?: Maybe<Scalars['String']['output']>;
  /** Whether it may log in at all. */
  isActive: Scalars['Boolean']['output'];
  /** The last log-in through the gateway; null when never. */
  lastLoginAt?: Maybe<Scalars['DateTime']['output']>;
  /** Whether the password is temporary and has to be changed first. */
  mustChangePassword: Scalars['Boolean']['output'];
  /** As typed. */
  name?: Maybe<Scalars['String']['output']>;
  /** As typed. */
  phone?: Maybe<Scalars['String']['output']>;
  /** What this login may do. */
  role: Role;
  /** Its id, or its `_id` when it has none of its own. */
  userId: Scalars['ID']['output'];
};

/** A reason why a customer cannot log in. */
export type LoginBlocker =
  /** The login waits for its first credentials. */
  | 'CREDENTIALS_NOT_SENT'
  /** The login is not active. */
  | 'INACTIVE'
  /** Too many failed attempts; it passes by itself. */
  | 'LOCKED'
  /** There is no login. */
  | 'NO_LOGIN'
  /** The stored password hash is missing or can match no password. */
  | 'NO_PASSWORD'
  /** The temporary password was not used in time. */
  | 'TEMPORARY_PASSWORD_EXPIRED';

/** What stands between somebody and logging in. */
export type LoginDiagnosis = {
  __typename?: 'LoginDiagnosis';
  /** What is in the way, to be removed in this order; none when nothing is, and when it is not known who is meant. */
  blockers: Array<LoginDiagnosisStep>;
  /** What else is good to know on the phone, a sentence or two each. */
  hints: Array<Scalars['String']['output']>;
  /** The text that was looked up. */
  identifier: Scalars['String']['output'];
  /** What this customer can type to log in: each means this login and no other. */
  loginNames: Array<Scalars['String']['output']>;
  /** Who is meant by it. */
  lookup: CustomerLookup;
};

/** Something that stands between a customer and logging in, and how it is removed. */
export type LoginDiagnosisStep = {
  __typename?: 'LoginDiagnosisStep';
  /** What it is. */
  blocker: LoginBlocker;
  /** The same in plain words, with what is known of when and why. */
  explanation: Scalars['String']['output'];
  /** The operation that removes it, ready to be run by an admin; what only a person can know is a variable of it. A comment (`# …`) where no operation can. */
  fix: Scalars['String']['output'];
};

/** The new customers of a month. */
export type MonthCount = {
  __typename?: 'MonthCount';
  /** Customers whose `createdAt` is in it. Listed by `createdAfter` of a millisecond before the month and `createdBefore` of the next month. */
  added: Scalars['Int']['output'];
  /** How `added` changed against the month before, in percent; null when that month had none. */
  changePercent?: Maybe<Scalars['Float']['output']>;
  /** The month, such as `2026-03`. */
  month: Scalars['String']['output'];
  /** All customers at its end; those for whom `createdAt` is not known are in it from the beginning. */
  total: Scalars['Int']['output'];
};

export type Mutation = {
  __typename?: 'Mutation';
  /** Gives the customers of an area a delivery boy, at most 2,000 at once: an answer each, by name. One answer alone says why the delivery boy is not to be had. */
  assignArea: Array<AssignDeliveryBoyResult>;
  /** Gives a customer a delivery boy. Who delivers already is assigned again without a change; the one before is in `previous`. */
  assignDeliveryBoy: AssignDeliveryBoyResult;
  /** The same for at most 500 at once: an answer each, in their order. One that cannot be done harms no other. */
  assignDeliveryBoys: Array<AssignDeliveryBoyResult>;
  /** Ends a run for good. The logins that it has made stay; revertBatch removes them. */
  cancelBackfill: BackfillRun;
  /** Ends a release for good. What was sent stays good. */
  cancelRelease: ReleaseRun;
  /** Sets a new password and ends every session, this one included; the answer is a new one. */
  changePassword: Session;
  /** Empties the link of one record, whatever it says: the way out of a conflict. Answers everybody who is another customer now than before, the record and whom it claimed in any case; a login of staff is nobody. */
  clearLink: Array<Customer>;
  /** Makes the address that a link was sent to the e-mail of whoever asked for it. Once: every token that is no good is answered with INVALID_OR_EXPIRED_TOKEN. */
  confirmEmail: Acknowledgement;
  /** Shows the delivery half of the own record from now on: takes the code that was sent to that half's own phone or e-mail. Five attempts a code. */
  confirmLink: Viewer;
  /** Makes a customer who can log in: login and delivery record, linked both ways, all or nothing. Whoever is known already by the same phone or e-mail is answered, not written, unless `onExisting` says otherwise. */
  createCustomer: CreateCustomerResult;
  /** Gives a login without a delivery record one, made of its own name, phone and e-mail. */
  createDeliveryRecord: Customer;
  /** Gives a delivery record without a login one, made of its own name, phone and e-mail, and sends credentials there. */
  createLogin: Customer;
  /** Makes a login for somebody who works here, and sends them a temporary password. */
  createStaff: Viewer;
  /** Asks for a message by which a new password can be chosen: a link by e-mail, which works for an hour, or a code by SMS, for 10 minutes. The answer is the same whoever asks for whom. */
  forgotPassword: Acknowledgement;
  /** Makes up to 200 customers, an answer each: one that is refused harms no other. Their logins get no password yet: credentials go out when they are released. */
  importCustomers: Array<ImportedCustomer>;
  /** Makes one customer of a login and a delivery record, or completes their half link. Never overwrites a link: a refusal says what is in the way and how it is cleared. The login reads the record after the code that is sent to the record's own contact. */
  linkCustomer: Customer;
  /** Logs in by e-mail or phone, in any spelling. Every failure is answered alike, with INVALID_CREDENTIALS. */
  login: Session;
  /** Ends the session of the refresh token, and the one that asks: either is enough. Its tokens are refused from the next request on. Logging out twice is no error. */
  logout: Acknowledgement;
  /** Stops a run behind the page at hand, which is stored whole or not at all. */
  pauseBackfill: BackfillRun;
  /** Stops a release within a second or two; nobody is sent anything twice. */
  pauseRelease: ReleaseRun;
  /** Exchanges a refresh token for a new access token and the next refresh token. A token is good for one exchange, which may be repeated within 10 seconds when its answer was lost; later its use ends the session. Every token that is no good is answered with UNAUTHENTICATED: log in again. */
  refreshSession: Session;
  /** Makes temporary passwords for logins that wait for them, and sends each once: never to an inactive login, to one with a password of its own, or to anybody who has logged in. Answers at once; `releaseRun` says how it goes. One at a time. */
  releaseCredentials: ReleaseRun;
  /** Sends another code for `confirmLink` to the delivery half's own phone or e-mail; the earlier one is void. One a minute, five a day. */
  requestLinkCode: Acknowledgement;
  /** Sends a customer a new temporary password and voids the one sent before; a password that they have chosen stays. At most once a minute and five times a day. The answer says where it was sent, masked. */
  resendCredentials: Acknowledgement;
  /** Tries to deliver a message again; refused with CONFLICT once the password, code or link in it is no longer good. */
  resendNotification: Acknowledgement;
  /** Sets a new password with the link or the code that was sent, once, and ends every session. Nobody is logged in by it. Whatever is no good is answered with INVALID_OR_EXPIRED_TOKEN. */
  resetPassword: Acknowledgement;
  /** Goes on with a run that was paused or has failed, behind its last page. */
  resumeBackfill: BackfillRun;
  /** Goes on with a release that was paused, or that has failed. */
  resumeRelease: ReleaseRun;
  /** Tries the failures of a run again, and nothing else: a new run. */
  retryBackfillFailures: BackfillRun;
  /** Undoes a backfill: removes the logins that it made and that nobody has used or changed since, and lists the others in `skipped`. Answers at once; `repairRun` says how it goes. Asked for again, a run that has stopped goes on. */
  revertBatch: RepairRun;
  /** Asks for another e-mail. It becomes `email` once the link that is sent there is opened and confirmed; until then the old one holds, and is told. */
  setEmail: Viewer;
  /** Lets a login of any role log in, or no more: then its sessions end, and credentials that wait to be sent are not. */
  setLoginActive: Login;
  /** Gives a login another role and ends its sessions. Who becomes ADMIN or ANALYST has to choose a new password; who is linked to a delivery record cannot become staff. */
  setRole: Viewer;
  /** Gives every delivery record that has no login one, without a password: credentials go out when they are released. A dry run, which writes nothing, unless `dryRun` is false. Answers at once; `backfillRun` says how it goes. One at a time. */
  startBackfill: BackfillRun;
  /** Takes away whoever delivers to a customer, who is in `previous`. */
  unassignDeliveryBoy: AssignDeliveryBoyResult;
  /** Takes the login and the delivery record of a customer apart: both links are emptied and the sessions of the login end. Answers the customers that they are now, and whoever else is changed by it. */
  unlinkCustomer: Array<Customer>;
  /** Forgets the failed log-ins of a login, which may log in again at once. Its sessions go on. */
  unlockLogin: Login;
  /** Changes a customer on whichever halves hold the values: name, phone and e-mail on each, everything else on the delivery record. An absent field keeps its value, null clears it. */
  updateCustomer: UpdateCustomerResult;
};


export type MutationAssignAreaArgs = {
  area: Scalars['String']['input'];
  deliveryBoy: Scalars['String']['input'];
  onlyUnassigned?: InputMaybe<Scalars['Boolean']['input']>;
};


export type MutationAssignDeliveryBoyArgs = {
  input: AssignDeliveryBoyInput;
};


export type MutationAssignDeliveryBoysArgs = {
  input: Array<AssignDeliveryBoyInput>;
};


export type MutationCancelBackfillArgs = {
  id: Scalars['ID']['input'];
};


export type MutationCancelReleaseArgs = {
  id: Scalars['ID']['input'];
};


export type MutationChangePasswordArgs = {
  currentPassword: Scalars['String']['input'];
  newPassword: Scalars['String']['input'];
};


export type MutationClearLinkArgs = {
  id: Scalars['ID']['input'];
  system: SourceSystem;
};


export type MutationConfirmEmailArgs = {
  token: Scalars['String']['input'];
};


export type MutationConfirmLinkArgs = {
  code: Scalars['String']['input'];
};


export type MutationCreateCustomerArgs = {
  input: CreateCustomerInput;
};


export type MutationCreateDeliveryRecordArgs = {
  address: Scalars['String']['input'];
  area: Scalars['String']['input'];
  customerId: Scalars['ID']['input'];
};


export type MutationCreateLoginArgs = {
  customerId: Scalars['ID']['input'];
};


export type MutationCreateStaffArgs = {
  input: CreateStaffInput;
};


export type MutationForgotPasswordArgs = {
  identifier: Scalars['String']['input'];
};


export type MutationImportCustomersArgs = {
  input: Array<CreateCustomerInput>;
};


export type MutationLinkCustomerArgs = {
  customerV2Id: Scalars['ID']['input'];
  userId: Scalars['ID']['input'];
};


export type MutationLoginArgs = {
  identifier: Scalars['String']['input'];
  password: Scalars['String']['input'];
};


export type MutationLogoutArgs = {
  everywhere?: InputMaybe<Scalars['Boolean']['input']>;
  refreshToken?: InputMaybe<Scalars['String']['input']>;
};


export type MutationPauseBackfillArgs = {
  id: Scalars['ID']['input'];
};


export type MutationPauseReleaseArgs = {
  id: Scalars['ID']['input'];
};


export type MutationRefreshSessionArgs = {
  refreshToken?: InputMaybe<Scalars['String']['input']>;
};


export type MutationReleaseCredentialsArgs = {
  backfillId?: InputMaybe<Scalars['ID']['input']>;
  perMinute?: InputMaybe<Scalars['Int']['input']>;
};


export type MutationResendCredentialsArgs = {
  customerId: Scalars['ID']['input'];
};


export type MutationResendNotificationArgs = {
  id: Scalars['ID']['input'];
};


export type MutationResetPasswordArgs = {
  identifier?: InputMaybe<Scalars['String']['input']>;
  newPassword: Scalars['String']['input'];
  token: Scalars['String']['input'];
};


export type MutationResumeBackfillArgs = {
  id: Scalars['ID']['input'];
};


export type MutationResumeReleaseArgs = {
  id: Scalars['ID']['input'];
};


export type MutationRetryBackfillFailuresArgs = {
  id: Scalars['ID']['input'];
};


export type MutationRevertBatchArgs = {
  batchId: Scalars['ID']['input'];
};


export type MutationSetEmailArgs = {
  currentPassword: Scalars['String']['input'];
  email: Scalars['String']['input'];
};


export type MutationSetLoginActiveArgs = {
  active: Scalars['Boolean']['input'];
  userId: Scalars['ID']['input'];
};


export type MutationSetRoleArgs = {
  role: Role;
  userId: Scalars['ID']['input'];
};


export type MutationStartBackfillArgs = {
  dryRun?: Scalars['Boolean']['input'];
};


export type MutationUnassignDeliveryBoyArgs = {
  customer: Scalars['String']['input'];
};


export type MutationUnlinkCustomerArgs = {
  id: Scalars['ID']['input'];
};


export type MutationUnlockLoginArgs = {
  userId: Scalars['ID']['input'];
};


export type MutationUpdateCustomerArgs = {
  input: UpdateCustomerInput;
};

/** The customer has only a login: createDeliveryRecord gives them a record first. */
export type NoDeliveryRecord = {
  __typename?: 'NoDeliveryRecord';
  /** The customer. */
  customer: Customer;
};

/** By what a message is sent. */
export type NotificationChannel =
  /** By e-mail. */
  | 'EMAIL'
  /** To a phone. */
  | 'SMS';

/** What to do when somebody is known already by the same phone or e-mail. */
export type OnExisting =
  /** Complete the half that is there: it keeps its id, its history and its password. */
  | 'ADOPT'
  /** Write nothing, and answer who it is. */
  | 'ASK'
  /** Somebody else, such as another member of the household. */
  | 'CREATE_SEPARATE';

/** The direction of an order. */
export type OrderDirection =
  /** Smallest first. */
  | 'ASC'
  /** Largest first. */
  | 'DESC';

/** Where a page stands in its list. */
export type PageInfo = {
  __typename?: 'PageInfo';
  /** Cursor of the last entry, to be given as `after`; null on an empty page. */
  endCursor?: Maybe<Scalars['String']['output']>;
  /** Whether there is more after this page. */
  hasNextPage: Scalars['Boolean']['output'];
  /** Whether there is something before this page. */
  hasPreviousPage: Scalars['Boolean']['output'];
  /** Cursor of the first entry, to be given as `before`; null on an empty page. */
  startCursor?: Maybe<Scalars['String']['output']>;
};

export type Query = {
  __typename?: 'Query';
  /** What was changed, by whom and when; newest first. */
  auditEvents?: Maybe<AuditEventConnection>;
  /** How a run of the backfill stands. */
  backfillRun?: Maybe<BackfillRun>;
  /** The runs of the backfill, the newest first; of dry runs those of the process that answers. */
  backfillRuns?: Maybe<Array<BackfillRun>>;
  /** Everybody to be billed, from both systems, each person once: the customers whose status is billed (`BILLING_STATUSES`; all of them unless that says otherwise). Oldest first, so that who is added meanwhile comes at the end. `billingIssues` says what has to be mended first. */
  billingCustomers?: Maybe<CustomerConnection>;
  /** The customer with this id, of either half; null for an unknown one and for whom the viewer may not see. */
  customer?: Maybe<Customer>;
  /** The customers of both systems, each person once. Newest first unless another order is asked for. */
  customers?: Maybe<CustomerConnection>;
  /** How the business stands: each figure is the length of the list whose filter it names. */
  dashboard?: Maybe<Dashboard>;
  /** How well the two systems are linked, today and on the days before. */
  dataQualityReport?: Maybe<DataQualityReport>;
  /** Everybody who delivers, by name; inactive ones too. */
  deliveryBoys?: Maybe<DeliveryBoyConnection>;
  /** The messages that could not be delivered and are not tried any more, the newest first. */
  failedNotifications?: Maybe<FailedNotificationConnection>;
  /** Who is meant by an id, an e-mail, a phone in any spelling, or a whole name. */
  findCustomer?: Maybe<CustomerLookup>;
  /** How many customers there are in each state of the link, and who they are. */
  linkageAudit?: Maybe<LinkageAudit>;
  /** What stands between somebody and logging in, by whatever they say of themselves: an id, an e-mail, a phone in any spelling, or a whole name. Each blocker comes with the operation that removes it. */
  loginDiagnosis?: Maybe<LoginDiagnosis>;
  /** Whoever is logged in; null when nobody is. */
  me?: Maybe<Viewer>;
  /** The customers of the delivery boy who asks, by area and then by name. */
  myDeliveries?: Maybe<AssignedCustomerConnection>;
  /** What a release would send now, and to whom nothing. Writes nothing; every login is looked at. */
  releasePreview?: Maybe<BackfillPreview>;
  /** How a release of credentials stands. */
  releaseRun?: Maybe<ReleaseRun>;
  /** How the undoing of a backfill stands. */
  repairRun?: Maybe<RepairRun>;
};


export type QueryAuditEventsArgs = {
  actions?: InputMaybe<Array<Scalars['String']['input']>>;
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  from?: InputMaybe<Scalars['DateTime']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  subjectId?: InputMaybe<Scalars['ID']['input']>;
  to?: InputMaybe<Scalars['DateTime']['input']>;
};


export type QueryBackfillRunArgs = {
  id: Scalars['ID']['input'];
};


export type QueryBackfillRunsArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
};


export type QueryBillingCustomersArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<CustomerFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
};


export type QueryCustomerArgs = {
  id: Scalars['ID']['input'];
};


export type QueryCustomersArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<CustomerFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  orderBy?: InputMaybe<CustomerOrder>;
};


export type QueryDeliveryBoysArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  search?: InputMaybe<Scalars['String']['input']>;
};


export type QueryFailedNotificationsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


export type QueryFindCustomerArgs = {
  identifier: Scalars['String']['input'];
};


export type QueryLoginDiagnosisArgs = {
  identifier: Scalars['String']['input'];
};


export type QueryMyDeliveriesArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  area?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


export type QueryReleasePreviewArgs = {
  backfillId?: InputMaybe<Scalars['ID']['input']>;
};


export type QueryReleaseRunArgs = {
  id: Scalars['ID']['input'];
};


export type QueryRepairRunArgs = {
  id: Scalars['ID']['input'];
};

/** One release of credentials. */
export type ReleaseRun = {
  __typename?: 'ReleaseRun';
  /** Of the backfill whose logins get their credentials; null: everybody who never got any. */
  backfillId?: Maybe<Scalars['ID']['output']>;
  /** Why it failed. */
  error?: Maybe<Scalars['String']['output']>;
  /** When it ended; null before. */
  finishedAt?: Maybe<Scalars['DateTime']['output']>;
  /** To be asked for, paused and resumed by. */
  id: Scalars['ID']['output'];
  /** Messages a minute at most. */
  perMinute: Scalars['Int']['output'];
  /** Logins whose credentials are on their way. */
  sent: Scalars['Int']['output'];
  /** The logins that got none, and why. */
  skipped: SkippedReleaseConnection;
  /** The length of `skipped`. */
  skippedCount: Scalars['Int']['output'];
  /** When it was asked for. */
  startedAt: Scalars['DateTime']['output'];
  /** Address of the login that started it, or `command line`. */
  startedBy: Scalars['String']['output'];
  /** How it stands. */
  state: JobState;
  /** Logins that it looks at; in the end `sent + skippedCount`, and before that an estimate. */
  total: Scalars['Int']['output'];
  /** Of those in `skipped`, the ones that no message reaches. */
  unreachable: Scalars['Int']['output'];
};


/** One release of credentials. */
export type ReleaseRunSkippedArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};

/** What is done about one customer. New ones may be added. */
export type RepairAction =
  /** Link a login and a delivery record that belong together. */
  | 'ACCEPT_SUGGESTION'
  /** Remove a link to a record that does not exist. */
  | 'CLEAR_DANGLING'
  /** Write the missing side of a half link. */
  | 'COMPLETE_LINK'
  /** Remove a login that a backfill made. */
  | 'REVERT_LOGIN';

/** One run that changes many customers, such as undoing a backfill. */
export type RepairRun = {
  __typename?: 'RepairRun';
  /** Steps that were done. */
  applied: Scalars['Int']['output'];
  /** Why it failed. */
  error?: Maybe<Scalars['String']['output']>;
  /** When it ended; null before. */
  finishedAt?: Maybe<Scalars['DateTime']['output']>;
  /** To be asked for by. */
  id: Scalars['ID']['output'];
  /** Steps in all; in the end `applied` and those in `skipped`. */
  planned: Scalars['Int']['output'];
  /** What was not done, and why. */
  skipped: RepairStepConnection;
  /** The length of `skipped`. */
  skippedCount: Scalars['Int']['output'];
  /** When it was asked for. */
  startedAt: Scalars['DateTime']['output'];
  /** How it stands. */
  state: JobState;
};


/** One run that changes many customers, such as undoing a backfill. */
export type RepairRunSkippedArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};

/** What is to be done, or was not done, about one customer. */
export type RepairStep = {
  __typename?: 'RepairStep';
  /** What. */
  action: RepairAction;
  /** About whom. */
  customerId: Scalars['ID']['output'];
  /** For people: why it was not done, where it was not. */
  description: Scalars['String']['output'];
};

/** A page of steps. */
export type RepairStepConnection = {
  __typename?: 'RepairStepConnection';
  /** The page, with a cursor for each. */
  edges: Array<RepairStepEdge>;
  /** The page. */
  nodes: Array<RepairStep>;
  /** Where the page stands. */
  pageInfo: PageInfo;
};

/** A step, and its place in the list. */
export type RepairStepEdge = {
  __typename?: 'RepairStepEdge';
  /** To be given as `after`. */
  cursor: Scalars['String']['output'];
  /** The step. */
  node: RepairStep;
};

/** What a login may do. */
export type Role =
  /** Sees and changes everything. */
  | 'ADMIN'
  /** Sees reports, and customers with their contacts masked; changes nothing. */
  | 'ANALYST'
  /** Sees the own record only. */
  | 'CUSTOMER'
  /** Sees the own deliveries only. */
  | 'DELIVERY_BOY';

/** Somebody who is logged in, and the tokens that say so. */
export type Session = {
  __typename?: 'Session';
  /** To be sent as `Authorization: Bearer …`. */
  accessToken: Scalars['String']['output'];
  /** When the access token stops being accepted. */
  expiresAt: Scalars['DateTime']['output'];
  /** The password is temporary: this session can only choose a new one. */
  mustChangePassword: Scalars['Boolean']['output'];
  /** Null when it is set as a cookie. */
  refreshToken?: Maybe<Scalars['String']['output']>;
  /** Who has logged in. */
  viewer: Viewer;
};

/** A login that a release gave no credentials. */
export type SkippedRelease = {
  __typename?: 'SkippedRelease';
  /** Why: UNREACHABLE, INACTIVE, HAS_LOGGED_IN, HAS_PASSWORD, ALREADY_SENT, NOT_A_CUSTOMER or GONE. New reasons may be added. */
  code: Scalars['String']['output'];
  /** Whose login it is; the login’s own id once it is nobody’s. */
  customerId: Scalars['ID']['output'];
  /** The same for people, and what to do about it. */
  message: Scalars['String']['output'];
};

/** A page of logins that got no credentials. */
export type SkippedReleaseConnection = {
  __typename?: 'SkippedReleaseConnection';
  /** The page, with a cursor for each. */
  edges: Array<SkippedReleaseEdge>;
  /** The page. */
  nodes: Array<SkippedRelease>;
  /** Where the page stands. */
  pageInfo: PageInfo;
};

/** A login without credentials, and its place in the list. */
export type SkippedReleaseEdge = {
  __typename?: 'SkippedReleaseEdge';
  /** To be given as `after`. */
  cursor: Scalars['String']['output'];
  /** Who got none. */
  node: SkippedRelease;
};

/** The collection that a half of a customer is stored in. */
export type SourceSystem =
  /** Delivery and billing records. */
  | 'CUSTOMERS_V2'
  /** Logins. */
  | 'USERS';

/** How many customers have a status. */
export type StatusCount = {
  __typename?: 'StatusCount';
  /** Customers who have it; those without a delivery record are ACTIVE or INACTIVE. */
  count: Scalars['Int']['output'];
  /** The status. */
  status: CustomerStatus;
};

/** What changes of a customer: an absent field keeps its value, null clears it. */
export type UpdateCustomerInput = {
  /** Where to deliver; at most 500 characters. */
  address?: InputMaybe<Scalars['String']['input']>;
  /** Delivery area; at most 100 characters. */
  area?: InputMaybe<Scalars['String']['input']>;
  /** An address that receives mail. It cannot be cleared where the login has no phone. */
  email?: InputMaybe<Scalars['String']['input']>;
  /** Of either half. */
  id: Scalars['ID']['input'];
  /** At most 200 characters. It cannot be cleared. */
  name?: InputMaybe<Scalars['String']['input']>;
  /** What to do when somebody else has the new phone or e-mail: ASK or CREATE_SEPARATE. Where another login has it, it is written to the delivery record only: two logins with one phone could both not log in by it. */
  onExisting?: InputMaybe<OnExisting>;
  /** In any spelling; without a country code, of the configured region. It cannot be cleared while it is all by which the login can be reached. */
  phone?: InputMaybe<Scalars['String']['input']>;
  /** Of the delivery record. It cannot be cleared. */
  status?: InputMaybe<CustomerStatusInput>;
};

/** A customer who was changed, or those who have the new phone or e-mail already. */
export type UpdateCustomerResult = CustomerAlreadyExists | CustomerUpdated;

/** Whoever is logged in. */
export type Viewer = {
  __typename?: 'Viewer';
  /** The customer that this login is; null for staff. */
  customer?: Maybe<Customer>;
  /** Null for none, and for a placeholder to which nothing can be sent. */
  email?: Maybe<Scalars['String']['output']>;
  /** The login: its id, or its `_id` when it has none of its own. */
  id: Scalars['ID']['output'];
  /** Whether the delivery half stays hidden until the code sent to its own contact was entered. */
  linkConfirmationPending: Scalars['Boolean']['output'];
  /** The password is temporary: this session can only choose a new one. */
  mustChangePassword: Scalars['Boolean']['output'];
  /** As typed. */
  name?: Maybe<Scalars['String']['output']>;
  /** A new address that becomes `email` once the link sent there is opened. */
  pendingEmail?: Maybe<Scalars['String']['output']>;
  /** As typed. */
  phone?: Maybe<Scalars['String']['output']>;
  /** What this login may do. */
  role: Role;
};
