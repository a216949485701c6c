import type {
  AggregateOptions,
  Collection,
  Document,
  FindOneAndUpdateOptions,
  FindOptions,
  UpdateOptions,
} from 'mongodb';
import { written, writtenAll } from './values.ts';

/** A refusal by its code, and a part of its message where the code alone says little. */
export class Refused {
  readonly code: number;
  readonly message: string;

  constructor(code: number, message: string) {
    this.code = code;
    this.message = message;
  }
}

export const refused = (code: number, message = '') => new Refused(code, message);

/** One row of a table: what is done to an empty collection, and what MongoDB answers. */
export interface Row {
  readonly title: string;
  readonly expected: unknown;
  run(collection: Collection): Promise<unknown>;
}

/** Rows on one subject. `page` is the page of MongoDB's manual (7.0) that says so. */
export interface Table {
  readonly area: string;
  readonly page: string;
  /** The documents that every row finds; absent where each row brings its own. */
  readonly documents?: readonly Document[];
  readonly rows: readonly Row[];
}

interface Subject {
  area: string;
  page: string;
}

type Documents = Subject & { documents: Document[] };

/** Filters on the same documents, and the `_id`s found, in the order in which they were inserted. */
export function filters(
  { area, page, documents }: Documents,
  rows: [filter: Document, ids: unknown[] | Refused, options?: FindOptions][],
): Table {
  return table({ area, page, documents }, rows, (filter, options) => ({
    title: written(filter),
    run: async (collection) => ids(await collection.find(filter, options).toArray()),
  }));
}

/** Sort orders of the same documents, and the order of their `_id`s. Ties keep the order of insertion here. */
export function sorts(
  { area, page, documents }: Documents,
  rows: [sort: Document, ids: unknown[] | Refused, options?: FindOptions & { filter?: Document }][],
): Table {
  return table({ area, page, documents }, rows, (sort, options = {}) => {
    const { filter = {}, ...rest } = options;
    return {
      title: written({ sort, ...options }),
      run: async (collection) =>
        ids(await collection.find(filter, { ...rest, sort: sort as never }).toArray()),
    };
  });
}

/** Projections of the same documents, those found by `filter` or all, as they come out. */
export function projections(
  { area, page, documents }: Documents,
  rows: [projection: Document, written: string | Refused, filter?: Document][],
): Table {
  return table({ area, page, documents }, rows, (projection, filter = {}) => ({
    title: `${written(projection)} of ${written(filter)}`,
    run: async (collection) => writtenAll(await collection.find(filter, { projection }).toArray()),
  }));
}

/** The values of a field. */
export function distincts(
  { area, page, documents }: Documents,
  rows: [field: string, written: string, filter?: Document, options?: Document][],
): Table {
  return table({ area, page, documents }, rows, (field, filter = {}, options = {}) => ({
    title: `${field} of ${written(filter)}`,
    run: async (collection) => written(await collection.distinct(field, filter, options)),
  }));
}

/** Pipelines over the same documents, and the documents that come out. */
export function pipelines(
  { area, page, documents }: Documents,
  rows: [pipeline: Document[], written: string | Refused, options?: AggregateOptions][],
): Table {
  return table({ area, page, documents }, rows, (pipeline, options) => ({
    title: written(pipeline),
    run: async (collection) => writtenAll(await collection.aggregate(pipeline, options).toArray()),
  }));
}

/** Expressions on one document. */
export function expressions(
  subject: Subject & { document?: Document },
  rows: [expression: unknown, written: string | Refused][],
): Table {
  const documents = [{ _id: 1, ...subject.document }];
  return table({ ...subject, documents }, rows, (expression) => ({
    title: written(expression),
    run: async (collection) => {
      const [result] = await collection.aggregate([{ $replaceWith: { r: expression } }]).toArray();
      return result && 'r' in result ? written(result.r) : 'missing';
    },
  }));
}

type Change = Document | Document[];

/**
 * Updates of one document (its `_id` is 1, and not written), and what it is afterwards; `unchanged` when the server
 * counts no modification. Refused updates leave the document as it was.
 */
export function updates(
  subject: Subject,
  rows: [
    document: Document,
    update: Change,
    written: string | Refused,
    options?: UpdateOptions & { filter?: Document },
  ][],
): Table {
  return {
    ...subject,
    rows: rows.map(([document, update, expected, options = {}]) => ({
      title: `${written(document)} ${written(update)}${Object.keys(options).length ? ` ${written(options)}` : ''}`,
      expected,
      run: async (collection) => {
        const { filter = {}, ...rest } = options;
        await keepOnly(collection, document);
        const result = await updateOrReplace(collection, { _id: 1, ...filter }, update, rest).catch(
          async (error: unknown) => {
            const { _id, ...after } = (await collection.findOne()) as Document;
            if (written(after) === written(document)) throw error;
            throw new Error('The refused update changed the document', { cause: error });
          },
        );
        if (Number(result.matchedCount) !== 1) return 'not found';
        if (Number(result.modifiedCount) === 0) return 'unchanged';
        const { _id, ...after } = (await collection.findOne()) as Document;
        return written(after);
      },
    })),
  };
}

