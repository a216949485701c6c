import { Int32 } from 'bson';
import { fromJs } from '../bson/from-js.ts';
import type { EncodableDocument, EncodableValue } from '../bson/raw-document.ts';
import type { BsonDocument } from '../bson/value.ts';
import { MongoServerError } from '../errors.ts';
import { maxDocumentBytes } from '../storage/records.ts';
import { maxMessageBytes } from '../wire/message-framer.ts';
import { optionalBoolean } from './arguments.ts';
import { type CommandContext, type CommandDefinition, fieldSet } from './command.ts';
import { maxWriteBatchSize } from './insert.ts';

/** The MongoDB release whose behaviour is emulated. */
export const emulatedVersion = '7.0.14';

/** Wire version of MongoDB 7.0; from 25 on drivers expect the `bulkWrite` command. */
const maxWireVersion = 21;
const setName = 'embedded';

/** `hello` and its older names: a primary, the only member of its set, at the address the client used. */
export const hello: CommandDefinition = { fields: 'any', run: answerHello };

function answerHello(context: CommandContext): EncodableDocument {
  noteClient(context);
  const address = context.connection.serverAddress;
  const isLegacy = context.name !== 'hello';
  return new Map<string, EncodableValue>([
    ...(context.body.get('helloOk') === true ? ([['helloOk', true]] as Array<[string, EncodableValue]>) : []),
    [isLegacy ? 'ismaster' : 'isWritablePrimary', true],
    ['secondary', false],
    ['setName', setName],
    ['setVersion', new Int32(1)],
    ['hosts', [address]],
    ['primary', address],
    ['me', address],
    ['maxBsonObjectSize', new Int32(maxDocumentBytes)],
    ['maxMessageSizeBytes', new Int32(maxMessageBytes)],
    ['maxWriteBatchSize', new Int32(maxWriteBatchSize)],
    ['localTime', context.now],
    ['logicalSessionTimeoutMinutes', new Int32(30)],
    ['connectionId', new Int32(context.connection.id)],
    ['minWireVersion', new Int32(0)],
    ['maxWireVersion', new Int32(maxWireVersion)],
    ['readOnly', false],
  ]);
}

function noteClient(context: CommandContext): void {
  const client = context.body.get('client');
  const application = client instanceof Map ? client.get('application') : undefined;
  const name = application instanceof Map ? application.get('name') : undefined;
  if (typeof name === 'string') context.connection.appName = name;
}

/** Commands about the server that change nothing and know nothing of data. */
export const serverInfo: Record<string, CommandDefinition> = {
  ping: { fields: fieldSet('ping'), run: () => new Map() },
  whatsmyuri: {
    fields: fieldSet('whatsmyuri'),
    run: (context) => fromJs({ you: context.connection.clientAddress }),
  },
  connectionStatus: {
    fields: fieldSet('connectionStatus', 'showPrivileges'),
    run: connectionStatus,
  },
  buildInfo: { fields: fieldSet('buildInfo'), run: () => buildInfo() },
  buildinfo: { fields: fieldSet('buildinfo'), run: () => buildInfo() },
  hostInfo: { fields: fieldSet('hostInfo'), run: (context) => hostInfo(context) },
  getCmdLineOpts: {
    fields: fieldSet('getCmdLineOpts'),
    run: () => fromJs({ argv: ['embedded'], parsed: {} }),
  },
  getLog: {
    fields: fieldSet('getLog'),
    run: () => fromJs({ totalLinesWritten: 0, log: [] }),
  },
  getParameter: {
    fields: 'any',
    run: parameters,
  },
  getFreeMonitoringStatus: {
    fields: fieldSet('getFreeMonitoringStatus'),
    run: () => fromJs({ state: 'undecided' }),
  },
};

function buildInfo(): BsonDocument {
  return fromJs({
    version: emulatedVersion,
    gitVersion: 'embedded',
    modules: ['embedded'],
    allocator: 'system',
    javascriptEngine: 'none',
    sysInfo: 'deprecated',
    versionArray: [7, 0, 14, 0],
    bits: 64,
    debug: false,
    maxBsonObjectSize: maxDocumentBytes,
    storageEngines: ['embedded'],
  });
}

function hostInfo(context: CommandContext): BsonDocument {
  return fromJs({
    system: { currentTime: context.now, hostname: 'localhost', cpuAddrSize: 64 },
    os: { type: process.platform, name: process.platform, version: '' },
    extra: {},
  });
}

/** Nobody is logged in: there are no users. */
function connectionStatus({ body }: CommandContext): BsonDocument {
  const showPrivileges = optionalBoolean(body, 'connectionStatus', 'showPrivileges') === true;
  const privileges = showPrivileges ? { authenticatedUserPrivileges: [] } : {};
  return fromJs({ authInfo: { authenticatedUsers: [], authenticatedUserRoles: [], ...privileges } });
}

const knownParameters: BsonDocument = fromJs({
  featureCompatibilityVersion: { version: '7.0' },
  transactionLifetimeLimitSeconds: 60,
});

/** Those that were asked for by name, or all of them. */
function parameters({ body }: CommandContext): BsonDocument {
  const given = body.get('getParameter');
  const all = given === '*' || (given instanceof Map && given.get('allParameters') === true);
  const asked = new Map([...knownParameters].filter(([name]) => all || body.has(name)));
  if (asked.size === 0) throw new MongoServerError(72, 'no option found to get');
  return asked;
}
