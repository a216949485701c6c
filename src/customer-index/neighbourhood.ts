import type { ClientSession, Filter } from 'mongodb';
import type { Database } from '../database/collections.ts';
import {
  type DeliveryRecord,
  deliveryProjection,
  type LoginRecord,
  loginProjection,
  type StoredClaim,
  type StoredCustomerV2,
  type StoredUser,
  toDeliveryRecord,
  toLoginRecord,
} from '../database/stored-documents.ts';
import type { StoredRecords } from './link-graph.ts';
import type { TemporaryPassword } from './temporary-password-state.ts';

/** Where to begin: records by `_id` as stored, and ids that logins or delivery records may have. */
export interface Seeds {
  readonly loginKeys?: readonly unknown[];
  readonly deliveryKeys?: readonly unknown[];
  readonly loginIds?: readonly string[];
  readonly deliveryIds?: readonly string[];
}

/**
 * Reads the seeds and everybody whose links decide about theirs: whom they claim, who claims them, who shares an id, and
 * so on until nobody new is named. Two finds at once for an undisputed pair, two more for each further step of a chain.
 */
export async function readNeighbourhood(
  database: Database,
  seeds: Seeds,
  options: NeighbourhoodOptions = {},
): Promise<StoredRecords> {
  const reader = new NeighbourhoodReader(database, options);
  await reader.read(seeds);
  return { logins: [...reader.logins.values()], deliveries: [...reader.deliveries.values()] };
}

export interface NeighbourhoodOptions {
  readonly session?: ClientSession;
  /** What is read of each record; ids, roles and links have to be among it. Default: everything that is shown. */
  readonly fields?: {
    readonly login: Partial<typeof loginProjection>;
    readonly delivery: Partial<typeof deliveryProjection>;
  };
}

class NeighbourhoodReader {
  readonly logins = new Map<string, LoginRecord>();
  readonly deliveries = new Map<string, DeliveryRecord>();
  private readonly askedLoginIds = new Set<string>();
  private readonly askedDeliveryIds = new Set<string>();
  private readonly database: Database;
  private readonly options: { session?: ClientSession };
  private readonly fields: NonNullable<NeighbourhoodOptions['fields']>;

  constructor(database: Database, { session, fields }: NeighbourhoodOptions) {
    this.database = database;
    this.options = session === undefined ? {} : { session };
    this.fields = fields ?? { login: loginProjection, delivery: deliveryProjection };
  }

  async read(seeds: Seeds): Promise<void> {
    let loginIds = this.unasked(seeds.loginIds ?? [], this.askedLoginIds);
    let deliveryIds = this.unasked(seeds.deliveryIds ?? [], this.askedDeliveryIds);
    let loginKeys = seeds.loginKeys ?? [];
    let deliveryKeys = seeds.deliveryKeys ?? [];
    while (loginIds.length + deliveryIds.length + loginKeys.length + deliveryKeys.length > 0) {
      const [logins, deliveries] = await this.readRound(loginIds, deliveryIds, loginKeys, deliveryKeys);
      for (const login of logins) this.logins.set(login.key, login);
      for (const delivery of deliveries) this.deliveries.set(delivery.key, delivery);
      loginIds = this.unasked([...logins.map(idOf), ...deliveries.map(claimedId)], this.askedLoginIds);
      deliveryIds = this.unasked([...deliveries.map(idOf), ...logins.map(claimedId)], this.askedDeliveryIds);
      loginKeys = deliveryKeys = [];
    }
  }

  /** Everybody who has or claims one of these ids. Inside a transaction one find follows the other. */
  private async readRound(
    loginIds: string[],
    deliveryIds: string[],
    loginKeys: readonly unknown[],
    deliveryKeys: readonly unknown[],
  ): Promise<[LoginRecord[], DeliveryRecord[]]> {
    const readLogins = () =>
      this.findLogins(anyOf({ _id: loginKeys, id: loginIds, customer_v2_id: deliveryIds }));
    const readDeliveries = () =>
      this.findDeliveries(anyOf({ _id: deliveryKeys, id: deliveryIds, user_id: loginIds }));
    if (this.options.session === undefined) return Promise.all([readLogins(), readDeliveries()]);
    return [await readLogins(), await readDeliveries()];
  }

  private async findLogins(filter: Filter<StoredUser> | null): Promise<LoginRecord[]> {
    if (filter === null) return [];
    const found = this.database.users.find(filter, { ...this.options, projection: this.fields.login });
    return (await found.toArray()).map(toLoginRecord);
  }

  private async findDeliveries(filter: Filter<StoredCustomerV2> | null): Promise<DeliveryRecord[]> {
    if (filter === null) return [];
    const found = this.database.customersV2.find(filter, {
      ...this.options,
      projection: this.fields.delivery,
    });
    return (await found.toArray()).map(toDeliveryRecord);
  }

  private unasked(ids: readonly (string | null)[], asked: Set<string>): string[] {
    const fresh = [...new Set(ids)].filter((id) => id !== null && !asked.has(id)) as string[];
    for (const id of fresh) asked.add(id);
    return fresh;
  }
}

/** What `accounts` says of logins, by record key; logins without an account are not in it. */
export async function readAccountFacts(
  database: Database,
  logins: readonly LoginRecord[],
  session?: ClientSession,
): Promise<Map<string, TemporaryPassword>> {
  const keys = logins.filter((login) => login.role === 'customer').map((login) => login.key);
  if (keys.length === 0) return new Map();
  const accounts = await database.accounts
    .find({ _id: { $in: keys } }, { projection: temporaryPasswordProjection, ...(session && { session }) })
    .toArray();
  return new Map(accounts.map((account) => [account._id, account]));
}

const temporaryPasswordProjection = {
  mustChangePassword: 1,
  passwordExpiresAt: 1,
  credentialsPending: 1,
  temporarySalt: 1,
} as const;

/** A filter that holds for a record with one of the given values in any of the fields; null when there are no values. */
function anyOf<Stored>(values: Readonly<Record<string, readonly unknown[]>>): Filter<Stored> | null {
  const conditions = Object.entries(values)
    .filter(([, wanted]) => wanted.length > 0)
    .map(([field, wanted]) => ({ [field]: { $in: wanted } }));
  const [only] = conditions;
  // MongoDB refuses an empty $or.
  if (only === undefined) return null;
  return (conditions.length === 1 ? only : { $or: conditions }) as Filter<Stored>;
}

function idOf(record: { id: string | null }): string | null {
  return record.id;
}

function claimedId(record: { claim: StoredClaim }): string | null {
  return record.claim.kind === 'text' ? record.claim.id : null;
}