/** Upserts into an empty collection, and what is inserted; a generated `_id` is written as `generated`. */
export function upserts(
  subject: Subject,
  rows: [filter: Document, update: Change, written: string | Refused, options?: UpdateOptions][],
): Table {
  return {
    ...subject,
    rows: rows.map(([filter, update, expected, options = {}]) => ({
      title: `${written(filter)} ${written(update)}`,
      expected,
      run: async (collection) => {
        const result = await updateOrReplace(collection, filter, update, { ...options, upsert: true });
        const document = await collection.findOneAndDelete({});
        if (Number(result.upsertedCount) !== 1) return 'not inserted';
        return written(document).replace(/^\{ _id: ObjectId\(\w{24}\)/, '{ _id: generated');
      },
    })),
  };
}

/** What findAndModify answers with the document `{ _id: 1, ...document }`: before, or after with `new`. */
export function modifications(
  subject: Subject,
  rows: [
    document: Document,
    update: Document,
    written: string | Refused,
    options?: FindOneAndUpdateOptions & { filter?: Document },
  ][],
): Table {
  return {
    ...subject,
    rows: rows.map(([document, update, expected, options = {}]) => ({
      title: `${written(document)} ${written(update)} ${written(options)}`,
      expected,
      run: async (collection) => {
        const { filter = {}, ...rest } = options;
        await collection.deleteMany({});
        await keepOnly(collection, document);
        return written(await collection.findOneAndUpdate(filter, update, rest));
      },
    })),
  };
}

/**
 * Joins `l` of some documents with `f` of others. Written is which `_id`s were found, as `1: 4 5; 2:`. Changes of the
 * `$lookup` that are undefined take something out of it.
 */
export function lookups(
  { area, page, foreign }: Subject & { foreign: Document[] },
  rows: [title: string, local: Document[], change: Document, written: string, options?: AggregateOptions][],
): Table {
  return {
    area,
    page,
    rows: rows.map(([title, local, change, expected, options = {}]) => ({
      title,
      expected,
      run: async (collection) => {
        const other = collection.db.collection(`${collection.collectionName}foreign`);
        if (!(await other.findOne())) await other.insertMany([...foreign]);
        await collection.deleteMany({});
        await collection.insertMany([...local]);
        const lookup = { from: other.collectionName, localField: 'l', foreignField: 'f', as: 'o', ...change };
        const pipeline = [{ $lookup: lookup }, { $project: { ids: '$o._id' } }];
        const found = await collection.aggregate(pipeline, { ignoreUndefined: true, ...options }).toArray();
        return found.map(({ _id, ids }) => [`${_id}:`, ...ids].join(' ')).join('; ');
      },
    })),
  };
}

/** Questions of their own kind, each asked with these documents and no index in the collection. */
export function questions(
  subject: Subject,
  documents: Document[],
  rows: [title: string, expected: unknown, ask: (collection: Collection) => Promise<unknown>][],
): Table {
  return {
    ...subject,
    rows: rows.map(([title, expected, ask]) => ({
      title,
      expected,
      run: async (collection) => {
        await collection.drop();
        await collection.insertMany([...documents]);
        return ask(collection);
      },
    })),
  };
}

function table<Question, Option, Further>(
  subject: Documents,
  rows: [question: Question, expected: unknown, option?: Option, further?: Further][],
  ask: (question: Question, option?: Option, further?: Further) => Omit<Row, 'expected'>,
): Table {
  return {
    ...subject,
    rows: rows.map(([question, expected, option, further]) => ({
      expected,
      ...ask(question, option, further),
    })),
  };
}

/** Makes the document of `_id` 1 this one. */
async function keepOnly(collection: Collection, document: Document): Promise<void> {
  await collection.replaceOne({ _id: 1 } as Document, document, { upsert: true });
}

function updateOrReplace(
  collection: Collection,
  filter: Document,
  update: Change,
  options: UpdateOptions,
): Promise<{ matchedCount: number; modifiedCount: number; upsertedCount: number }> {
  const isReplacement = !Array.isArray(update) && !Object.keys(update)[0]?.startsWith('$');
  return isReplacement
    ? (collection.replaceOne(filter, update, options as never) as never)
    : collection.updateOne(filter, update, options);
}

function ids(documents: Document[]): unknown[] {
  return documents.map((document) => Number(document._id));
}
