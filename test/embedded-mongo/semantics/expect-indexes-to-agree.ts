import type { Collection, CreateIndexesOptions, Db, Document, IndexSpecification } from 'mongodb';
import { expect } from 'vitest';
import { type SeededRandom, seededRandom } from '../../support/seeded-random.ts';
import { randomDocument, randomFilter, randomProjection, randomSort, randomUpdate } from './random-query.ts';
import { written } from './values.ts';

interface AnIndex {
  key: IndexSpecification & Document;
  options?: CreateIndexesOptions;
  /** Which documents it has, where it has not all: a hint at it finds no others. */
  has?: Document;
}

const indexes: readonly AnIndex[] = [
  { key: { a: 1 } },
  { key: { a: 1, b: -1 } },
  { key: { b: 1, c: 1, _id: 1 } },
  { key: { 'o.x': 1, 'o.y': -1 } },
  { key: { list: 1, a: 1 } },
  { key: { 'list.k': 1, 'list.v': 1 } },
  { key: { b: -1, 'list.k': 1 } },
  { key: { o: 1 } },
  { key: { 'list.0': 1 } },
  { key: { c: -1 }, options: { sparse: true }, has: { c: { $exists: true } } },
  { key: { a: 1, c: 1 }, options: { partialFilterExpression: { b: { $gt: 2 } } }, has: { b: { $gt: 2 } } },
  { key: { u: 1 }, options: { unique: true, sparse: true }, has: { u: { $exists: true } } },
];

/** How much is asked. */
export interface Amount {
  documents: number;
  queries: number;
}

/**
 * Asks a collection of random documents random queries: by whatever plan the server chooses, and by a hint at each index in
 * turn. All answer as a scan of the collection does, projections, orders and counts included; so they do after updates.
 */
export async function expectIndexesToAgree(
  db: Db,
  seed: number,
  { documents, queries }: Amount,
): Promise<void> {
  const random = seededRandom(seed);
  const rows = db.collection<Document>(`agree${seed}`);
  for (const { key, options = {} } of indexes) await rows.createIndex(key, options);
  const made = Array.from({ length: documents }, (_, i) => randomDocument(random, i));
  // Some have parallel arrays, which no compound index takes.
  await rows.insertMany(made, { ordered: false }).catch((error) => expect(error.code).toBe(171));
  for (let n = 0; n < queries; n++) {
    const note = `seed ${seed}, query ${n}`;
    if (n % 20 === 19) await change(rows, random);
    await compare(rows, randomQuestion(random), indexes[n % indexes.length] as AnIndex, note);
  }
  const valid = await db.command({ validate: rows.collectionName });
  expect(valid, `seed ${seed}`).toMatchObject({ valid: true, errors: [] });
  await rows.drop();
}

interface Question {
  filter: Document;
  sort: Document;
  projection: Document;
  skip: number;
  limit: number;
}

function randomQuestion(random: SeededRandom): Question {
  return {
    filter: randomFilter(random),
    sort: randomSort(random),
    projection: randomProjection(random),
    skip: random.chance(0.25) ? random.below(10) : 0,
    limit: random.chance(0.4) ? 1 + random.below(20) : 0,
  };
}

async function compare(rows: Collection, question: Question, index: AnIndex, note: string): Promise<void> {
  const natural = { $natural: 1 };
  const about = `${note}: ${written(question)} by ${written(index.key)}`;
  const scanned = await answer(rows, question, natural);
  if (scanned !== parallel) {
    const planned = await answer(rows, question);
    if (planned !== parallel) expect(planned, about).toEqual(scanned);
  }
  const { filter } = question;
  const within = index.has === undefined ? filter : { $and: [filter, index.has] };
  const expected =
    index.has === undefined ? scanned : await answer(rows, { ...question, filter: within }, natural);
  const hinted = await answer(rows, question, index.key);
  if (expected !== parallel && hinted !== parallel) expect(hinted, `hint, ${about}`).toEqual(expected);
  const counted = await rows.countDocuments(filter);
  expect(counted, `count, ${about}`).toBe(await rows.countDocuments(filter, { hint: natural }));
  expect(await rows.countDocuments(filter, { hint: index.key }), `count by hint, ${about}`).toBe(
    index.has === undefined ? counted : await rows.countDocuments(within, { hint: natural }),
  );
}

/** Numbers of another type are another answer. */
const asStored = { promoteValues: false, promoteLongs: false };
const parallel = 'parallel arrays';

/** The documents as text, or that they have no order by two arrays. An index that gives the order does not notice. */
async function answer(
  rows: Collection,
  question: Question,
  hint?: Document,
): Promise<string[] | typeof parallel> {
  const { filter, ...options } = question;
  try {
    const found = await rows.find(filter, { ...options, ...asStored, ...(hint ? { hint } : {}) }).toArray();
    return found.map(written);
  } catch (error) {
    if (error instanceof Error && error.message.includes('parallel arrays')) return parallel;
    throw new Error(`Refused: ${written(question)}`, { cause: error });
  }
}

async function change(rows: Collection, random: SeededRandom): Promise<void> {
  const ids = Array.from({ length: 10 }, () => random.below(400));
  await rows.updateMany({ _id: { $in: ids } } as Document, randomUpdate(random)).catch((error) => {
    // Parallel arrays again, and fields of what is no document.
    expect([171, 28]).toContain(error.code);
  });
  await rows.deleteOne({ _id: random.below(400) } as Document);
}
