import type { Collection, Db, Document, MongoClient } from 'mongodb';
import type { CustomerIndexRow, LinkState } from '../customer-index/customer-index-row.ts';
import type { StoredCustomerV2, StoredRole, StoredUser } from './stored-documents.ts';

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
  readonly refreshTokens: Collection<StoredRefreshToken>;
  readonly throttles: Collection<StoredThrottle>;
  readonly tokens: Collection<StoredToken>;
  readonly recoveryRequests: Collection<StoredRecoveryRequest>;
  readonly recoveryCodes: Collection<StoredRecoveryCodes>;
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
  /** `hashSalt` of the hash that was last brought to a higher cost, before and after: the password is the same. */
  upgradedHash?: { from: string | null; to: string | null };
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

/** A session that holds until `expiresAt`, unless its login has changed; one that has ended is not there. */
export interface StoredSession {
  /** `sid` of the tokens. */
  _id: string;
  /** `_id` of the login as stored. */
  loginId: unknown;
  /** Record key of the login. */
  loginKey: string;
  sessionEpoch: number;
  /** Role and `hashSalt` of the login: after either has changed, whoever changed it, the session holds no more. */
  role: StoredRole;
  hashSalt: string | null;
  createdAt: Date;
  /** When it has not been used for so long that it ends; later with every refresh. */
  expiresAt: Date;
}

/** One for each refresh token that was given out, used ones too: until `expiresAt` it is known whose it was. */
export interface StoredRefreshToken {
  /** SHA-256 of the token. */
  _id: string;
  sessionId: string;
  createdAt: Date;
  expiresAt: Date;
  /** Null until it was exchanged for its successor. */
  usedAt: Date | null;
  /** Name of the signing key whose secret made the successor out of this one. */
  keyId?: string;
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
  /** Address of the login that acted, or `nobody`, `system`, `command line`, `another application`. */
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
  kind: 'CONFIRM_EMAIL' | 'CONFIRM_LINK' | 'RESET_PASSWORD';
  /** Record key and `_id` of the login. */
  loginKey: string;
  loginId: unknown;
  expiresAt: Date;
  createdAt: Date;
  /** CONFIRM_EMAIL: the new address; RESET_PASSWORD: the address that the link was sent to. In canonical form. */
  email?: string;
  /** CONFIRM_LINK: record key of the delivery record, and its contact in canonical form as it was when the code was sent. */
  deliveryKey?: string;
  sentTo?: { email: string | null; phoneE164: string | null };
  /** Digest of a short code, and how often it was tried. */
  codeDigest?: string;
  attempts?: number;
}

/** Somebody has forgotten a password, and was told that a message comes; worked on after the answer. */
export interface StoredRecoveryRequest {
  /** Digest of the identifier in canonical form: what is asked for again before it was worked on is one request. */
  _id: string;
  /** E-mail, phone or id as typed; empty for what can be none. */
  identifier: string;
  requestedAt: Date;
  /** Tries that were begun. */
  attempts: number;
  /** While a process is working on it: when another may take over. */
  nextAttemptAt: Date;
  /** The try that is under way. */
  holder: string | null;
}

/** Codes for new passwords that were sent to a phone. */
export interface StoredRecoveryCodes {
  /** The phone in E.164. */
  _id: string;
  /** Codes that were tried at this phone since the newest was sent. */
  attempts: number;
  /** When the last of them expires. */
  expiresAt: Date;
  /** One for each login that was offered, by record key and `_id`. */
  codes: { loginKey: string; loginId: unknown; codeDigest: string; expiresAt: Date }[];
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
  /** A digest that waits: what happens for the same reader until it is claimed is added to it. Unique; gone once claimed. */
  digestKey?: string;
  /** What a digest tells of, in the order in which it happened. */
  changes?: DigestedChange[];
}

/** Somebody who was added to a delivery boy's customers, or removed from them. */
export interface DigestedChange {
  change: 'ADDED' | 'REMOVED';
  /** Record key of the delivery record. */
  deliveryKey: string;
  name: string | null;
  area: string | null;
  /** Only where there is no name that every message can show. */
  phone?: string | null;
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
    refreshTokens: db.collection('refresh_tokens'),
    throttles: db.collection('throttles'),
    tokens: db.collection('tokens'),
    recoveryRequests: db.collection('recovery_requests'),
    recoveryCodes: db.collection('recovery_codes'),
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
