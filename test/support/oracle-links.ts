import type { Document } from 'mongodb';
import { oracleAddressOfId } from './oracle-values.ts';

export type OracleLinkState =
  | 'LINKED'
  | 'HALF_LINKED'
  | 'ORPHANED_USER'
  | 'ORPHANED_V2'
  | 'DANGLING'
  | 'CONFLICT';

/** One customer as the stored links tell it; the halves are the very documents that were passed in. */
export interface OracleLink {
  readonly login: Document | null;
  readonly delivery: Document | null;
  /** Address of the definitive record: its own id, or the text of its `_id` when it has none to itself. */
  readonly id: string;
  /** Addresses of both halves and the texts of their `_id`s; sorted, each once. */
  readonly ids: string[];
  readonly linkState: OracleLinkState;
  readonly link: {
    readonly userId: string | null;
    readonly customerV2Id: string | null;
    readonly conflictingIds: string[];
  };
  /** A half link that only the login claims. */
  readonly claimedByLoginOnly: boolean;
}

/**
 * "Who is one customer" of the domain document, written down a second time as plainly as it goes: each function is one of
 * its sentences. Deliveries come first, then the logins that are joined to none, each in the order given.
 */
export function oracleLinks(users: readonly Document[], customersV2: readonly Document[]): OracleLink[] {
  const logins = users.map((document) => oracleRecord('users', document, document.customer_v2_id));
  const deliveries = customersV2.map((document) => oracleRecord('customers_v2', document, document.user_id));
  const world = lookUps(logins, deliveries);

  const joinedLogins = new Set<OracleRecord>();
  const customers: OracleLink[] = [];
  for (const delivery of deliveries) {
    const partner = partnerOf(world, delivery);
    if (partner === null) {
      customers.push(loneCustomer(world, delivery));
    } else {
      joinedLogins.add(partner);
      customers.push(joinedCustomer(world, partner, delivery));
    }
  }
  for (const login of logins) {
    if (isCustomers(login) && !joinedLogins.has(login)) customers.push(loneCustomer(world, login));
  }
  return customers;
}

type Claim = { kind: 'none' } | { kind: 'text'; text: string } | { kind: 'wrong type' };

interface OracleRecord {
  readonly source: 'users' | 'customers_v2';
  readonly document: Document;
  /** null when the id is missing; it may still be shared with another record. */
  readonly id: string | null;
  readonly claim: Claim;
}

/**
 * The only two short cuts of the oracle, so that tens of thousands of records take no quadratic time: where a sentence says
 * "a record with this id" or "a record that claims this text", these maps give exactly what a scan of the collection would.
 */
interface World {
  withId(source: OracleRecord['source'], id: string): readonly OracleRecord[];
  claimingText(source: OracleRecord['source'], text: string): readonly OracleRecord[];
}

function oracleRecord(source: OracleRecord['source'], document: Document, claim: unknown): OracleRecord {
  const id: unknown = document.id;
  return { source, document, id: typeof id === 'string' && id !== '' ? id : null, claim: readClaim(claim) };
}

function readClaim(stored: unknown): Claim {
  if (stored === undefined || stored === null || stored === '') return { kind: 'none' };
  return typeof stored === 'string' ? { kind: 'text', text: stored } : { kind: 'wrong type' };
}

function lookUps(logins: readonly OracleRecord[], deliveries: readonly OracleRecord[]): World {
  const withId = new Map<string, OracleRecord[]>();
  const claimingText = new Map<string, OracleRecord[]>();
  for (const record of [...logins, ...deliveries]) {
    if (record.id !== null) addTo(withId, `${record.source} ${record.id}`, record);
    if (record.claim.kind === 'text') addTo(claimingText, `${record.source} ${record.claim.text}`, record);
  }
  return {
    withId: (source, id) => withId.get(`${source} ${id}`) ?? [],
    claimingText: (source, text) => claimingText.get(`${source} ${text}`) ?? [],
  };
}

function addTo(map: Map<string, OracleRecord[]>, key: string, record: OracleRecord): void {
  const before = map.get(key);
  if (before === undefined) map.set(key, [record]);
  else before.push(record);
}

/** Only logins of this very role are customers'; every delivery record is. */
function isCustomers(record: OracleRecord): boolean {
  return record.source === 'customers_v2' || record.document.role === 'customer';
}

function hasIdToItself(world: World, record: OracleRecord): boolean {
  return record.id !== null && world.withId(record.source, record.id).length === 1;
}

/** "A record without an id, or with another's, is addressed by its `_id`." */
function addressOf(world: World, record: OracleRecord): string {
  return record.id !== null && hasIdToItself(world, record)
    ? record.id
    : oracleAddressOfId(record.document._id);
}

function otherSource(source: OracleRecord['source']): OracleRecord['source'] {
  return source === 'users' ? 'customers_v2' : 'users';
}

