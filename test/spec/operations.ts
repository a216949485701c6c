import {
  type AnyBulkWriteOperation,
  type BulkWriteOptions,
  type ClientSession,
  Collection,
  Db,
  type Document,
  MongoClient,
} from 'mongodb';
import { type Entities, withReadPreference } from './entities.ts';
import { expectError } from './expect-error.ts';
import type { Operation } from './format.ts';
import { Mismatch, match, text } from './match.ts';

/** What operations work on. */
export interface Run {
  entities: Entities;
  /** The runner's own client: it sets fail points and looks at outcomes. */
  own: MongoClient;
}

/** What this runner cannot do; the test counts as skipped. */
export class NotRunnable extends Error {}

/**
 * Runs one operation and compares what comes of it. Throws a Mismatch where that is something else, and inside the
 * callback of `withTransaction` the error itself too, since the driver has to see it.
 */
export async function runOperation(operation: Operation, run: Run, inCallback = false): Promise<void> {
  const perform = operations[operation.name];
  if (perform === undefined) throw new NotRunnable(`the runner has no operation ${operation.name}`);
  const given = { ...operation.arguments };
  if (typeof given.session === 'string') given.session = run.entities.session(given.session);
  let result: unknown;
  try {
    result = await perform(operation.object, given, run);
  } catch (error) {
    if (error instanceof Mismatch || error instanceof NotRunnable) throw error;
    if (operation.expectError === undefined) {
      if (inCallback) throw error;
      if (operation.ignoreResultAndError) return;
      throw new Mismatch(`${operation.name} failed: ${String(error)}`);
    }
    expectError(error, operation.expectError, run.entities);
    if (inCallback) throw error;
    return;
  }
  if (operation.ignoreResultAndError) return;
  if (operation.expectError !== undefined) {
    throw new Mismatch(`${operation.name} succeeded with ${text(result)}; expected an error`);
  }
  if (operation.expectResult !== undefined) {
    match(operation.expectResult, result, run.entities, operation.name);
  }
  if (operation.saveResultAsEntity !== undefined) run.entities.save(operation.saveResultAsEntity, result);
}

type Perform = (object: string, given: Document, run: Run) => Promise<unknown>;

function onCollection(perform: (collection: Collection, given: Document) => Promise<unknown>): Perform {
  return (object, given, { entities }) => perform(entities.collection(object), given);
}

function onSession(
  perform: (session: ClientSession, given: Document, run: Run) => Promise<unknown>,
): Perform {
  return (object, given, run) => perform(run.entities.session(object), given, run);
}

