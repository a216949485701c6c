import { Long } from 'bson';
import type { BsonDocument } from '../bson/value.ts';
import { MongoServerError } from '../errors.ts';
import { noSuchTransaction, type Session, type SessionRegistry } from './session-registry.ts';
import type { Transaction } from './transaction.ts';

/** How a command stands to its session. */
export type TransactionRole =
  | { kind: 'none' }
  | { kind: 'retryable'; number: bigint; answer: BsonDocument | undefined }
  | { kind: 'transaction'; transaction: Transaction | undefined };

const retryableCommands = new Set(['insert', 'update', 'delete', 'findAndModify', 'findandmodify']);

const transactionCommands = new Set([
  'abortTransaction',
  'aggregate',
  'commitTransaction',
  'create',
  'createIndexes',
  'delete',
  'distinct',
  'find',
  'findAndModify',
  'findandmodify',
  'getMore',
  'insert',
  'killCursors',
  'update',
]);

/**
 * Reads txnNumber, autocommit and startTransaction, and begins or finds the transaction they speak of. For commit
 * and abort the transaction is undefined when it is over already; the command decides what that means.
 */
export function transactionRole(
  sessions: SessionRegistry,
  session: Session | undefined,
  command: string,
  body: BsonDocument,
): TransactionRole {
  const number = body.get('txnNumber');
  const autocommit = body.get('autocommit');
  const starts = body.get('startTransaction');
  if (number === undefined) {
    if (autocommit !== undefined) {
      throw invalidOptions("'autocommit' field requires a transaction number to also be specified");
    }
    if (starts !== undefined) {
      throw invalidOptions("'startTransaction' field requires a transaction number to also be specified");
    }
    return { kind: 'none' };
  }
  if (session === undefined)
    throw invalidOptions('Transaction number requires a session ID to also be specified');
  if (!(number instanceof Long)) {
    throw new MongoServerError(
      14,
      "BSON field 'OperationSessionInfo.txnNumber' is the wrong type, expected type 'long'",
    );
  }
  const wanted = number.toBigInt();
  if (wanted < 0n) throw invalidOptions('Transaction number cannot be negative');
  if (wanted < session.number) throw tooOld(session, wanted, autocommit !== undefined);
  if (autocommit === undefined)
    return retryableRole(sessions, session, command, wanted, starts !== undefined);
  if (autocommit !== false) throw invalidOptions('Specifying autocommit=true is not allowed.');
  return { kind: 'transaction', transaction: openRole(sessions, session, command, body, wanted) };
}

function retryableRole(
  sessions: SessionRegistry,
  session: Session,
  command: string,
  number: bigint,
  starts: boolean,
): TransactionRole {
  if (starts)
    throw invalidOptions("'startTransaction' field requires 'autocommit' field to also be specified");
  if (!retryableCommands.has(command)) {
    throw new MongoServerError(
      50768,
      `txnNumber may only be provided for multi-document transactions and retryable write commands. autocommit:false was not provided, and ${command} is not a retryable write command.`,
      { codeName: 'NotARetryableWriteCommand' },
    );
  }
  if (session.state === 'open' && number > session.number) sessions.abort(session);
  const repeated = session.number === number;
  if (repeated && session.state !== 'retryable' && session.state !== 'none') {
    throw new MongoServerError(
      217,
      `Cannot perform operations on active transaction number ${number} as a retryable write`,
    );
  }
  return { kind: 'retryable', number, answer: repeated ? session.answer : undefined };
}

function openRole(
  sessions: SessionRegistry,
  session: Session,
  command: string,
  body: BsonDocument,
  number: bigint,
): Transaction | undefined {
  if (!transactionCommands.has(command)) {
    throw new MongoServerError(263, `Cannot run '${command}' in a multi-document transaction.`);
  }
  const ends = command === 'commitTransaction' || command === 'abortTransaction';
  if (body.has('writeConcern') && !ends) {
    throw invalidOptions('writeConcern is not allowed within a multi-statement transaction');
  }
  const starts = body.get('startTransaction');
  if (starts === false) throw invalidOptions('Specifying startTransaction=false is not allowed.');
  if (starts === true) return startRole(sessions, session, command, body, number);
  if (body.has('readConcern')) {
    throw invalidOptions('Only the first command in a transaction may specify a readConcern');
  }
  if (session.number !== number || session.state === 'none' || session.state === 'retryable') {
    throw noSuchTransaction(
      `Given transaction number ${number} does not match any in-progress transactions. The active transaction number is ${session.number}`,
    );
  }
  if (session.state === 'open' || ends) return session.transaction;
  if (session.state === 'committed') {
    throw new MongoServerError(256, `Transaction with { txnNumber: ${number} } has been committed.`);
  }
  throw noSuchTransaction(`Transaction with { txnNumber: ${number} } has been aborted.`);
}

function startRole(
  sessions: SessionRegistry,
  session: Session,
  command: string,
  body: BsonDocument,
  number: bigint,
): Transaction {
  if (command === 'getMore' || command === 'killCursors' || command === 'commitTransaction') {
    throw new MongoServerError(263, `Cannot run '${command}' as the first operation of a transaction`);
  }
  if (number === session.number && session.state !== 'none') {
    throw new MongoServerError(
      117,
      `Only servers in a sharded cluster can start a new transaction at the active transaction number ${number}`,
    );
  }
  const readConcern = body.get('readConcern');
  const level = readConcern instanceof Map ? readConcern.get('level') : undefined;
  if (level !== undefined && !['local', 'majority', 'snapshot'].includes(String(level))) {
    throw invalidOptions(
      "The readConcern level must be either 'local' (default), 'majority' or 'snapshot' in order to run in a transaction",
    );
  }
  return sessions.begin(session, number, readConcern instanceof Map ? readConcern : undefined);
}

function tooOld(session: Session, number: bigint, inTransaction: boolean): MongoServerError {
  const what = inTransaction ? 'transaction' : 'retryable write';
  return new MongoServerError(
    225,
    `Cannot start ${what} with { txnNumber: ${number} } on session because a newer transaction with txnNumber ${session.number} has already started.`,
  );
}

function invalidOptions(message: string): MongoServerError {
  return new MongoServerError(72, message);
}
