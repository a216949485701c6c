import type { IndexSettings } from '../customer-index/customer-index-rows.ts';
import { linkCustomers, type StoredRecords } from '../customer-index/link-graph.ts';
import type { IdentifierKind } from '../customers/customer-enums.ts';
import type { CustomerSource } from '../customers/customer-view.ts';
import { maxCandidates } from '../customers/find-customer.ts';
import { idSpellings } from '../customers/id-spellings.ts';
import {
  identifierKeys,
  keysOfCustomer,
  type MatchableKeys,
  matchedKinds,
} from '../customers/identifier-keys.ts';
import { sourceOf } from '../customers/source-of.ts';
import { addressedBy } from '../customers/source-with-id.ts';
import type { DeliveryRecord } from '../database/stored-documents.ts';
import { type AssignmentOutcome, personText, refused } from './assignment-outcome.ts';

/** Customers among stored records, as they are linked now. */
export interface Customers {
  readonly sources: readonly { readonly source: CustomerSource; readonly keys: MatchableKeys }[];
  readonly settings: IndexSettings;
  /** How many the index knows, of every text that means more than 20, and perhaps of others. */
  readonly totals: ReadonlyMap<string, number>;
}

export function customersAmong(
  records: StoredRecords,
  settings: IndexSettings,
  totals: ReadonlyMap<string, number>,
): Customers {
  const sources = linkCustomers(records).map((customer) => {
    // Nothing here is decided by passwords; who shows the customer reads them.
    const source = sourceOf(customer, { passwordExpiresAt: null, credentialsPending: false });
    return { source, keys: keysOfCustomer(source, settings.defaultPhoneRegion) };
  });
  return { sources, settings, totals };
}

/** A customer with a delivery record that can be given a delivery boy. */
export interface Assignable {
  readonly kind: 'assignable';
  readonly source: CustomerSource;
  /** The definitive record. */
  readonly delivery: DeliveryRecord;
}

/**
 * The one customer whom a text means, or why nobody can be assigned by it. An id that a login and a delivery record share
 * means the delivery record.
 */
export function resolveCustomer(customers: Customers, identifier: string): Assignable | AssignmentOutcome {
  const wanted = identifierKeys(identifier, customers.settings.defaultPhoneRegion, true);
  const addressed = addressedSources(customers, identifier);
  const matches = customers.sources
    .map(({ source, keys }) => {
      const byContents = matchedKinds(wanted, keys).filter((kind) => kind !== 'ID');
      const matchedBy: IdentifierKind[] = addressed.includes(source) ? ['ID', ...byContents] : byContents;
      return { source, matchedBy };
    })
    .filter(({ matchedBy }) => matchedBy.length > 0);
  const [only] = matches;
  if (only === undefined) return { kind: 'customerNotFound', identifier };
  const total = customers.totals.get(identifier) ?? 0;
  // Of more than 20 not all were read: that one of those who were is meant still says nothing of the others.
  if (matches.length === 1 && total <= maxCandidates) return requireDelivery(only.source);
  const sorted = matches.toSorted((one, other) => (placeOf(one.source) < placeOf(other.source) ? -1 : 1));
  return {
    kind: 'customerAmbiguous',
    identifier,
    matches: sorted.slice(0, maxCandidates),
    total: Math.max(matches.length, total),
  };
}

/** Whom an id addresses as it was typed; else whom a uuid addresses in lower and in upper case, who may be two. */
function addressedSources(customers: Customers, identifier: string): CustomerSource[] {
  const sources = customers.sources.map(({ source }) => source);
  const [exact = null, ...others] = idSpellings(identifier).map((id) => addressedBy(sources, id));
  return [...new Set(exact === null ? others : [exact])].filter((source) => source !== null);
}

/** The customer of a delivery record; null when it is gone. */
export function customerOfRecord(
  customers: Customers,
  isRecord: (delivery: DeliveryRecord) => boolean,
): Assignable | AssignmentOutcome | null {
  const found = customers.sources.find(({ source: { delivery } }) => delivery !== null && isRecord(delivery));
  return found === undefined ? null : requireDelivery(found.source);
}

function requireDelivery(source: CustomerSource): Assignable | AssignmentOutcome {
  const { delivery, login, state, link } = source;
  if (delivery === null) {
    if (state !== 'CONFLICT' || login === null) return { kind: 'noDeliveryRecord', source };
    return refused(
      'CONFLICT',
      `The login of ${personText(login)} is in conflict over its delivery record. Clear the wrong link with clearLink first.`,
    );
  }
  if (delivery.id !== null && link.customerV2Id !== delivery.id) {
    return refused(
      'CONFLICT',
      `Several delivery records have the id of ${personText(delivery)} (${delivery.id}), so it names nobody. Give each an id of its own first.`,
    );
  }
  return { kind: 'assignable', source, delivery };
}

function placeOf({ delivery, login }: CustomerSource): string {
  return delivery === null ? `user/${login?.key}` : `v2/${delivery.key}`;
}