const operations: Readonly<Record<string, Perform>> = {
  insertOne: onCollection((collection, { document, ...options }) =>
    collection.insertOne({ ...document }, options),
  ),
  insertMany: onCollection((collection, { documents, ...options }) =>
    collection.insertMany(
      documents.map((document: Document) => ({ ...document })),
      options,
    ),
  ),
  updateOne: onCollection(async (collection, { filter, update, ...options }) =>
    withoutNullId(await collection.updateOne(filter, update, options)),
  ),
  updateMany: onCollection(async (collection, { filter, update, ...options }) =>
    withoutNullId(await collection.updateMany(filter, update, options)),
  ),
  replaceOne: onCollection(async (collection, { filter, replacement, ...options }) =>
    withoutNullId(await collection.replaceOne(filter, replacement, options)),
  ),
  deleteOne: onCollection((collection, { filter, ...options }) => collection.deleteOne(filter, options)),
  deleteMany: onCollection((collection, { filter, ...options }) => collection.deleteMany(filter, options)),
  bulkWrite: onCollection((collection, { requests, ...options }) =>
    collection.bulkWrite(requests as AnyBulkWriteOperation[], options as BulkWriteOptions),
  ),
  find: onCollection((collection, { filter, ...options }) => collection.find(filter, options).toArray()),
  findOne: onCollection((collection, { filter, ...options }) => collection.findOne(filter, options)),
  findOneAndDelete: onCollection((collection, { filter, ...options }) =>
    collection.findOneAndDelete(filter, options),
  ),
  findOneAndReplace: onCollection((collection, { filter, replacement, ...options }) =>
    collection.findOneAndReplace(filter, replacement, withReturnDocument(options)),
  ),
  findOneAndUpdate: onCollection((collection, { filter, update, ...options }) =>
    collection.findOneAndUpdate(filter, update, withReturnDocument(options)),
  ),
  distinct: onCollection((collection, { fieldName, filter, ...options }) =>
    collection.distinct(fieldName, filter, options),
  ),
  count: onCollection((collection, { filter, ...options }) => collection.count(filter, options)),
  countDocuments: onCollection((collection, { filter, ...options }) =>
    collection.countDocuments(filter, options),
  ),
  estimatedDocumentCount: onCollection((collection, options) => collection.estimatedDocumentCount(options)),
  dropIndex: onCollection((collection, { name, ...options }) => collection.dropIndex(name, options)),
  listIndexes: onCollection((collection, options) => collection.listIndexes(options).toArray()),
  rename: onCollection((collection, { to, ...options }) => collection.rename(to, options)),
  createIndex: onCollection((collection, { keys, ...options }) => collection.createIndex(keys, options)),
  aggregate: (object, { pipeline, ...options }, { entities }) => {
    const target = entities.get(object);
    if (target instanceof Collection || target instanceof Db) {
      return target.aggregate(pipeline, options).toArray();
    }
    throw new Mismatch(`${object} has no aggregate`);
  },
  clientBulkWrite: (object, { models, ...options }, { entities }) =>
    entities.client(object).bulkWrite(
      models.map((model: Document) => {
        const [[name, fields] = []] = Object.entries(model);
        return { name, ...fields };
      }),
      options,
    ),
  createCollection: (object, { collection, ...options }, { entities }) =>
    entities.database(object).createCollection(collection, options),
  dropCollection: (object, { collection, ...options }, { entities }) =>
    entities.database(object).dropCollection(collection, options),
  listCollections: (object, { filter, ...options }, { entities }) =>
    entities.database(object).listCollections(filter, options).toArray(),
  listCollectionNames: async (object, { filter, ...options }, { entities }) => {
    const found = await entities
      .database(object)
      .listCollections(filter, { ...options, nameOnly: true })
      .toArray();
    return found.map(({ name }) => name);
  },
  listDatabases: (object, options, { entities }) =>
    entities.client(object).db('admin').admin().listDatabases(options),
  modifyCollection: (object, { collection, session, ...options }, { entities }) =>
    entities.database(object).command({ collMod: collection, ...options }, { session }),
  runCommand: (object, { command, readPreference, session }, { entities }) =>
    entities.database(object).command(command, {
      ...(session === undefined ? {} : { session }),
      ...(readPreference === undefined ? {} : withReadPreference({ readPreference })),
    }),

  startTransaction: onSession(async (session, options) => {
    session.startTransaction(withReadPreference(options));
  }),
  commitTransaction: onSession((session) => session.commitTransaction()),
  abortTransaction: onSession((session) => session.abortTransaction()),
  endSession: onSession((session) => session.endSession()),
  withTransaction: onSession(async (session, { callback, ...options }, run) => {
    let mismatch: unknown;
    await session
      .withTransaction(async () => {
        for (const operation of callback as Operation[]) {
          try {
            await runOperation(operation, run, true);
          } catch (error) {
            if (error instanceof Mismatch || error instanceof NotRunnable) mismatch ??= error;
            throw error;
          }
        }
      }, withReadPreference(options))
      .catch((error: unknown) => {
        throw mismatch ?? error;
      });
  }),

  createChangeStream: async (object, { pipeline, ...options }, { entities }) => {
    const target = entities.get(object);
    if (!(target instanceof Collection || target instanceof Db || target instanceof MongoClient)) {
      throw new Mismatch(`${object} cannot be watched`);
    }
    const stream = target.watch(pipeline as Document[], options);
    entities.closeAtEnd(stream);
    // The driver sends nothing before the first event is asked for; the format wants the stream to be open.
    await (stream as unknown as { cursor: { cursorInit(): Promise<void> } }).cursor.cursorInit();
    return stream;
  },
  iterateUntilDocumentOrError: (object, _, { entities }) => entities.stream(object).next(),
  iterateOnce: (object, _, { entities }) => entities.stream(object).tryNext(),

  createEntities: (_, { entities: descriptions }, { entities }) => entities.create(descriptions),
  failPoint: async (_, { failPoint }, { own }) => {
    const name = String(failPoint.configureFailPoint);
    if (name !== 'failCommand') throw new NotRunnable(`not served: the fail point ${name}`);
    await own.db('admin').command(failPoint);
  },
  targetedFailPoint: async () => {
    throw new NotRunnable('targetedFailPoint is for sharded clusters');
  },
  wait: (_, { ms }) => new Promise((resolve) => setTimeout(resolve, Number(ms))),
  assertSessionPinned: async (_, { session }) => {
    if (!(session as ClientSession).isPinned) throw new Mismatch('the session is not pinned');
  },
  assertSessionUnpinned: async (_, { session }) => {
    if ((session as ClientSession).isPinned) throw new Mismatch('the session is pinned');
  },
  assertSessionDirty: async (_, { session }) => checkDirty(session, true),
  assertSessionNotDirty: async (_, { session }) => checkDirty(session, false),
  assertSessionTransactionState: async (_, { session, state }) => {
    const actual = (session as { transaction: { state: string } }).transaction.state;
    if (actual !== transactionStates[String(state)]) {
      throw new Mismatch(`the transaction is ${actual}; expected ${state}`);
    }
  },
  assertSameLsidOnLastTwoCommands: async (_, { client }, run) => checkLastLsids(String(client), run, true),
  assertDifferentLsidOnLastTwoCommands: async (_, { client }, run) =>
    checkLastLsids(String(client), run, false),
  assertCollectionExists: (_, given, { own }) => checkCollection(own, given, true),
  assertCollectionNotExists: (_, given, { own }) => checkCollection(own, given, false),
  assertIndexExists: (_, given, { own }) => checkIndex(own, given, true),
  assertIndexNotExists: (_, given, { own }) => checkIndex(own, given, false),
};

