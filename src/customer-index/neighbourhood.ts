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

/** Where to begin. */
export interface Seeds {
  /** Records by `_id` as stored. */
  readonly loginKeys?: readonly unknown[];
  readonly deliveryKeys?: readonly unknown[];
  /** Ids that records have, or had until now: whoever claims them is read with them. */
  readonly loginIds?: readonly string[];
  readonly deliveryIds?: readonly string[];
  /** Texts that may be nobody's id: whoever claims them is read when they turn out to be somebody's. */
  readonly possibleLoginIds?: readonly string[];
  readonly possibleDeliveryIds?: readonly string[];
  /** Ids of logins that are read along: for this alone their links are not followed, and they are told apart. */
  readonly readAlong?: readonly string[];
}

/** Records whose links decide about one another, and who was read along and is none of them. */
export interface Neighbourhood extends StoredRecords {
  readonly readAlong: readonly LoginRecord[];
}

/**
 * Reads the seeds and everybody whose links decide about theirs: whom they claim, who claims them, who shares an id, and
 * so on until nobody new is named. One command for an undisputed pair by its ids, one more for each further step of a chain.
 *
 * Those who claim a text that is nobody's id say nothing of one another, and are not read: in older data it may be `N/A`,
 * and they may be thousands.
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
    // Links may have led to one of them in a later round.
    readAlong: reader.readAlong.filter(({ key }) => !reader.logins.has(key)),
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
  private readonly askedLoginIds = new AskedIds();
  private readonly askedDeliveryIds = new AskedIds();
  private readonly database: Database;
  private readonly options: NeighbourhoodOptions;

  constructor(database: Database, options: NeighbourhoodOptions) {
    this.database = database;
    this.options = options;
  }

  async read(seeds: Seeds): Promise<void> {
    let round = this.roundOf(seeds);
    let readAlong = seeds.readAlong ?? [];
    while (readAlong.length > 0 || Object.values(round).some((wanted) => wanted.length > 0)) {
      const found = await this.readRound(round, readAlong);
      const isMeant = meantBy(round, readAlong);
      const logins = found.logins.filter(isMeant);
      if (readAlong.length > 0) this.readAlong = found.logins.filter((login) => !isMeant(login));
      for (const login of logins) this.logins.set(login.key, login);
      for (const delivery of found.deliveries) this.deliveries.set(delivery.key, delivery);
      readAlong = [];
      round = this.roundOf({
        loginIds: logins.map(idOf).filter((id) => id !== null),
        deliveryIds: found.deliveries.map(idOf).filter((id) => id !== null),
        possibleLoginIds: found.deliveries.map(claimedId).filter((id) => id !== null),
        possibleDeliveryIds: logins.map(claimedId).filter((id) => id !== null),
      });
    }
  }

  /** What of these was not asked for yet, and is from now on. */
  private roundOf(seeds: Omit<Seeds, 'readAlong'>): Round {
    return {
      loginKeys: seeds.loginKeys ?? [],
      deliveryKeys: seeds.deliveryKeys ?? [],
      loginIds: this.askedLoginIds.withClaimants(seeds.loginIds ?? []),
      deliveryIds: this.askedDeliveryIds.withClaimants(seeds.deliveryIds ?? []),
      possibleLoginIds: this.askedLoginIds.alone(seeds.possibleLoginIds ?? []),
      possibleDeliveryIds: this.askedDeliveryIds.alone(seeds.possibleDeliveryIds ?? []),
    };
  }

  private readRound(round: Round, readAlong: readonly string[]): Promise<StoredRecords> {
    return findRecords(
      this.database,
      {
        logins: anyOf({
          _id: round.loginKeys,
          id: [...round.loginIds, ...round.possibleLoginIds, ...readAlong],
          customer_v2_id: round.deliveryIds,
        }),
        deliveries: anyOf({
          _id: round.deliveryKeys,
          id: [...round.deliveryIds, ...round.possibleDeliveryIds],
          user_id: round.loginIds,
        }),
      },
      this.options,
    );
  }
}

/** Ids of one collection that were asked for, so that none is asked for twice. */
class AskedIds {
  private readonly ids = new Set<string>();
  private readonly claimed = new Set<string>();

  /** Those whose claimants were not asked for yet. */
  withClaimants(ids: readonly string[]): string[] {
    const unasked = fresh(ids, this.claimed);
    for (const id of unasked) this.ids.add(id);
    return unasked;
  }

  /** Those who were not asked for yet. */
  alone(ids: readonly string[]): string[] {
    return fresh(ids, this.ids);
  }
}

function fresh(ids: readonly string[], known: Set<string>): string[] {
  const unknown = [...new Set(ids)].filter((id) => !known.has(id));
  for (const id of unknown) known.add(id);
  return unknown;
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

/** Tells whether a login was found for itself or its links: for what else, where it has no id that is read along. */
function meantBy(round: Round, readAlong: readonly string[]): (login: LoginRecord) => boolean {
  if (readAlong.length === 0) return () => true;
  const along = new Set(readAlong);
  const keys = new Set(round.loginKeys.map(recordKey));
  const ids = new Set([...round.loginIds, ...round.possibleLoginIds]);
  const claimed = new Set(round.deliveryIds);
  return (login) =>
    !along.has(login.id ?? '') ||
    keys.has(login.key) ||
    ids.has(login.id ?? '') ||
    claimed.has(claimedId(login) ?? '');
}

function idOf(record: { id: string | null }): string | null {
  return record.id;
}

function claimedId(record: { claim: StoredClaim }): string | null {
  return record.claim.kind === 'text' ? record.claim.id : null;
}
