import {
  BSON,
  ChangeStream,
  type ClientSession,
  type ClientSessionOptions,
  Collection,
  type CollectionOptions,
  Db,
  type DbOptions,
  type Document,
  MongoClient,
  ReadPreference,
  type ReadPreferenceMode,
  type TransactionOptions,
} from 'mongodb';
import type { EntityDescription } from './format.ts';
import type { NamedThings } from './match.ts';

/** One event that a client was asked to observe; commands and replies as they were at that moment. */
export interface ObservedEvent {
  kind: string;
  type: 'command' | 'cmap';
  fields: Document;
}

/** The named things of one test: clients, databases, collections, sessions and saved results. */
export class Entities implements NamedThings {
  readonly #uri: string;
  readonly #clusterTime: Document | undefined;
  readonly #things = new Map<string, unknown>();
  readonly #events = new Map<string, ObservedEvent[]>();
  readonly #lsids = new Map<string, Document>();
  readonly #opened: Array<{ close(): Promise<void> }> = [];

  /** @param clusterTime what sessions start with, as the format asks: the time of the test's first data. */
  constructor(uri: string, clusterTime: Document | undefined) {
    this.#uri = uri;
    this.#clusterTime = clusterTime;
  }

  async create(descriptions: readonly EntityDescription[]): Promise<void> {
    for (const { client, database, collection, session, ...others } of descriptions) {
      if (client !== undefined) await this.#openClient(client);
      else if (database !== undefined) {
        const owner = this.client(database.client);
        this.save(database.id, owner.db(database.databaseName, withReadPreference(database.databaseOptions)));
      } else if (collection !== undefined) {
        const owner = this.database(collection.database);
        const options = withReadPreference(collection.collectionOptions);
        this.save(collection.id, owner.collection(collection.collectionName, options));
      } else if (session !== undefined) this.#startSession(session);
      else throw new Error(`This runner has no entity ${Object.keys(others).join()}`);
    }
  }

  get(name: string): unknown {
    if (!this.#things.has(name)) throw new Error(`There is no ${name}`);
    return this.#things.get(name);
  }

  save(name: string, thing: unknown): void {
    if (this.#things.has(name)) throw new Error(`There is a ${name} already`);
    this.#things.set(name, thing);
  }

  client(name: string): MongoClient {
    const thing = this.get(name);
    if (thing instanceof MongoClient) return thing;
    throw new Error(`${name} is no client`);
  }

  database(name: string): Db {
    const thing = this.get(name);
    if (thing instanceof Db) return thing;
    throw new Error(`${name} is no database`);
  }

  collection(name: string): Collection {
    const thing = this.get(name);
    if (thing instanceof Collection) return thing;
    throw new Error(`${name} is no collection`);
  }

  session(name: string): ClientSession {
    if (!this.#lsids.has(name)) throw new Error(`${name} is no session`);
    return this.get(name) as ClientSession;
  }

  stream(name: string): ChangeStream {
    const thing = this.get(name);
    if (thing instanceof ChangeStream) return thing;
    throw new Error(`${name} is no change stream`);
  }

  /** What an operation opened. */
  closeAtEnd(opened: { close(): Promise<void> }): void {
    this.#opened.push(opened);
  }

  lsidOf(session: string): Document {
    const lsid = this.#lsids.get(session);
    if (lsid === undefined) throw new Error(`${session} is no session`);
    return lsid;
  }

  eventsOf(client: string): readonly ObservedEvent[] {
    return this.#events.get(client) ?? [];
  }

  /** Closes what was opened, the latest first. */
  async close(): Promise<void> {
    for (const thing of this.#opened.reverse()) await thing.close();
  }

  async #openClient(description: NonNullable<EntityDescription['client']>): Promise<void> {
    const uri = new URL(this.#uri);
    // A set of one has no secondary to select; connected directly, any preference reaches it.
    if (description.uriOptions?.readPreference === 'secondary') {
      uri.searchParams.set('directConnection', 'true');
    }
    for (const [option, value] of Object.entries(description.uriOptions ?? {})) {
      uri.searchParams.set(option, String(value));
    }
    const client = new MongoClient(uri.href, { monitorCommands: true });
    this.#opened.push(client);
    this.#events.set(description.id, observe(client, description));
    await client.connect();
    this.save(description.id, client);
  }

  #startSession(description: NonNullable<EntityDescription['session']>): void {
    const { defaultTransactionOptions: defaults, ...options } = description.sessionOptions ?? {};
    const session = this.client(description.client).startSession({
      ...(options as ClientSessionOptions),
      ...(defaults ? { defaultTransactionOptions: withReadPreference(defaults) } : {}),
    });
    if (this.#clusterTime !== undefined) {
      session.advanceClusterTime(this.#clusterTime as Parameters<ClientSession['advanceClusterTime']>[0]);
    }
    if (session.id === undefined) throw new Error('The session has no id');
    this.#lsids.set(description.id, session.id);
    this.#opened.push({ close: () => session.endSession() });
    this.save(description.id, session);
  }
}

/** Read preferences in files are documents; the driver wants its own class. */
export function withReadPreference<Options extends DbOptions & CollectionOptions & TransactionOptions>(
  given?: Document,
): Options {
  if (given?.readPreference === undefined) return { ...given } as Options;
  const { mode, tagSets, ...options } = given.readPreference as Document;
  return {
    ...given,
    readPreference: new ReadPreference(mode as ReadPreferenceMode, tagSets, options),
  } as unknown as Options;
}

/** Of no concern to any file: what authenticates, and what greets. */
const ignoredCommands = new Set([
  'hello',
  'ismaster',
  'isMaster',
  'saslStart',
  'saslContinue',
  'configureFailPoint',
]);

function observe(
  client: MongoClient,
  { observeEvents = [], ignoreCommandMonitoringEvents = [] }: Document,
): ObservedEvent[] {
  const seen: ObservedEvent[] = [];
  const wants = (kind: string): boolean => observeEvents.includes(kind);
  const note = (kind: string, event: Document): void => {
    const { commandName, databaseName, command, reply } = event;
    if (!wants(kind) || ignoredCommands.has(commandName)) return;
    if (ignoreCommandMonitoringEvents.includes(commandName)) return;
    seen.push({
      kind,
      type: 'command',
      fields: { commandName, databaseName, command: copy(command), reply: copy(reply) },
    });
  };
  client.on('commandStarted', (event) => note('commandStartedEvent', event));
  client.on('commandSucceeded', (event) => note('commandSucceededEvent', event));
  client.on('commandFailed', (event) => note('commandFailedEvent', event));
  for (const name of poolEvents) {
    const kind = `${name[0]?.toUpperCase()}${name.slice(1)}Event`.replace(/^Connection/, 'connection');
    client.on(name, () => {
      if (wants(kind)) seen.push({ kind, type: 'cmap', fields: {} });
    });
  }
  return seen;
}

const poolEvents = [
  'connectionCreated',
  'connectionReady',
  'connectionClosed',
  'connectionCheckOutStarted',
  'connectionCheckOutFailed',
  'connectionCheckedOut',
  'connectionCheckedIn',
] as const;

/** What went over the wire, and not what the driver made of its objects since. */
function copy(document: Document | undefined): Document | undefined {
  return document === undefined ? undefined : BSON.deserialize(BSON.serialize(document));
}