const transactionStates: Readonly<Record<string, string>> = {
  none: 'NO_TRANSACTION',
  starting: 'STARTING_TRANSACTION',
  in_progress: 'TRANSACTION_IN_PROGRESS',
  committed: 'TRANSACTION_COMMITTED',
  aborted: 'TRANSACTION_ABORTED',
};

/** The driver says null where the format says nothing. */
function withoutNullId(result: Document): Document {
  const { upsertedId, ...others } = result;
  return upsertedId === null ? others : result;
}

function withReturnDocument(options: Document): Document {
  if (options.returnDocument === undefined) return options;
  return { ...options, returnDocument: String(options.returnDocument).toLowerCase() };
}

function checkDirty(session: unknown, expected: boolean): void {
  const { serverSession } = session as { serverSession: { isDirty: boolean } };
  if (serverSession.isDirty !== expected) throw new Mismatch(`the session is ${expected ? 'not ' : ''}dirty`);
}

function checkLastLsids(client: string, { entities }: Run, same: boolean): void {
  const started = entities.eventsOf(client).filter((event) => event.kind === 'commandStartedEvent');
  const [before, last] = started.slice(-2).map((event) => text(event.fields.command?.lsid));
  if (before === undefined || last === undefined) throw new Mismatch('there were no two commands');
  if ((before === last) !== same) {
    throw new Mismatch(`the last two commands had ${same ? 'different sessions' : 'the same session'}`);
  }
}

async function checkCollection(own: MongoClient, given: Document, expected: boolean): Promise<void> {
  const found = await own.db(given.databaseName).listCollections({ name: given.collectionName }).toArray();
  if (found.length > 0 !== expected) {
    throw new Mismatch(`the collection ${given.collectionName} ${expected ? 'is missing' : 'exists'}`);
  }
}

async function checkIndex(own: MongoClient, given: Document, expected: boolean): Promise<void> {
  const { databaseName, collectionName, indexName } = given;
  const exists = await own.db(databaseName).listCollections({ name: collectionName }).hasNext();
  const indexes = exists ? await own.db(databaseName).collection(collectionName).indexes() : [];
  if (indexes.some(({ name }) => name === indexName) !== expected) {
    throw new Mismatch(`the index ${indexName} ${expected ? 'is missing' : 'exists'}`);
  }
}
