import type { Collection, Db, MongoClient } from 'mongodb';
import type { CustomerIndexRow } from '../customer-index/customer-index-row.ts';
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
  readonly journal: Collection<JournalEntry>;
  readonly leases: Collection<StoredLease>;
  readonly migrations: Collection<StoredMigration>;
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
  /** Canonical e-mail and phone of a login, by which it is found at log-in. */
  loginEmail?: string;
  loginPhone?: string;
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
  credentialsSentAt?: Date;
  lastLoginAt?: Date;
  /** Raised to end every session that was opened before. */
  sessionEpoch?: number;
  /** Failed log-ins in a row, and until when further ones are refused. */
  failures?: number;
  lockedUntil?: Date | null;
  /** Record keys of delivery records whose link this login has confirmed with a code. */
  confirmedDeliveryKeys?: string[];
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
  subjectId: string;
  /** Never secrets. */
  changes: { field: string; before: string | null; after: string | null }[];
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
    journal: db.collection('journal'),
    leases: db.collection('leases'),
    migrations: db.collection('migrations'),
  };
}
