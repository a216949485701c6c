import { Binary, Double, Int32, Long } from 'bson';
import type { EncodableDocument, EncodableValue } from '../bson/raw-document.ts';
import type { BsonDocument, BsonValue } from '../bson/value.ts';
import { WaitForChanges } from '../changes/wait-for-changes.ts';
import { badValue, commandNotFound, invalidNamespace, MongoServerError, typeMismatch } from '../errors.ts';
import { WaitForTransaction } from '../transactions/conflicts.ts';
import type { Session } from '../transactions/session-registry.ts';
import type { Transaction } from '../transactions/transaction.ts';
import { transactionRole } from '../transactions/transaction-options.ts';
import type { CommandMessage } from '../wire/command-message.ts';
import { checkApiVersion } from './api-version.ts';
import { checkFields, optionalNumber } from './arguments.ts';
import { isOfChangeStream } from './change-streams.ts';
import type { ClientConnection, CommandContext, CommandDefinition } from './command.ts';
import type { Engine } from './engine.ts';
import { concernErrorLabels, errorLabelsFor, isResumable } from './error-labels.ts';
import type { Injected } from './fail-point.ts';
import { checkReadConcern } from './read-concern.ts';
import { commands } from './registry.ts';
import { checkWriteConcern } from './write-concern.ts';

/** What becomes of a command: an answer, or another attempt once what it waits for is over. */
export type Outcome = { reply: EncodableDocument } | { waitFor: { whenOver(resume: () => void): void } };

/** Runs one command to its answer. Refusals are answers too; nothing is thrown. */
export function dispatch(
  engine: Engine,
  connection: ClientConnection,
  message: CommandMessage,
  injected: Injected | undefined,
): Outcome {
  const outcome = attempt(engine, connection, message, injected);
  if ('reply' in outcome) engine.metrics.count(message, outcome.reply, commands.has(message.name));
  return outcome;
}

function attempt(
  engine: Engine,
  connection: ClientConnection,
  message: CommandMessage,
  injected: Injected | undefined,
): Outcome {
  try {
    const failure = message.failure ?? injected?.error;
    if (failure !== undefined) throw failure;
    const reply = runCommand(engine, connection, message);
    if (injected?.writeConcernError)
      addConcernError(reply, injected.writeConcernError, message, injected.labels);
    return { reply };
  } catch (error) {
    if (isConflict(error) && error !== injected?.error) engine.metrics.writeConflicts += 1;
    if (error instanceof WaitForTransaction) return { waitFor: error.transaction };
    if (error instanceof WaitForChanges) return { waitFor: error };
    const labels = injected?.labels ?? streamLabels(engine, message, error);
    return { reply: errorReply(error, message, labels) };
  }
}

/** Two writers met: the one is refused, or waits to try again. */
function isConflict(error: unknown): boolean {
  return error instanceof WaitForTransaction || (error instanceof MongoServerError && error.code === 112);
}

/** The label of an error after which a change stream may go on; undefined for any other. */
function streamLabels(engine: Engine, { name, body }: CommandMessage, error: unknown): string[] | undefined {
  if (!(error instanceof MongoServerError) || !isResumable(error.code)) return undefined;
  return isOfChangeStream(engine, name, body) ? ['ResumableChangeStreamError'] : undefined;
}

/** Fields that every answer ends with; called when what the command wrote is stored. */
export function finishReply(engine: Engine, reply: EncodableDocument): EncodableDocument {
  const time = engine.store.clock.now();
  if (!reply.has('ok')) reply.set('ok', new Double(1));
  reply.set(
    '$clusterTime',
    new Map<string, EncodableValue>([
      ['clusterTime', time],
      ['signature', dummySignature],
    ]),
  );
  reply.set('operationTime', time);
  return reply;
}

/** The answer for an error. */
export function errorReply(
  error: unknown,
  message: CommandMessage,
  fixedLabels?: string[],
): EncodableDocument {
  const known = error instanceof MongoServerError ? error : internalError(error);
  const labels = fixedLabels ?? [
    ...new Set([
      ...known.labels.filter((label) => mayLabel(label, message)),
      ...errorLabelsFor(known.code, message.name, message.body),
    ]),
  ];
  const reply: EncodableDocument = new Map<string, EncodableValue>();
  reply.set('ok', new Double(0));
  reply.set('errmsg', known.message);
  reply.set('code', new Int32(known.code));
  reply.set('codeName', known.codeName);
  for (const [name, value] of known.extra ?? []) reply.set(name, value);
  if (labels.length > 0) reply.set('errorLabels', labels);
  return reply;
}

const dummySignature: BsonDocument = new Map<string, BsonValue>([
  ['hash', new Binary(new Uint8Array(20))],
  ['keyId', Long.ZERO],
]);

/** A transaction's label belongs to a transaction's command only. */
function mayLabel(label: string, message: CommandMessage): boolean {
  return label !== 'TransientTransactionError' || message.body.get('autocommit') === false;
}