/** "A missing or shared id names nobody", so nobody can claim such a record. */
function claims(world: World, claimant: OracleRecord, claimed: OracleRecord): boolean {
  if (claimant.source === claimed.source || claimant.claim.kind !== 'text') return false;
  return hasIdToItself(world, claimed) && claimant.claim.text === claimed.id;
}

function claimantsOf(world: World, claimed: OracleRecord): readonly OracleRecord[] {
  if (claimed.id === null) return [];
  return world
    .claimingText(otherSource(claimed.source), claimed.id)
    .filter((claimant) => claims(world, claimant, claimed));
}

function isLinked(world: World, login: OracleRecord, delivery: OracleRecord): boolean {
  return (
    canBeJoined(world, login, delivery) && claims(world, login, delivery) && claims(world, delivery, login)
  );
}

/** "Exactly one claims the other, the other's own link is empty, and nobody else claims either of them." */
function isHalfLinked(world: World, login: OracleRecord, delivery: OracleRecord): boolean {
  if (!canBeJoined(world, login, delivery)) return false;
  const byLogin = claims(world, login, delivery);
  const byDelivery = claims(world, delivery, login);
  if (byLogin === byDelivery) return false;
  const other = byLogin ? delivery : login;
  if (other.claim.kind !== 'none') return false;
  return (
    claimantsOf(world, login).every((claimant) => claimant === delivery) &&
    claimantsOf(world, delivery).every((claimant) => claimant === login)
  );
}

function canBeJoined(world: World, login: OracleRecord, delivery: OracleRecord): boolean {
  return isCustomers(login) && hasIdToItself(world, login) && hasIdToItself(world, delivery);
}

/** Whoever is joined to a delivery record claims it or is claimed by it, so nobody else needs to be asked. */
function partnerOf(world: World, delivery: OracleRecord): OracleRecord | null {
  const claimed = delivery.claim.kind === 'text' ? world.withId('users', delivery.claim.text) : [];
  const candidates = [...claimed, ...claimantsOf(world, delivery)];
  const partners = new Set(
    candidates.filter((login) => isLinked(world, login, delivery) || isHalfLinked(world, login, delivery)),
  );
  if (partners.size > 1) throw new Error('The rules join one delivery record to two logins.');
  return [...partners][0] ?? null;
}

function joinedCustomer(world: World, login: OracleRecord, delivery: OracleRecord): OracleLink {
  const linked = isLinked(world, login, delivery);
  const others = [
    ...claimantsOf(world, login).filter((claimant) => claimant !== delivery),
    ...claimantsOf(world, delivery).filter((claimant) => claimant !== login),
  ];
  return {
    login: login.document,
    delivery: delivery.document,
    id: addressOf(world, delivery),
    ids: idsOf(world, [login, delivery]),
    linkState: linked ? 'LINKED' : 'HALF_LINKED',
    link: {
      userId: addressOf(world, login),
      customerV2Id: addressOf(world, delivery),
      conflictingIds: sortedOnce(others.map((claimant) => addressOf(world, claimant))),
    },
    claimedByLoginOnly: !linked && claims(world, login, delivery),
  };
}

function loneCustomer(world: World, record: OracleRecord): OracleLink {
  const own = addressOf(world, record);
  const claimed = record.claim.kind === 'text' ? record.claim.text : null;
  const claimants = claimantsOf(world, record).map((claimant) => addressOf(world, claimant));
  const isLogin = record.source === 'users';
  return {
    login: isLogin ? record.document : null,
    delivery: isLogin ? null : record.document,
    id: own,
    ids: idsOf(world, [record]),
    linkState: loneState(world, record),
    link: {
      userId: isLogin ? own : claimed,
      customerV2Id: isLogin ? claimed : own,
      // A lone record's claim is by definition not returned, also when nothing is there to return it.
      conflictingIds: sortedOnce(claimed === null ? claimants : [...claimants, claimed]),
    },
    claimedByLoginOnly: false,
  };
}

function loneState(world: World, record: OracleRecord): OracleLinkState {
  if (!hasIdToItself(world, record) || claimantsOf(world, record).length > 0) return 'CONFLICT';
  if (record.claim.kind === 'none') return record.source === 'users' ? 'ORPHANED_USER' : 'ORPHANED_V2';
  if (record.claim.kind === 'wrong type') return 'CONFLICT';
  const nothingThere = world.withId(otherSource(record.source), record.claim.text).length === 0;
  return nothingThere ? 'DANGLING' : 'CONFLICT';
}

function idsOf(world: World, records: readonly OracleRecord[]): string[] {
  return sortedOnce(
    records.flatMap((record) => [addressOf(world, record), oracleAddressOfId(record.document._id)]),
  );
}

function sortedOnce(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort();
}
