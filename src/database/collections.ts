import type { Collection, Db, Document, MongoClient } from 'mongodb';
import type { CustomerIndexRow, LinkState } from '../customer-index/customer-index-row.ts';
import type { StoredCustomerV2, StoredUser } from './stored-documents.ts';

/** The database as the gateway uses it: the two foreign collections, and its own. */
export interface Database {
  readonly client: MongoClient;
  readonly db: Db;
  /** Logins; shared with the older application. */
  readonly users: Collection<StoredUser>;
  /** Delivery and billing records; shared with the older application. */
  readonly customersV2: Collection<StoredCustomerV2>;
  readonly customerIndex: Collection<CustomerIndexRow>;
  readonly indexedRecords: Collection<IndexedRecord>;
  readonly accounts: Collection<StoredAccount>;
  readonly sessions: Collection<StoredSession>;
  readonly throttles: Collection<StoredThrottle>;
  readonly tokens: Collection<StoredToken>;
  readonly claims: Collection<StoredClaim>;
  readonly idempotency: Collection<StoredIdempotency>;
  readonly notifications: Collection<StoredNotification>;
  readonly jobs: Collection<StoredJob>;
  readonly jobFailures: Collection<StoredJobFailure>;
  readonly journal: Collection<JournalEntry>;
  readonly leases: Collection<StoredLease>;
  readonly migrations: Collection<StoredMigration>;
  readonly qualitySnapshots: Collection<StoredQualitySnapshot>;
}

/**
 * What the index knew of a stored record when it last looked, staff logins included: by this the sweep sees what others
 * have changed, and whom a record claimed before.
 */
export interface IndexedRecord {
  /** `user/<record key>` or `v2/<record key>`. */
  _id: string;
  source: RecordSource;
  /** `_id` of the record as stored. */
  recordId: unknown;
  id: string | null;
  claimedId: string | null;
  /** Digest of every stored value that the index depends on. */
  fingerprint: string;
  /** Canonical e-mail and phone, by which logins are found at log-in and everybody before somebody is created. */
  email?: string;
  phone?: string;
  /** Role, order key and words of a staff login, for the list of delivery boys. */
  staffRole?: string;
  nameKey?: string;
  nameWords?: string[];
  searchWords?: string[];
}

export type RecordSource = 'user' | 'v2';

/** What the gateway knows of a login and the older application must not be able to drop by replacing the document. */
export interface StoredAccount {
  /** Record key of the login. */
  _id: string;
  mustChangePassword?: boolean;
  /** When the temporary password expires. */
  passwordExpiresAt?: Date | null;
  /** `hashSalt` of the temporary password: what is said of it holds for no other. Absent: for whatever there is. */
  temporarySalt?: string;
  /** Made without a password; credentials are made when they are released. */
  credentialsPending?: boolean;
  /** Id of the backfill that made the login. */
  createdByJob?: string;
  /** What that backfill made, so that whoever undoes it removes what nobody has changed since, and nothing else. */
  madeAs?: MadeAs;
  /** When a message with credentials was handed over to be delivered, or they were shown on a terminal. */
  credentialsSentAt?: Date;
  lastLoginAt?: Date;
  /** Raised to end every session that was opened before. */
  sessionEpoch?: number;
  /** Failed log-ins in a row, and until when further ones are refused. */
  failures?: number;
  lockedUntil?: Date | null;
  /** Record keys of delivery records whose link this login has confirmed with a code. */
  confirmedDeliveryKeys?: string[];
  /** Record keys of delivery records that were joined to this login and wait for such a code. */
  unconfirmedDeliveryKeys?: string[];
  /** A new address, in canonical form, which is the login's once the link sent there is opened. */
  pendingEmail?: string | null;
}

/** A login as a backfill made it, and the delivery record as it was before; see `backfill/made-as.ts`. */
export interface MadeAs {
  /** Of the whole document of the login but its `_id` and its hash. */
  digest: string;
  /** What the delivery record had for `user_id`. */
  linkBefore: 'missing' | 'null' | 'emptyText';
}

export interface StoredSession {
  /** `sid` of the tokens. */
  _id: string;
  /** `_id` of the login as stored. */
  loginId: unknown;
  sessionEpoch: number;
  createdAt: Date;
  expiresAt: Date;
}

/** How many events of one kind there were in a window of time. */
export interface StoredThrottle {
  /** What is counted, such as `login-address/192.0.2.1`. */
  _id: string;
  count: number;
  /** End of the window. */
  expiresAt: Date;
}

export interface JournalEntry {
  _id: string;
  at: Date;
  /** Address of the login that acted, or `system`, `command line`, `another application`. */
  actor: string;
  action: string;
  /** Address of the record, or of the customer, that it is about. */
  subjectId: string;
  /** The same, and the addresses of the other half: it is part of the history of each. */
  subjectIds: string[];
  /** Never secrets. */
  changes: { field: string; before: string | null; after: string | null }[];
}

