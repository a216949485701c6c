import type { IndexDescription } from 'mongodb';
import { unknownTime } from '../customer-index/customer-index-row.ts';
import type { Database } from './collections.ts';

type IndexedCollection =
  | 'users'
  | 'customersV2'
  | 'customerIndex'
  | 'indexedRecords'
  | 'accounts'
  | 'sessions'
  | 'refreshTokens'
  | 'throttles'
  | 'tokens'
  | 'recoveryRequests'
  | 'recoveryCodes'
  | 'claims'
  | 'idempotency'
  | 'notifications'
  | 'journal'
  | 'jobs'
  | 'qualitySnapshots';

/** What customers are counted by: every figure of the reports is a sum over the combinations of these values. */
export const facetFields = ['linkState', 'status', 'hasLogin', 'missingEmail', 'loginUsable'] as const;

/**
 * One scan of this index alone gives the figures. Hinted by its keys, since without a filter nothing else leads to an index.
 * The order behind the facets serves lists with two filters or more of these.
 */
export const facetsIndexKey = {
  linkState: 1,
  status: 1,
  hasLogin: 1,
  missingEmail: 1,
  loginUsable: 1,
  createdAtKey: 1,
  _id: 1,
} as const;

/** Logins with a temporary password, by when it expires: what `loginUsable` alone does not tell. */
export const expiringPasswordsIndexKey = { loginUsable: 1, passwordExpiresAt: 1 } as const;

/** What areas are counted by: one scan of it gives every area, and those of its customers who are active. */
export const areasIndexKey = { area: 1, isActive: 1 } as const;

/** Rows with a temporary password, which the indexes on its expiry hold; a query has to say the same to be served by them. */
export const passwordExpires = { passwordExpiresAt: { $gt: unknownTime } } as const;

/** Rows with a delivery boy, which the indexes on them alone hold; a query has to say the same to be served by them. */
export const hasDeliveryBoyId = { deliveryBoyId: { $gt: '' } } as const;

/** The indexes that the gateway's queries stand on, by collection. */
export const wantedIndexes: Readonly<Record<IndexedCollection, readonly IndexDescription[]>> = {
  users: [
    { key: { id: 1 }, name: 'gateway_id' },
    { key: { customer_v2_id: 1, id: 1 }, name: 'gateway_claims' },
    { key: { email: 1 }, name: 'gateway_email' },
    { key: { phone: 1 }, name: 'gateway_phone' },
    { key: { role: 1, id: 1 }, name: 'gateway_role' },
  ],
  customersV2: [
    { key: { id: 1 }, name: 'gateway_id' },
    { key: { user_id: 1, id: 1 }, name: 'gateway_claims' },
  ],
  customerIndex: customerIndexIndexes(),
  indexedRecords: [
    { key: { email: 1 }, name: 'email', sparse: true },
    { key: { phone: 1 }, name: 'phone', sparse: true },
    {
      key: { staffRole: 1, nameKey: 1, _id: 1 },
      name: 'staff_by_name',
      partialFilterExpression: { staffRole: { $exists: true } },
    },
  ],
  accounts: [
    {
      key: { createdByJob: 1, _id: 1 },
      name: 'made_by_job',
      partialFilterExpression: { createdByJob: { $exists: true } },
    },
  ],
  sessions: [
    { key: { expiresAt: 1 }, name: 'expiry' },
    { key: { loginId: 1 }, name: 'login' },
    { key: { loginKey: 1 }, name: 'login_key' },
  ],
  refreshTokens: [{ key: { expiresAt: 1 }, name: 'expiry' }],
  throttles: [{ key: { expiresAt: 1 }, name: 'expiry' }],
  tokens: [
    { key: { expiresAt: 1 }, name: 'expiry' },
    { key: { loginKey: 1, kind: 1 }, name: 'login' },
  ],
  recoveryRequests: [{ key: { nextAttemptAt: 1 }, name: 'due' }],
  recoveryCodes: [
    { key: { expiresAt: 1 }, name: 'expiry' },
    { key: { 'codes.loginKey': 1 }, name: 'login' },
  ],
  claims: [{ key: { touchedAt: 1 }, name: 'age' }],
  idempotency: [{ key: { expiresAt: 1 }, name: 'expiry' }],
  notifications: [
    { key: { state: 1, channel: 1, nextAttemptAt: 1, _id: 1 }, name: 'due_by_channel' },
    { key: { createdAt: -1, _id: -1 }, name: 'dead', partialFilterExpression: { state: 'DEAD' } },
    { key: { loginKey: 1, state: 1 }, name: 'login' },
    { key: { createdAt: 1 }, name: 'age' },
    // Of two who begin a digest for one reader, one has to add to the other's.
    { key: { digestKey: 1 }, name: 'digest', unique: true, sparse: true },
  ],
  journal: [
    { key: { subjectIds: 1, at: -1, _id: -1 }, name: 'subjects' },
    { key: { at: -1, _id: -1 }, name: 'newest' },
    { key: { action: 1, at: -1, _id: -1 }, name: 'actions' },
  ],
  jobs: [
    { key: { kind: 1, startedAt: -1, _id: -1 }, name: 'newest' },
    {
      key: { kind: 1, unfinished: 1 },
      name: 'one_unfinished',
      unique: true,
      partialFilterExpression: { unfinished: true },
    },
  ],
  qualitySnapshots: [],
};

