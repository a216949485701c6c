import type { Document, Filter } from 'mongodb';
import type { CustomerIndexRow } from '../customer-index/customer-index-row.ts';
import type { IndexSettings } from '../customer-index/customer-index-rows.ts';
import type { Seeds } from '../customer-index/neighbourhood.ts';
import { maxCandidates } from '../customers/find-customer.ts';
import { idSpellings } from '../customers/id-spellings.ts';
import { type IdentifierKeys, identifierKeys } from '../customers/identifier-keys.ts';
import { seedsOfRows } from '../customers/read-sources.ts';
import { seedsOfIds } from '../customers/source-with-id.ts';
import type { Database } from '../database/collections.ts';
import { anyOf, loginLimit, loginUnions, type PossibleLogin, withThoseLeftOut } from './possible-logins.ts';

/** Texts that mean customers, texts that mean delivery boys, and rows of customers that are known already. */
export interface WantedPeople {
  readonly customers: readonly string[];
  readonly deliveryBoys: readonly string[];
  readonly rows: readonly CustomerPlace[];
}

/** The part of an index row by which a customer is found again, with whoever delivers. */
export type CustomerPlace = Pick<CustomerIndexRow, '_id' | 'userKey' | 'v2Key' | 'link' | 'deliveryBoyId'>;

export const placeProjection = { userKey: 1, v2Key: 1, link: 1, deliveryBoyId: 1 } as const;

export interface FoundPeople {
  /** Where everybody who may be meant is read, with everybody by whom that is decided. */
  readonly seeds: Seeds & Required<Pick<Seeds, 'loginIds' | 'readAlong'>>;
  /** How many customers the index knows, of every text that means more than 20, and perhaps of others. */
  readonly totals: ReadonlyMap<string, number>;
}

/**
 * Looks up in the index whom texts may mean: one command for all of them, two more for each text that means more than 20
 * customers, and one for each where all of them mean more than 20 logins each.
 */
export async function findPeople(
  database: Database,
  settings: IndexSettings,
  wanted: WantedPeople,
): Promise<FoundPeople> {
  const keys = new Map(wanted.customers.map((text) => [text, keysOf(text, settings)]));
  const boys = wanted.deliveryBoys.map((text) => keysOf(text, settings));
  const limit = (maxCandidates + 1) * Math.max(1, keys.size);
  const { rows, logins } = await lookUp(database, customerFilter([...keys.values()]), limit, boys);
  const { byText, tooMany } = sortRows(rows, keys, rows.length === limit);
  const totals = new Map<string, number>();
  for (const text of tooMany) {
    const filter = customerFilter([keysOf(text, settings)]);
    const some = database.customerIndex.find(filter, { projection: placeProjection });
    byText.set(text, await some.limit(maxCandidates + 1).toArray());
    totals.set(text, await database.customerIndex.countDocuments(filter));
  }
  const places = [...[...byText.values()].flat(), ...wanted.rows];
  return { seeds: seedsOf(places, wanted, byText, logins), totals };
}

type MatchedRow = CustomerPlace & Pick<CustomerIndexRow, 'ids' | 'emails' | 'phones' | 'names'>;

function keysOf(text: string, settings: IndexSettings): IdentifierKeys {
  return identifierKeys(text, settings.defaultPhoneRegion, true);
}

async function lookUp(
  database: Database,
  filter: Filter<CustomerIndexRow>,
  limit: number,
  boys: readonly IdentifierKeys[],
): Promise<{ rows: MatchedRow[]; logins: PossibleLogin[] }> {
  const found = await database.customerIndex
    .aggregate<Document>(
      [
        { $match: filter },
        { $limit: limit },
        { $project: { ...placeProjection, ids: 1, emails: 1, phones: 1, names: 1 } },
        ...loginUnions(database, boys),
      ],
      { batchSize: limit + 2 * loginLimit(boys) + 1 },
    )
    .toArray();
  const logins = found.filter((document) => 'recordId' in document) as PossibleLogin[];
  return {
    rows: found.filter((document) => 'link' in document) as MatchedRow[],
    logins: await withThoseLeftOut(database, boys, logins),
  };
}

function customerFilter(keys: readonly IdentifierKeys[]): Filter<CustomerIndexRow> {
  return anyOf({
    ids: keys.flatMap(({ ids }) => ids),
    emails: keys.map(({ email }) => email),
    phones: keys.map(({ phone }) => phone),
    names: keys.map(({ name }) => name),
  });
}

/** The rows that each text finds. Where the limit was met, it may have left out anybody's. */
function sortRows(
  rows: readonly MatchedRow[],
  keys: ReadonlyMap<string, IdentifierKeys>,
  limitMet: boolean,
): { byText: Map<string, CustomerPlace[]>; tooMany: string[] } {
  const texts = new Map<string, string[]>();
  for (const [text, { ids, email, phone, name }] of keys) {
    for (const key of [...ids.map((id) => `id ${id}`), `email ${email}`, `phone ${phone}`, `name ${name}`])
      texts.set(key, [...(texts.get(key) ?? []), text]);
  }
  const byText = new Map<string, CustomerPlace[]>();
  for (const row of rows) {
    const found = [
      ...row.ids.map((id) => `id ${id}`),
      ...row.emails.map((email) => `email ${email}`),
      ...row.phones.map((phone) => `phone ${phone}`),
      ...row.names.map((name) => `name ${name}`),
    ].flatMap((key) => texts.get(key) ?? []);
    for (const text of new Set(found)) byText.set(text, [...(byText.get(text) ?? []), row]);
  }
  const tooMany = [...keys.keys()].filter(
    (text) => limitMet || (byText.get(text)?.length ?? 0) > maxCandidates,
  );
  return { byText, tooMany };
}

function seedsOf(
  places: readonly CustomerPlace[],
  { customers, deliveryBoys }: WantedPeople,
  byText: ReadonlyMap<string, readonly CustomerPlace[]>,
  logins: readonly PossibleLogin[],
): FoundPeople['seeds'] {
  const seeds = seedsOfRows(places);
  // The index may not know yet what was stored a moment ago.
  const unknown = seedsOfIds(
    customers.filter((text) => (byText.get(text) ?? []).length === 0).flatMap(idSpellings),
  );
  const boys = seedsOfIds(deliveryBoys.flatMap(idSpellings));
  return {
    ...seeds,
    loginKeys: [
      ...(seeds.loginKeys ?? []),
      ...logins.map(({ recordId }) => recordId),
      ...boys.loginKeys,
      ...unknown.loginKeys,
    ],
    deliveryKeys: [...(seeds.deliveryKeys ?? []), ...unknown.deliveryKeys],
    loginIds: [...(seeds.loginIds ?? []), ...logins.map(({ id }) => id).filter((id) => id !== null)],
    possibleLoginIds: [...(seeds.possibleLoginIds ?? []), ...unknown.possibleLoginIds],
    possibleDeliveryIds: [...(seeds.possibleDeliveryIds ?? []), ...unknown.possibleDeliveryIds],
    // Of a delivery boy himself is asked, not of whom he is linked to.
    readAlong: [
      ...boys.possibleLoginIds,
      ...places.map(({ deliveryBoyId }) => deliveryBoyId).filter((id) => id !== null),
    ],
  };
}
