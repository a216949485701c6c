import { type Document, type MongoClient, MongoServerError } from 'mongodb';
import { Entities } from './entities.ts';
import type { CollectionData, ExpectedEvents, SpecFile, SpecTest } from './format.ts';
import { Mismatch, match, matchExactly, text } from './match.ts';
import { NotRunnable, runOperation } from './operations.ts';

/** What came of one test. */
export type Verdict =
  | { kind: 'passed' }
  | { kind: 'failed'; reason: string }
  | { kind: 'skipped'; reason: string };

/** Runs one test of a file: its data, its operations, its events, its outcome. Leaves the server as it was. */
export async function runTest(
  file: SpecFile,
  test: SpecTest,
  uri: string,
  own: MongoClient,
): Promise<Verdict> {
  for (const data of file.initialData ?? []) await prepare(own, data);
  const { $clusterTime } = await own.db('admin').command({ ping: 1 });
  const entities = new Entities(uri, $clusterTime as Document | undefined);
  try {
    await entities.create(file.createEntities ?? []);
    await withinTime(async () => {
      for (const operation of test.operations) await runOperation(operation, { entities, own });
    });
    for (const expected of test.expectEvents ?? []) checkEvents(expected, entities);
    for (const data of test.outcome ?? []) await checkOutcome(own, data, entities);
    return { kind: 'passed' };
  } catch (error) {
    if (error instanceof NotRunnable) return { kind: 'skipped', reason: error.message };
    return {
      kind: 'failed',
      reason: error instanceof Mismatch ? error.message : String((error as Error).stack ?? error),
    };
  } finally {
    await own.db('admin').command({ configureFailPoint: 'failCommand', mode: 'off' });
    await own.db('admin').command({ killAllSessions: [] }).catch(ignoreInterruption);
    await entities.close();
  }
}

const limitMs = 20_000;

/** An answer that never comes fails its test, and not the whole run. */
async function withinTime(work: () => Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Mismatch(`not over after ${limitMs / 1000} s`)), limitMs);
  });
  await Promise.race([work(), expired]).finally(() => clearTimeout(timer));
}

/** A real server ends the command's own session with the others. */
function ignoreInterruption(error: unknown): void {
  if (!(error instanceof MongoServerError) || error.code !== 11601) throw error;
}

async function prepare(own: MongoClient, data: CollectionData): Promise<void> {
  const { databaseName, collectionName, createOptions, documents = [] } = data;
  const writeConcern = { w: 'majority' } as const;
  const db = own.db(databaseName);
  await db.dropCollection(collectionName, { writeConcern });
  if (createOptions !== undefined || documents.length === 0) {
    await db.createCollection(collectionName, { ...createOptions, writeConcern });
  }
  if (documents.length > 0) {
    await db.collection(collectionName).insertMany(
      documents.map((document) => ({ ...document })),
      { writeConcern },
    );
  }
}

function checkEvents(expected: ExpectedEvents, entities: Entities): void {
  const type = expected.eventType ?? 'command';
  const seen = entities.eventsOf(expected.client).filter((event) => event.type === type);
  const count = expected.events.length;
  if (expected.ignoreExtraEvents === true ? seen.length < count : seen.length !== count) {
    const names = seen.map((event) => event.fields.commandName ?? event.kind).join(', ');
    throw new Mismatch(`${expected.client} saw ${seen.length} events (${names}), not ${count}`);
  }
  expected.events.forEach((event, index) => {
    const [[kind, fields] = []] = Object.entries(event);
    const path = `event ${index + 1}`;
    const actual = seen[index];
    if (actual === undefined || actual.kind !== kind)
      throw new Mismatch(`${path} is ${actual?.kind}, not ${kind}`);
    for (const [field, value] of Object.entries(fields as Document)) {
      const found = actual.fields[field];
      match(
        value,
        field === 'command' ? withoutOwnTimeout(found, value) : found,
        entities,
        `${path}: ${field}`,
      );
    }
  });
}

/** The driver adds a time limit of its own to the write concern of every commit and abort. */
function withoutOwnTimeout(command: Document, expected: Document): Document {
  const isEnd = 'commitTransaction' in command || 'abortTransaction' in command;
  const { wtimeout, ...concern } = command.writeConcern ?? {};
  if (!isEnd || wtimeout !== 10_000 || expected.writeConcern?.wtimeout !== undefined) return command;
  return { ...command, writeConcern: concern };
}

async function checkOutcome(own: MongoClient, data: CollectionData, entities: Entities): Promise<void> {
  const { databaseName, collectionName, documents = [] } = data;
  const actual = await own
    .db(databaseName)
    .collection(collectionName, { readConcern: { level: 'local' }, readPreference: 'primary' })
    .find({}, { sort: { _id: 1 } })
    .toArray();
  try {
    matchExactly(documents, actual, entities, collectionName);
  } catch (error) {
    if (error instanceof Mismatch) throw new Mismatch(`outcome: ${error.message} in ${text(actual)}`);
    throw error;
  }
}