/**
 * A link is 1:1: no two logins may claim one delivery record, nor two delivery records one login. Partial by
 * `{$gt: ''}`, which holds for text only and not for empty text, since empty text is no link.
 */
export const uniqueLinkIndexes = [
  { collection: 'users', field: 'customer_v2_id', name: 'gateway_unique_link' },
  { collection: 'customersV2', field: 'user_id', name: 'gateway_unique_link' },
] as const satisfies readonly { collection: keyof Database; field: string; name: string }[];

/**
 * Every order with no filter, with every filter of one value, and with those pairs of filters that screens offer is read in
 * the index's own order. What is active is told by the status.
 */
function customerIndexIndexes(): IndexDescription[] {
  const orders = ['nameKey', 'createdAtKey'] as const;
  const filters = [
    'area',
    'status',
    'linkState',
    'loginUsable',
    'missingEmail',
    'deliveryBoyId',
    'hasLogin',
    'hasDeliveryRecord',
  ];
  return [
    ...orders.flatMap((order) => [
      { key: { [order]: 1, _id: 1 }, name: order },
      ...filters.map((filter) => ({ key: { [filter]: 1, [order]: 1, _id: 1 }, name: `${filter}_${order}` })),
      { key: { area: 1, status: 1, [order]: 1, _id: 1 }, name: `area_status_${order}` },
      // Of thousands of delivery boys the customers cannot be merged; nor can those of whoever is none any more be left out.
      { key: { [order]: 1, _id: 1 }, name: `assigned_${order}`, partialFilterExpression: hasDeliveryBoyId },
      // Those who cannot log in: an unusable login, or one of these whose time has passed.
      {
        key: { loginUsable: 1, [order]: 1, _id: 1 },
        name: `temporary_${order}`,
        partialFilterExpression: passwordExpires,
      },
    ]),
    ...['ids', 'emails', 'phones', 'names', 'nameWords', 'searchWords'].map((field) => ({
      key: { [field]: 1 },
      name: field,
    })),
    { key: { userKey: 1 }, name: 'userKey' },
    // A delivery boy's round: by area, then by name.
    { key: { deliveryBoyId: 1, area: 1, nameKey: 1, _id: 1 }, name: 'round' },
    { key: facetsIndexKey, name: 'facets_createdAtKey' },
    {
      key: { ...Object.fromEntries(facetFields.map((field) => [field, 1 as const])), nameKey: 1, _id: 1 },
      name: 'facets_nameKey',
    },
    { key: areasIndexKey, name: 'areas' },
    {
      key: expiringPasswordsIndexKey,
      name: 'expiring_passwords',
      partialFilterExpression: passwordExpires,
    },
  ];
}