function runCommand(
  engine: Engine,
  connection: ClientConnection,
  message: CommandMessage,
): EncodableDocument {
  const { name, body } = message;
  const definition = commands.get(name);
  if (definition === undefined) throw commandNotFound(name);
  checkApiVersion(body, name);
  if (definition.fields !== 'any') checkFields(body, name, definition.fields);
  for (const field of message.sequences.keys()) {
    if (body.has(field))
      throw new MongoServerError(40433, `Duplicate field between body and document sequence ${field}`);
  }
  const database = databaseOf(body);
  checkReadConcern(body.get('readConcern'), body.has('autocommit'));
  const concernError = checkWriteConcern(body.get('writeConcern'));
  const session = sessionOf(engine, body, connection);
  const role = transactionRole(engine.sessions, session, name, body);
  if (role.kind === 'retryable' && role.answer !== undefined) return new Map(role.answer);
  const base = { engine, connection, name, database, body, sequences: message.sequences, session };
  const limits = { now: new Date(), deadline: deadlineOf(body, name) };
  const reply =
    role.kind === 'transaction' && role.transaction !== undefined && session !== undefined
      ? runInTransaction(engine, definition, { ...base, ...limits, transaction: role.transaction }, session)
      : runPlain(engine, definition, { ...base, ...limits, transaction: undefined }, role);
  if (concernError !== undefined && takesConcern(name))
    addConcernError(reply, concernError, message, undefined);
  return reply;
}

type Unplaced = Omit<CommandContext, 'reader' | 'unit'>;

function runPlain(
  engine: Engine,
  definition: CommandDefinition,
  unplaced: Unplaced,
  role: ReturnType<typeof transactionRole>,
): EncodableDocument {
  const unit = engine.beginPlain();
  try {
    const reply = definition.run({ ...unplaced, reader: engine.store.live, unit });
    if (role.kind === 'retryable' && unplaced.session !== undefined) {
      engine.sessions.remember(unplaced.session, role.number, reply, unit);
    }
    engine.keepPlain(unit);
    return reply;
  } catch (error) {
    engine.undoPlain();
    throw error;
  }
}

function runInTransaction(
  engine: Engine,
  definition: CommandDefinition,
  unplaced: Unplaced & { transaction: Transaction },
  session: Session,
): EncodableDocument {
  const { transaction } = unplaced;
  try {
    const reply = definition.run({
      ...unplaced,
      reader: transaction.overlay,
      unit: engine.unitOf(transaction),
    });
    if (reply.has('writeErrors')) engine.sessions.abort(session);
    return reply;
  } catch (error) {
    if (session.transaction === transaction) engine.sessions.abort(session);
    throw error;
  }
}

function databaseOf(body: BsonDocument): string {
  const database = body.get('$db');
  if (database === undefined) throw new MongoServerError(40571, 'OP_MSG requests require a $db argument');
  if (typeof database !== 'string')
    throw typeMismatch("BSON field '$db' is the wrong type, expected type 'string'");
  if (database === '' || /[\\/ "$\0.]/.test(database) || Buffer.byteLength(database) > 63) {
    throw invalidNamespace(`Invalid database name: '${database}'`);
  }
  return database;
}

function sessionOf(engine: Engine, body: BsonDocument, connection: ClientConnection): Session | undefined {
  const lsid = body.get('lsid');
  if (lsid === undefined) return undefined;
  if (!(lsid instanceof Map))
    throw typeMismatch("BSON field 'lsid' is the wrong type, expected type 'object'");
  return engine.sessions.use(lsid, connection.id);
}

function deadlineOf(body: BsonDocument, name: string): number | undefined {
  if (name === 'getMore') return undefined;
  const limit = optionalNumber(body, name, 'maxTimeMS');
  if (limit === undefined || limit === 0) return undefined;
  if (limit < 0 || limit > 2_147_483_647 || !Number.isInteger(limit)) {
    throw badValue(`${limit} value for maxTimeMS is out of range [0, 2147483647]`);
  }
  return Date.now() + limit;
}

function takesConcern(name: string): boolean {
  return !['find', 'getMore', 'hello', 'ping', 'count', 'distinct', 'explain'].includes(name);
}

function addConcernError(
  reply: EncodableDocument,
  concernError: BsonDocument,
  message: CommandMessage,
  fixedLabels: string[] | undefined,
): void {
  const labelled = concernError.get('errorLabels');
  const shown = new Map(concernError);
  shown.delete('errorLabels');
  reply.set('writeConcernError', shown);
  const code = shown.get('code');
  const number = code instanceof Int32 ? code.value : 0;
  const own = Array.isArray(labelled) ? labelled.filter((label) => typeof label === 'string') : undefined;
  const labels = fixedLabels ?? own ?? concernErrorLabels(number, message.name, message.body);
  if (labels.length > 0) reply.set('errorLabels', labels);
}

function internalError(error: unknown): MongoServerError {
  if (error instanceof RangeError && /call stack/i.test(error.message))
    return new MongoServerError(15, 'Nested too deeply');
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new MongoServerError(1, `The embedded server failed: ${text}`);
}
