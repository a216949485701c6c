import { BSON, ObjectId } from 'mongodb';

/**
 * The two foreign collections as they really are. Nothing in them can be trusted to have its type, so every field is
 * `unknown` here and becomes a typed value in `toLoginRecord` and `toDeliveryRecord`: no other file reads a stored name.
 */
export interface StoredUser {
  _id: unknown;
  id?: unknown;
  email?: unknown;
  phone?: unknown;
  name?: unknown;
  password_hash?: unknown;
  role?: unknown;
  is_active?: unknown;
  customer_v2_id?: unknown;
  created_at?: unknown;
  /** Of the older application, in clear: never read, and removed where the gateway meets them. */
  password_reset_token?: unknown;
  password_reset_expires?: unknown;
  /** Computed by the projection, so that the hash itself stays in the database. */
  hash_salt?: unknown;
}

export interface StoredCustomerV2 {
  _id: unknown;
  id?: unknown;
  name?: unknown;
  phone?: unknown;
  email?: unknown;
  address?: unknown;
  area?: unknown;
  status?: unknown;
  delivery_boy_id?: unknown;
  created_at?: unknown;
  user_id?: unknown;
}

/** What a stored link field says: nothing, a text that names a record, or a value that can name none. */
export type StoredClaim = { kind: 'none' } | { kind: 'text'; id: string } | { kind: 'wrongType' };

export type StoredRole = 'customer' | 'admin' | 'delivery_boy' | 'analyst' | 'unknown';

/** A document of `users`, typed. Empty text is null. */
export interface LoginRecord {
  /** The `_id` as stored: what a filter on `_id` needs. */
  readonly _id: unknown;
  /** Distinguishes every `_id` from every other, also across types. */
  readonly key: string;
  /** The text by which a record without a name of its own is addressed: hex of an ObjectId, else the text of `_id`. */
  readonly keyText: string;
  readonly id: string | null;
  readonly name: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly role: StoredRole;
  readonly isActive: boolean;
  readonly claim: StoredClaim;
  /**
   * Version, cost and salt of `password_hash`, by which one hash is told from every other; null when it has not the form
   * of a bcrypt hash, and where the projection left it out.
   */
  readonly hashSalt: string | null;
  readonly createdAtText: string | null;
}

/** A document of `customers_v2`, typed. Empty text is null. */
export interface DeliveryRecord {
  readonly _id: unknown;
  readonly key: string;
  readonly keyText: string;
  readonly id: string | null;
  readonly name: string | null;
  readonly phone: string | null;
  readonly email: string | null;
  readonly address: string | null;
  readonly area: string | null;
  readonly statusText: string | null;
  readonly deliveryBoyId: string | null;
  readonly claim: StoredClaim;
  readonly createdAtText: string | null;
}

export function toLoginRecord(stored: StoredUser): LoginRecord {
  const key = recordKey(stored._id);
  return {
    _id: stored._id,
    key,
    keyText: stored._id instanceof ObjectId ? key : keyText(stored._id),
    id: idText(stored.id),
    name: text(stored.name),
    email: text(stored.email),
    phone: text(stored.phone),
    role: role(stored.role),
    isActive: stored.is_active === undefined || stored.is_active === null || stored.is_active === true,
    claim: claim(stored.customer_v2_id),
    hashSalt: typeof stored.hash_salt === 'string' ? stored.hash_salt : hashSalt(stored.password_hash),
    createdAtText: dateText(stored.created_at),
  };
}

export function toDeliveryRecord(stored: StoredCustomerV2): DeliveryRecord {
  const key = recordKey(stored._id);
  return {
    _id: stored._id,
    key,
    keyText: stored._id instanceof ObjectId ? key : keyText(stored._id),
    id: idText(stored.id),
    name: text(stored.name),
    phone: text(stored.phone),
    email: text(stored.email),
    address: text(stored.address),
    area: text(stored.area),
    statusText: text(stored.status),
    deliveryBoyId: idText(stored.delivery_boy_id),
    claim: claim(stored.user_id),
    createdAtText: dateText(stored.created_at),
  };
}

