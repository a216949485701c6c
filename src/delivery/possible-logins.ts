import type { Document, Filter } from 'mongodb';
import { maxCandidates } from '../customers/find-customer.ts';
import type { IdentifierKeys } from '../customers/identifier-keys.ts';
import type { Database, IndexedRecord } from '../database/collections.ts';

/** A login that a text for a delivery boy may mean, as the index knows it. */
export type PossibleLogin = Pick<IndexedRecord, 'recordId' | 'id' | 'staffRole'>;

/** Logins of each kind that are taken of some texts. */
export function loginLimit(texts: readonly IdentifierKeys[]): number {
  return (maxCandidates + 1) * Math.max(1, texts.length);
}

/**
 * Stages that add to whatever is read the logins that texts may mean. Delivery boys have a limit of their own: hundreds of
 * customers who have the same phone do not hide whom it means.
 */
export function loginUnions({ indexedRecords }: Database, texts: readonly IdentifierKeys[]): Document[] {
  return kinds.map(({ filter }) => ({
    $unionWith: {
      coll: indexedRecords.collectionName,
      pipeline: [
        { $match: filter(texts) },
        { $limit: loginLimit(texts) },
        { $project: { recordId: 1, id: 1, staffRole: 1 } },
      ],
    },
  }));
}

/**
 * What these stages have found, and where a limit was met, so that the many of one text may have left out those of another,
 * up to 21 of each text. No command where it was not.
 */
export async function withThoseLeftOut(
  { indexedRecords }: Database,
  texts: readonly IdentifierKeys[],
  found: readonly PossibleLogin[],
): Promise<PossibleLogin[]> {
  const logins = [...found];
  for (const { isOf, filter } of kinds) {
    if (texts.length < 2 || found.filter(isOf).length < loginLimit(texts)) continue;
    for (const text of texts) {
      const some = indexedRecords.find(filter([text]), { projection: { recordId: 1, id: 1, staffRole: 1 } });
      logins.push(...(await some.limit(maxCandidates + 1).toArray()));
    }
  }
  return logins;
}

/** A condition that one of the fields has one of its values; nobody fulfils it without any. */
export function anyOf(
  fields: Readonly<Record<string, readonly (string | null)[]>>,
  further: Readonly<Record<string, Document>> = {},
): Document {
  const conditions = Object.entries(fields).flatMap(([field, values]) => {
    const wanted = [...new Set(values.filter((value) => value !== null))];
    return wanted.length === 0 ? [] : [{ ...further[field], [field]: { $in: wanted } }];
  });
  return conditions.length === 0 ? { _id: { $in: [] } } : { $or: conditions };
}

interface LoginKind {
  readonly isOf: (login: PossibleLogin) => boolean;
  readonly filter: (texts: readonly IdentifierKeys[]) => Filter<IndexedRecord>;
}

/** Those who may be meant; and whoever else is found, to be named in a refusal, customers not by their names. */
const kinds: readonly LoginKind[] = [
  {
    isOf: ({ staffRole }) => staffRole === 'delivery_boy',
    filter(texts) {
      const deliver = { staffRole: 'delivery_boy' };
      return anyOf(valuesOf(texts), { email: deliver, phone: deliver, nameKey: deliver });
    },
  },
  {
    isOf: ({ staffRole }) => staffRole !== 'delivery_boy',
    filter: (texts) => ({
      source: 'user',
      staffRole: { $ne: 'delivery_boy' },
      ...anyOf(valuesOf(texts), { nameKey: { staffRole: { $in: ['admin', 'analyst', 'unknown'] } } }),
    }),
  },
];

function valuesOf(texts: readonly IdentifierKeys[]) {
  return {
    email: texts.map(({ email }) => email),
    phone: texts.map(({ phone }) => phone),
    nameKey: texts.map(({ name }) => name),
  };
}
