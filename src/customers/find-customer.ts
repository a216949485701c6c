import type { Filter } from 'mongodb';
import { canonicalEmail } from '../customer-index/canonical-email.ts';
import { canonicalPhone } from '../customer-index/canonical-phone.ts';
import type { CustomerIndexRow } from '../customer-index/customer-index-row.ts';
import { normalizeName } from '../customer-index/normalize-name.ts';
import { AppError, badInput } from '../errors.ts';
import {
  type CustomerDependencies,
  type CustomerRequest,
  mayUseContacts,
  readsEverybody,
} from './customer-access.ts';
import type { IdentifierKind } from './customer-enums.ts';
import type { Customer } from './customer-type.ts';
import type { CustomerSource } from './customer-view.ts';
import { nearMissRows } from './near-misses.ts';
import { prepareViews } from './prepare-views.ts';
import { readVerified, seedsOfRows, sourceBehind } from './read-sources.ts';

export interface FoundCustomer {
  readonly customer: Customer;
  readonly matchedBy: IdentifierKind[];
}

export type FindCustomerResult =
  | ({ readonly kind: 'found' } & FoundCustomer)
  | {
      readonly kind: 'ambiguous';
      readonly identifier: string;
      readonly candidates: FoundCustomer[];
      readonly totalCandidates: number;
    }
  | { readonly kind: 'notFound'; readonly identifier: string; readonly nearMisses: FoundCustomer[] };

/**
 * Who is meant by a text: it is looked up as id, e-mail, phone and whole name. One distinct customer over all kinds is
 * found, several are ambiguous, none gives near misses. Analysts find by id and name only.
 *
 * @throws AppError BAD_USER_INPUT naming `identifier` for empty or over-long text.
 */
export async function findCustomer(
  dependencies: CustomerDependencies,
  request: CustomerRequest,
  typed: string,
): Promise<FindCustomerResult> {
  if (!readsEverybody(request.viewer)) throw new AppError('FORBIDDEN', 'Only staff may look customers up.');
  const identifier = typed.trim();
  if (identifier === '') throw badInput('identifier', 'identifier must not be empty.');
  if (identifier.length > maxIdentifierLength) {
    throw badInput('identifier', `identifier takes at most ${maxIdentifierLength} characters.`);
  }
  const keys = keysOf(identifier, dependencies, mayUseContacts(request.viewer));
  const { rows, total } = await matchingRows(dependencies, keys);
  const seeds = rows.length > 0 ? seedsOfRows(rows) : { loginIds: [identifier], deliveryIds: [identifier] };
  const sources = await readVerified(dependencies.database, seeds, {
    loaders: request.loaders,
    selected: new Set([...request.selected, ...decidingFields]),
  });
  const matches = sources
    .map((source) => ({ source, matchedBy: matchedKinds(source, keys, dependencies) }))
    .filter(({ matchedBy }) => matchedBy.length > 0);
  const shown = await show(dependencies, request, matches.slice(0, maxCandidates));
  const [only] = shown;
  if (only === undefined) {
    const nearMisses = await showNearMisses(dependencies, request, identifier);
    return { kind: 'notFound', identifier, nearMisses };
  }
  if (matches.length === 1) return { kind: 'found', ...only };
  return {
    kind: 'ambiguous',
    identifier,
    candidates: shown,
    // Up to the limit every row was verified; beyond, the index's own count has to do.
    totalCandidates: rows.length > maxCandidates ? Math.max(total, matches.length) : matches.length,
  };
}

/** By these it is decided what a text matches, whether they are shown or not. */
const decidingFields = ['name', 'phone', 'email'];
const maxIdentifierLength = 320;
const maxCandidates = 20;

/** What a text is under each kind of look-up; null where it cannot be one. */
interface IdentifierKeys {
  readonly id: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly name: string | null;
}

function keysOf(identifier: string, { settings }: CustomerDependencies, contacts: boolean): IdentifierKeys {
  return {
    id: identifier,
    email: contacts ? canonicalEmail(identifier) : null,
    phone: contacts ? canonicalPhone(identifier, settings.defaultPhoneRegion) : null,
    name: normalizeName(identifier) || null,
  };
}

async function matchingRows(
  { database }: CustomerDependencies,
  keys: IdentifierKeys,
): Promise<{ rows: Pick<CustomerIndexRow, 'userKey' | 'v2Key' | 'link'>[]; total: number }> {
  const conditions: Filter<CustomerIndexRow>[] = [{ ids: keys.id }];
  if (keys.email !== null) conditions.push({ emails: keys.email });
  if (keys.phone !== null) conditions.push({ phones: keys.phone });
  if (keys.name !== null) conditions.push({ names: keys.name });
  const filter = { $or: conditions };
  const rows = await database.customerIndex
    .find(filter, { projection: { userKey: 1, v2Key: 1, link: 1 } })
    .limit(maxCandidates + 1)
    .toArray();
  const total =
    rows.length > maxCandidates ? await database.customerIndex.countDocuments(filter) : rows.length;
  return { rows, total };
}

/** On what a customer, as stored now, matches; an index row that has grown stale matches on nothing. */
function matchedKinds(
  source: CustomerSource,
  keys: IdentifierKeys,
  { settings }: CustomerDependencies,
): IdentifierKind[] {
  const halves = [source.delivery, source.login].filter((half) => half !== null);
  const matched: IdentifierKind[] = [];
  const addresses = [source.id, ...halves.map((half) => half.keyText)];
  if (source.login !== null && source.link.userId !== null) addresses.push(source.link.userId);
  if (addresses.includes(keys.id)) matched.push('ID');
  if (keys.email !== null && halves.some((half) => canonicalEmail(half.email) === keys.email))
    matched.push('EMAIL');
  if (
    keys.phone !== null &&
    halves.some((half) => canonicalPhone(half.phone, settings.defaultPhoneRegion) === keys.phone)
  ) {
    matched.push('PHONE');
  }
  if (keys.name !== null && halves.some((half) => normalizeName(half.name) === keys.name))
    matched.push('NAME');
  return matched;
}

async function show(
  dependencies: CustomerDependencies,
  request: CustomerRequest,
  matches: readonly { source: CustomerSource; matchedBy: IdentifierKind[] }[],
): Promise<FoundCustomer[]> {
  const views = await prepareViews(
    dependencies,
    request,
    matches.map(({ source }) => source),
  );
  return views.map((customer, index) => ({ customer, matchedBy: matches[index]?.matchedBy ?? [] }));
}

async function showNearMisses(
  dependencies: CustomerDependencies,
  request: CustomerRequest,
  identifier: string,
): Promise<FoundCustomer[]> {
  const near = await nearMissRows(dependencies, identifier, mayUseContacts(request.viewer));
  const sources = await readVerified(dependencies.database, seedsOfRows(near.map(({ row }) => row)), request);
  const matches = near.flatMap(({ row, matchedBy }) => {
    const source = sourceBehind(sources, row);
    return source === null ? [] : [{ source, matchedBy }];
  });
  return show(dependencies, request, matches);
}
