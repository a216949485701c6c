import type { Filter } from 'mongodb';
import type { CustomerIndexRow } from '../customer-index/customer-index-row.ts';
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
import {
  type IdentifierKeys,
  identifierKeys,
  keysAmong,
  keysOfCustomer,
  matchedKinds,
  maxIdentifierLength,
} from './identifier-keys.ts';
import { nearMissRows } from './near-misses.ts';
import { prepareViews } from './prepare-views.ts';
import { readVerified, seedsOfRows, sourceBehind } from './read-sources.ts';
import { seedsOfIds } from './source-with-id.ts';

export interface FoundCustomer {
  readonly customer: Customer;
  readonly matchedBy: IdentifierKind[];
}

export type FindCustomerResult =
  | ({ readonly kind: 'found' /** As it is stored now. */; readonly source: CustomerSource } & FoundCustomer)
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
  const region = dependencies.settings.defaultPhoneRegion;
  const keys = identifierKeys(identifier, region, mayUseContacts(request.viewer));
  const { rows, total } = await matchingRows(dependencies, keys);
  const seeds = rows.length > 0 ? seedsOfRows(rows) : seedsOfIds(keys.ids);
  const sources = await readVerified(dependencies.database, seeds, {
    loaders: request.loaders,
    selected: new Set([...request.selected, ...decidingFields]),
  });
  const people = sources.map((source) => ({ source, keys: keysOfCustomer(source, region) }));
  const wanted = keysAmong(
    keys,
    people.map((person) => person.keys),
  );
  const matches = people
    // An index row that has grown stale matches on nothing.
    .map((person) => ({ source: person.source, matchedBy: matchedKinds(wanted, person.keys) }))
    .filter(({ matchedBy }) => matchedBy.length > 0);
  const shown = await showFound(dependencies, request, matches.slice(0, maxCandidates));
  const [only] = shown;
  const [match] = matches;
  if (only === undefined || match === undefined) {
    const [nearMisses = []] = await showNearMisses(dependencies, request, [identifier]);
    return { kind: 'notFound', identifier, nearMisses };
  }
  const hasMore = rows.length > maxCandidates;
  // Of more than 20 not all were read: that one of those who were is meant still says nothing of the others.
  if (matches.length === 1 && !hasMore) return { kind: 'found', source: match.source, ...only };
  return {
    kind: 'ambiguous',
    identifier,
    candidates: shown,
    // Up to the limit every row was verified; beyond, the index's own count has to do.
    totalCandidates: hasMore ? Math.max(total, matches.length) : matches.length,
  };
}

/** By these it is decided what a text matches, whether they are shown or not. */
const decidingFields = ['name', 'phone', 'email'];
/** Candidates that are shown of an ambiguous text. */
export const maxCandidates = 20;

async function matchingRows(
  { database }: CustomerDependencies,
  keys: IdentifierKeys,
): Promise<{ rows: Pick<CustomerIndexRow, 'userKey' | 'v2Key' | 'link'>[]; total: number }> {
  const conditions: Filter<CustomerIndexRow>[] = [{ ids: { $in: [...keys.ids] } }];
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

/** Those whom a text means, as they are shown. */
export async function showFound(
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

/** Who is nearly meant by each of some texts that mean nobody; the nearest first, at most 5 of each. */
export async function showNearMisses(
  dependencies: CustomerDependencies,
  request: CustomerRequest,
  identifiers: readonly string[],
): Promise<FoundCustomer[][]> {
  const near = await nearMissRows(dependencies, identifiers, mayUseContacts(request.viewer));
  const rows = near.flat().map(({ row }) => row);
  const sources =
    rows.length === 0 ? [] : await readVerified(dependencies.database, seedsOfRows(rows), request);
  const matches = near.map((ofText) =>
    ofText.flatMap(({ row, matchedBy }) => {
      const source = sourceBehind(sources, row);
      return source === null ? [] : [{ source, matchedBy }];
    }),
  );
  const shown = await showFound(dependencies, request, matches.flat());
  let end = 0;
  return matches.map(({ length }) => {
    end += length;
    return shown.slice(end - length, end);
  });
}
