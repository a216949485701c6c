import type { DeliveryRecord, LoginRecord, StoredClaim } from '../database/stored-documents.ts';
import type { LinkState } from './customer-index-row.ts';

/** Stored records of both sources among which links are decided. */
export interface StoredRecords {
  readonly logins: readonly LoginRecord[];
  readonly deliveries: readonly DeliveryRecord[];
}

/** One customer as the links tell it: which halves it has and how they stand to everybody else. */
export interface LinkedCustomer {
  readonly state: LinkState;
  readonly login: LoginRecord | null;
  readonly delivery: DeliveryRecord | null;
  /** Of a joined pair both addresses; else the record's own address and the text that it claims. */
  readonly link: { readonly userId: string | null; readonly customerV2Id: string | null };
  /** Addresses of all other claimants, and the texts of claims that are not returned; sorted, each once. */
  readonly conflictingIds: string[];
  /** A half link that only the login claims. */
  readonly claimedByLoginOnly: boolean;
}

/**
 * Decides who is one customer, by the rules of "Who is one customer" in docs/domain.md.
 *
 * The answer for a record is right when `records` holds, beside it: the record it claims, everybody who claims either
 * of these, and every record that shares an id with one of them.
 */
export function linkCustomers(records: StoredRecords): LinkedCustomer[] {
  const logins = records.logins.map((record) => new Node(record, record.role === 'customer'));
  const deliveries = records.deliveries.map((record) => new Node(record, true));
  nameUniqueIds(logins);
  nameUniqueIds(deliveries);
  pointClaims(logins, deliveries);
  pointClaims(deliveries, logins);

  const customers = deliveries.map((delivery: DeliveryNode) =>
    customerOf(partnerOf<DeliveryRecord, LoginRecord>(delivery), delivery),
  );
  for (const login of logins) {
    if (login.canBeJoined && partnerOf(login) === null) customers.push(customerOf(login, null));
  }
  return customers;
}

/** The link state of a delivery record of which only one login is known. */
export function stateOfPair(login: LoginRecord, delivery: DeliveryRecord): LinkState | null {
  // Rule 1, without a graph: what most pairs of a list are.
  const claimEachOther = claims(login, delivery) && claims(delivery, login);
  if (claimEachOther && login.role === 'customer') return 'LINKED';
  const [customer] = linkCustomers({ logins: [login], deliveries: [delivery] });
  return customer?.state ?? null;
}

function claims({ claim }: LoginRecord | DeliveryRecord, { id }: LoginRecord | DeliveryRecord): boolean {
  return claim.kind === 'text' && claim.id === id;
}

/** A record, whether it has a name of its own, whom it claims and who claims it. */
class Node<Self extends LoginRecord | DeliveryRecord, Other extends LoginRecord | DeliveryRecord> {
  readonly record: Self;
  /** Staff logins claim and are claimed, but are joined to nobody. */
  readonly canBeJoined: boolean;
  /** Has an id, and no other record of its source has the same. */
  isNamed = false;
  /** The one record that its claim names. */
  target: Node<Other, Self> | null = null;
  /** Its claim names an id that several records share, and so nobody. */
  claimsSharedId = false;
  readonly claimants: Node<Other, Self>[] = [];

  constructor(record: Self, canBeJoined: boolean) {
    this.record = record;
    this.canBeJoined = canBeJoined;
  }

  get claim(): StoredClaim {
    return this.record.claim;
  }

  get claimText(): string | null {
    return this.record.claim.kind === 'text' ? this.record.claim.id : null;
  }

  get address(): string {
    return this.isNamed && this.record.id !== null ? this.record.id : this.record.keyText;
  }
}

type LoginNode = Node<LoginRecord, DeliveryRecord>;
type DeliveryNode = Node<DeliveryRecord, LoginRecord>;

function nameUniqueIds(nodes: (LoginNode | DeliveryNode)[]): void {
  const owners = countIds(nodes);
  for (const node of nodes) node.isNamed = node.record.id !== null && owners.get(node.record.id) === 1;
}