/** Touched by every creation for a phone or e-mail, so that of two for one person one has to begin again. */
export interface StoredClaim {
  /** `phone/+919876543211`, `email/priya@example.com`. */
  _id: string;
  touches: number;
  touchedAt: Date;
}

/** What a mutation with an idempotency key answered, so that its repetition answers the same. */
export interface StoredIdempotency {
  /** Of the viewer and their key. */
  _id: string;
  /** Digest of the input: a key is good for one. */
  inputDigest: string;
  result: Document;
  expiresAt: Date;
}

/** A secret that somebody was sent, by which they prove that they received it; only its digest is here. */
export interface StoredToken {
  /** Digest of the token; of a short code, whom and what it is for. */
  _id: string;
  kind: 'CONFIRM_EMAIL' | 'CONFIRM_LINK';
  /** Record key and `_id` of the login. */
  loginKey: string;
  loginId: unknown;
  expiresAt: Date;
  createdAt: Date;
  /** CONFIRM_EMAIL: the new address in canonical form. */
  email?: string;
  /** CONFIRM_LINK: record key of the delivery record. */
  deliveryKey?: string;
  /** Digest of a short code, and how often it was tried. */
  codeDigest?: string;
  attempts?: number;
}

/** A message on its way. It is written by the transaction that causes it, and sent by whichever process comes first. */
export interface StoredNotification {
  /** Also what tells a provider that it has seen the message before. */
  _id: string;
  kind: string;
  channel: 'EMAIL' | 'SMS';
  /** An e-mail address as typed, or a phone in E.164. */
  destination: string;
  /** Record key of the login whose credentials it carries, or which is told something. */
  loginKey: string | null;
  subjectIds: string[];
  /** What the template shows; never secrets. */
  values: Record<string, string>;
  /** Further values, encrypted (compact JWE); null when there are none, and once they have been sent. */
  secrets: string | null;
  state: 'PENDING' | 'SENT' | 'DEAD' | 'CANCELLED';
  attempts: number;
  /** While a process is sending it: when another may take over. */
  nextAttemptAt: Date;
  /** The process that is sending it. */
  holder: string | null;
  createdAt: Date;
  sentAt: Date | null;
  /** After this it is of no use; null for one that always is. */
  expiresAt: Date | null;
  lastError: { code: string; message: string; at: Date } | null;
}

/** Long work that goes on after an interruption. */
export interface StoredJob {
  _id: string;
  kind: string;
  state: 'QUEUED' | 'RUNNING' | 'PAUSED' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED';
  startedAt: Date;
  updatedAt: Date;
  finishedAt: Date | null;
  /** How far it has come; its form is the job's own. */
  progress: Document;
  /** Address of the login that started it, or `command line`. */
  startedBy?: string;
  /** What it was asked to do; its form is the job's own. */
  input?: Document;
  /** Rises with every piece of work that is stored, so that of two who work one has to stop. */
  step?: number;
  /** Why it failed. */
  error?: string | null;
  /** There until it is finished: a unique index lets one unfinished job of a kind be. */
  unfinished?: true;
}

/** A record that a job could not do its work for. */
export interface StoredJobFailure {
  /** `<job>/<row key of the customer>`: sorts as the job went. */
  _id: string;
  jobId: string;
  /** Row key of the customer in `customer_index`. */
  rowKey: string;
  /** Address of the record. */
  customerId: string;
  /** Stable, such as `NO_PHONE`. */
  code: string;
  message: string;
}

export interface StoredLease {
  _id: string;
  holder: string;
  expiresAt: Date;
}

export interface StoredMigration {
  _id: string;
  appliedAt: Date;
  details: string;
}

/** How the links stood on one day; kept for good. */
export interface StoredQualitySnapshot {
  /** The day in UTC, `2026-03-01`. */
  _id: string;
  at: Date;
  linkageRatio: number;
  /** Customers whose link state is not LINKED. */
  syncIssues: number;
  legacyCustomers: number;
  v2Customers: number;
  linkedCustomers: number;
  totalUniqueCustomers: number;
  activeCustomers: number;
  unassignedCustomers: number;
  missingEmail: number;
  canLogin: number;
  byLinkState: Record<LinkState, number>;
}

export function openCollections(client: MongoClient, databaseName: string): Database {
  const db = client.db(databaseName);
  return {
    client,
    db,
    users: db.collection('users'),
    customersV2: db.collection('customers_v2'),
    customerIndex: db.collection('customer_index'),
    indexedRecords: db.collection('customer_index_records'),
    accounts: db.collection('accounts'),
    sessions: db.collection('sessions'),
    throttles: db.collection('throttles'),
    tokens: db.collection('tokens'),
    claims: db.collection('claims'),
    idempotency: db.collection('idempotency'),
    notifications: db.collection('notifications'),
    jobs: db.collection('jobs'),
    jobFailures: db.collection('job_failures'),
    journal: db.collection('journal'),
    leases: db.collection('leases'),
    migrations: db.collection('migrations'),
    qualitySnapshots: db.collection('quality_snapshots'),
  };
}