/**
 * The form of a bcrypt hash; anything else in `password_hash` can never authenticate anybody. It ends in `(?![\s\S])`
 * because MongoDB's `$` also matches before a line feed at the end, and JavaScript's does not.
 */
export const bcryptHashPattern = '^\\$2[aby]\\$(0[4-9]|[12][0-9]|3[01])\\$[./A-Za-z0-9]{53}(?![\\s\\S])';

/** Version, cost and salt come first in a bcrypt hash: `$2b$12$` and 22 characters. */
const hashSaltLength = 29;

/** Tells one bcrypt hash from every other, without what could be attacked; null for what is none. */
export function hashSalt(passwordHash: unknown): string | null {
  return isBcryptHash(passwordHash) ? passwordHash.slice(0, hashSaltLength) : null;
}

/**
 * What is read of a login everywhere but at log-in: every value that a Customer shows, and of the hash only its salt,
 * cut out inside the database.
 */
export const loginProjection = {
  id: 1,
  email: 1,
  phone: 1,
  name: 1,
  role: 1,
  is_active: 1,
  customer_v2_id: 1,
  created_at: 1,
  hash_salt: {
    $cond: [
      { $eq: [{ $type: '$password_hash' }, 'string'] },
      {
        $cond: [
          { $regexMatch: { input: '$password_hash', regex: bcryptHashPattern } },
          { $substrBytes: ['$password_hash', 0, hashSaltLength] },
          null,
        ],
      },
      null,
    ],
  },
} as const;

export const deliveryProjection = {
  id: 1,
  name: 1,
  phone: 1,
  email: 1,
  address: 1,
  area: 1,
  status: 1,
  delivery_boy_id: 1,
  created_at: 1,
  user_id: 1,
} as const;

export function isBcryptHash(value: unknown): value is string {
  return typeof value === 'string' && bcryptHash.test(value);
}

/** A text that differs for every two different `_id`s, whatever their BSON types. */
export function recordKey(_id: unknown): string {
  if (_id instanceof ObjectId) return _id.toHexString();
  if (typeof _id === 'string') return `text:${_id}`;
  return `ejson:${BSON.EJSON.stringify({ _id }, { relaxed: false })}`;
}

/** How a record is addressed by its `_id`: hex of an ObjectId, else its text. */
export function keyText(_id: unknown): string {
  if (_id instanceof ObjectId) return _id.toHexString();
  return typeof _id === 'object' && _id !== null ? BSON.EJSON.stringify(_id) : String(_id);
}

/**
 * A time as the gateway stores it in the foreign collections: ISO 8601 with the offset written out, since
 * `datetime.fromisoformat` of Python before 3.11 refuses a `Z`.
 */
export function storedTime(at: Date): string {
  return at.toISOString().replace('Z', '+00:00');
}

const bcryptHash = new RegExp(bcryptHashPattern);

/** Text as typed; a number that was stored where text belongs is shown, everything else is nothing. */
function text(value: unknown): string | null {
  if (typeof value === 'string') return value.trim() === '' ? null : value;
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (typeof value === 'object' && value !== null && '_bsontype' in value && value._bsontype === 'Long') {
    return String(value);
  }
  return null;
}

function idText(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function claim(value: unknown): StoredClaim {
  if (value === undefined || value === null || value === '') return { kind: 'none' };
  return typeof value === 'string' ? { kind: 'text', id: value } : { kind: 'wrongType' };
}

function role(value: unknown): StoredRole {
  return value === 'customer' || value === 'admin' || value === 'delivery_boy' || value === 'analyst'
    ? value
    : 'unknown';
}

function dateText(value: unknown): string | null {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  return text(value);
}