function pointClaims<Self extends LoginRecord | DeliveryRecord, Other extends LoginRecord | DeliveryRecord>(
  claimants: Node<Self, Other>[],
  targets: Node<Other, Self>[],
): void {
  const owners = countIds(targets);
  const named = new Map(
    targets.filter((target) => target.isNamed).map((target) => [target.record.id, target]),
  );
  for (const claimant of claimants) {
    const text = claimant.claimText;
    if (text === null) continue;
    claimant.target = named.get(text) ?? null;
    claimant.claimsSharedId = (owners.get(text) ?? 0) > 1;
    claimant.target?.claimants.push(claimant);
  }
}

function countIds(nodes: readonly { record: { id: string | null } }[]): Map<string, number> {
  const owners = new Map<string, number>();
  for (const { record } of nodes)
    if (record.id !== null) owners.set(record.id, (owners.get(record.id) ?? 0) + 1);
  return owners;
}

/** The record that a record is joined to: rule 1 (each claims the other), else rule 2 (exactly one claims). */
function partnerOf<Self extends LoginRecord | DeliveryRecord, Other extends LoginRecord | DeliveryRecord>(
  node: Node<Self, Other>,
): Node<Other, Self> | null {
  const { target } = node;
  const [claimant] = node.claimants;
  let partner: Node<Other, Self> | null = null;
  if (target !== null && target.target === node) partner = target;
  else if (target !== null && claimsUndisputed(node, target)) partner = target;
  else if (claimant !== undefined && claimsUndisputed(claimant, node)) partner = claimant;
  return partner !== null && node.canBeJoined && partner.canBeJoined ? partner : null;
}

/** Rule 2: the other's own link is empty, and nobody else claims either of them. */
function claimsUndisputed<
  Self extends LoginRecord | DeliveryRecord,
  Other extends LoginRecord | DeliveryRecord,
>(claimant: Node<Self, Other>, claimed: Node<Other, Self>): boolean {
  return (
    claimant.isNamed &&
    claimed.claim.kind === 'none' &&
    claimed.claimants.length === 1 &&
    claimant.claimants.length === 0
  );
}

function customerOf(login: LoginNode | null, delivery: DeliveryNode | null): LinkedCustomer {
  const halves = { login: login?.record ?? null, delivery: delivery?.record ?? null };
  const otherClaimants = [
    ...(login?.claimants ?? []).filter((claimant) => claimant !== delivery),
    ...(delivery?.claimants ?? []).filter((claimant) => claimant !== login),
  ].map((claimant) => claimant.address);

  if (login !== null && delivery !== null) {
    const claimedByLogin = login.target === delivery;
    const claimedByDelivery = delivery.target === login;
    return {
      ...halves,
      state: claimedByLogin && claimedByDelivery ? 'LINKED' : 'HALF_LINKED',
      link: { userId: login.address, customerV2Id: delivery.address },
      conflictingIds: sortedOnce(otherClaimants),
      claimedByLoginOnly: claimedByLogin && !claimedByDelivery,
    };
  }
  const claimText = (login ?? delivery)?.claimText ?? null;
  return {
    ...halves,
    state:
      login !== null
        ? loneState(login, 'ORPHANED_USER')
        : delivery !== null
          ? loneState(delivery, 'ORPHANED_V2')
          : 'CONFLICT',
    link: { userId: login?.address ?? claimText, customerV2Id: delivery?.address ?? claimText },
    conflictingIds: sortedOnce(claimText === null ? otherClaimants : [...otherClaimants, claimText]),
    claimedByLoginOnly: false,
  };
}

function loneState(node: LoginNode | DeliveryNode, orphaned: 'ORPHANED_USER' | 'ORPHANED_V2'): LinkState {
  if (!node.isNamed || node.claimants.length > 0 || node.claim.kind === 'wrongType') return 'CONFLICT';
  if (node.claim.kind === 'none') return orphaned;
  return node.target === null && !node.claimsSharedId ? 'DANGLING' : 'CONFLICT';
}

function sortedOnce(texts: string[]): string[] {
  return [...new Set(texts)].sort();
}
