export type LinkState = 'LINKED' | 'HALF_LINKED' | 'ORPHANED_USER' | 'ORPHANED_V2' | 'DANGLING' | 'CONFLICT';
export type CustomerStatus = 'ACTIVE' | 'TRIAL' | 'PAUSED' | 'INACTIVE' | 'OTHER';

/**
 * One row of `customer_index`: what lists, filters, orders and look-ups need to know of one Customer. It is derived from
 * the two sources and `accounts` alone and may be dropped and rebuilt at any time.
 */
export interface CustomerIndexRow {
  /** `v2/<record key>` of the definitive delivery record, else `user/<record key>` of the login. */
  _id: string;
  /** `Customer.id`: the definitive record's id, or the text of its `_id` when it has none of its own. */
  id: string;
  /** Every text by which this customer is addressed: the address of each half, and the text of each half's `_id`. */
  ids: string[];
  linkState: LinkState;
  /** `_id` of the login as stored; absent when the customer has none. */
  userKey?: unknown;
  /** `_id` of the delivery record as stored; absent when the customer has none. */
  v2Key?: unknown;
  link: IndexedLink;
  /** Canonical e-mails of both halves; placeholders have none. */
  emails: string[];
  /** Canonical phones (E.164) of both halves. */
  phones: string[];
  /** Whole names of both halves: case, accents, spacing and punctuation aside. */
  names: string[];
  /** Words of both names, to be searched by prefix. */
  nameWords: string[];
  /** Name words, words of e-mails, digits of phones and ids: everything that `search` finds by prefix. */
  searchWords: string[];
  /** Order key of the name shown; `lastName` (sorts after every name) when there is none. */
  nameKey: string;
  /** Order key of `createdAt`; `unknownTime` (sorts before every time) when it is not known. */
  createdAtKey: Date;
  area: string | null;
  status: CustomerStatus;
  isActive: boolean;
  hasLogin: boolean;
  hasDeliveryRecord: boolean;
  /** The joined or own login is active and has a usable hash; whether it has expired is decided when filtering. */
  loginUsable: boolean;
  /** When the temporary password of the login expires; null when it does not. */
  passwordExpiresAt: Date | null;
  /** The login was made without a password, and waits for its first credentials. */
  credentialsPending: boolean;
  /** No login, or a login without a deliverable address. */
  missingEmail: boolean;
  /** `delivery_boy_id` as stored; whether that person exists is decided when filtering. */
  deliveryBoyId: string | null;
}

export interface IndexedLink {
  userId: string | null;
  customerV2Id: string | null;
  /** Absent when there are none, as for nearly everybody: every row of a page is decoded. */
  conflictingIds?: string[];
  /** A half link that only the login claims: its delivery half must be confirmed before that login may read it. Else absent. */
  claimedByLoginOnly?: true;
}

/** Sorts after every normalized name. */
export const lastName = '\u{10FFFF}';
/** Sorts before every time that a record can have. */
export const unknownTime = new Date(-8_640_000_000_000_000);
