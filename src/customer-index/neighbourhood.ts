import type { ClientSession } from 'mongodb';
import type { Database } from '../database/collections.ts';
import { anyOf, type FindRecordsOptions, findRecords } from '../database/find-records.ts';
import type { DeliveryRecord, LoginRecord, StoredClaim } from '../database/stored-documents.ts';
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
 * so on until nobody new is named. One command for an undisputed pair, one more for each further step of a chain.
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

/** Among the fields have to be ids, roles and links. */
export type NeighbourhoodOptions = Pick<FindRecordsOptions, 'session' | 'fields'>;

class NeighbourhoodReader {
  readonly logins = new Map<string, LoginRecord>();
  readonly deliveries = new Map<string, DeliveryRecord>();
  private readonly askedLoginIds = new Set<string>();
  private readonly askedDeliveryIds = new Set<string>();
  private readonly database: Database;
  private readonly options: NeighbourhoodOptions;

  constructor(database: Database, options: NeighbourhoodOptions) {
    this.database = database;
    this.options = options;
  }

  async read(seeds: Seeds): Promise<void> {
    let loginIds = this.unasked(seeds.loginIds ?? [], this.askedLoginIds);
    let deliveryIds = this.unasked(seeds.deliveryIds ?? [], this.askedDeliveryIds);
    let loginKeys = seeds.loginKeys ?? [];
    let deliveryKeys = seeds.deliveryKeys ?? [];
    while (loginIds.length + deliveryIds.length + loginKeys.length + deliveryKeys.length > 0) {
      const { logins, deliveries } = await this.readRound(loginIds, deliveryIds, loginKeys, deliveryKeys);
      for (const login of logins) this.logins.set(login.key, login);
      for (const delivery of deliveries) this.deliveries.set(delivery.key, delivery);
      loginIds = this.unasked([...logins.map(idOf), ...deliveries.map(claimedId)], this.askedLoginIds);
      deliveryIds = this.unasked([...deliveries.map(idOf), ...logins.map(claimedId)], this.askedDeliveryIds);
      loginKeys = deliveryKeys = [];
    }
  }

  /** Everybody who has or claims one of these ids. */
  private readRound(
    loginIds: string[],
    deliveryIds: string[],
    loginKeys: readonly unknown[],
    deliveryKeys: readonly unknown[],
  ): Promise<StoredRecords> {
    return findRecords(
      this.database,
      {
        logins: anyOf({ _id: loginKeys, id: loginIds, customer_v2_id: deliveryIds }),
        deliveries: anyOf({ _id: deliveryKeys, id: deliveryIds, user_id: loginIds }),
      },
      this.options,
    );
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

function idOf(record: { id: string | null }): string | null {
  return record.id;
}

function claimedId(record: { claim: StoredClaim }): string | null {
  return record.claim.kind === 'text' ? record.claim.id : null;
}
