import type { ClientSession } from 'mongodb';
import type { Database } from '../database/collections.ts';
import { anyOf, type FindRecordsOptions, findRecords } from '../database/find-records.ts';
import {
  type DeliveryRecord,
  type LoginRecord,
  recordKey,
  type StoredClaim,
} from '../database/stored-documents.ts';
import type { StoredRecords } from './link-graph.ts';
import type { TemporaryPassword } from './temporary-password-state.ts';

/** Where to begin: records by `_id` as stored, and ids that logins or delivery records may have. */
export interface Seeds {
  readonly loginKeys?: readonly unknown[];
  readonly deliveryKeys?: readonly unknown[];
  readonly loginIds?: readonly string[];
  readonly deliveryIds?: readonly string[];
  /** Ids of logins that are read along: their links are not followed, and they are told apart. */
  readonly readAlong?: readonly string[];
}

/** Records whose links decide about one another, and who was read along. */
export interface Neighbourhood extends StoredRecords {
  readonly readAlong: readonly LoginRecord[];
}

/**
 * Reads the seeds and everybody whose links decide about theirs: whom they claim, who claims them, who shares an id, and
 * so on until nobody new is named. One command for an undisputed pair, one more for each further step of a chain.
 */
export async function readNeighbourhood(
  database: Database,
  seeds: Seeds,
  options: NeighbourhoodOptions = {},
): Promise<Neighbourhood> {
  const reader = new NeighbourhoodReader(database, options);
  await reader.read(seeds);
  return {
    logins: [...reader.logins.values()],
    deliveries: [...reader.deliveries.values()],
    readAlong: reader.readAlong,
  };
}

/** Among the fields have to be ids, roles and links. */
export type NeighbourhoodOptions = Pick<FindRecordsOptions, 'session' | 'fields'>;

/** What is asked for at once. */
type Round = Required<Omit<Seeds, 'readAlong'>>;

class NeighbourhoodReader {
  readonly logins = new Map<string, LoginRecord>();
  readonly deliveries = new Map<string, DeliveryRecord>();
  readAlong: LoginRecord[] = [];
  private readonly askedLoginIds = new Set<string>();
  private readonly askedDeliveryIds = new Set<string>();
  private readonly database: Database;
  private readonly options: NeighbourhoodOptions;

  constructor(database: Database, options: NeighbourhoodOptions) {
    this.database = database;
    this.options = options;
  }

  async read(seeds: Seeds): Promise<void> {
    let round: Round = {
      loginKeys: seeds.loginKeys ?? [],
      deliveryKeys: seeds.deliveryKeys ?? [],
      loginIds: this.unasked(seeds.loginIds ?? [], this.askedLoginIds),
      deliveryIds: this.unasked(seeds.deliveryIds ?? [], this.askedDeliveryIds),
    };
    let readAlong = seeds.readAlong ?? [];
    while (Object.values(round).some((wanted) => wanted.length > 0)) {
      const found = await this.readRound(round, readAlong);
      const isMeant = readAlong.length === 0 ? () => true : meantBy(round);
      const logins = found.logins.filter(isMeant);
      if (readAlong.length > 0) this.readAlong = found.logins.filter((login) => !isMeant(login));
      for (const login of logins) this.logins.set(login.key, login);
      for (const delivery of found.deliveries) this.deliveries.set(delivery.key, delivery);
      const named = {
        logins: [...logins.map(idOf), ...found.deliveries.map(claimedId)],
        deliveries: [...found.deliveries.map(idOf), ...logins.map(claimedId)],
      };
      round = {
        loginKeys: [],
        deliveryKeys: [],
        loginIds: this.unasked(named.logins, this.askedLoginIds),
        deliveryIds: this.unasked(named.deliveries, this.askedDeliveryIds),
      };
      readAlong = [];
    }
  }

  /** Everybody who has or claims one of these ids. */
  private readRound(
    { loginKeys, deliveryKeys, loginIds, deliveryIds }: Round,
    readAlong: readonly string[],
  ): Promise<StoredRecords> {
    return findRecords(
      this.database,
      {
        logins: anyOf({ _id: loginKeys, id: [...loginIds, ...readAlong], customer_v2_id: deliveryIds }),
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

/** Tells whether a login was found for itself or its links. */
function meantBy({ loginKeys, loginIds, deliveryIds }: Round): (login: LoginRecord) => boolean {
  const [keys, ids, claimed] = [new Set(loginKeys.map(recordKey)), new Set(loginIds), new Set(deliveryIds)];
  return (login) => keys.has(login.key) || ids.has(login.id ?? '') || claimed.has(claimedId(login) ?? '');
}

function idOf(record: { id: string | null }): string | null {
  return record.id;
}

function claimedId(record: { claim: StoredClaim }): string | null {
  return record.claim.kind === 'text' ? record.claim.id : null;
}
