import type { BsonDocument } from '../bson/value.ts';

/** MongoDB's error category RetriableError: the network, a server going away, a primary that is none. */
const retriable = new Set([
  6, 7, 89, 91, 134, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436, 317, 358, 384, 402,
]);

const transient = new Set([112, 24, 267, 246, 239, 249, 325, 334]);

const noSuchTransactionCode = 251;

/**
 * The labels an error gets from where it happened: RetryableWriteError for a retryable write (and commit, abort),
 * TransientTransactionError when a transaction may be begun again.
 */
export function errorLabelsFor(code: number, command: string, body: BsonDocument): string[] {
  const labels: string[] = [];
  const inTransaction = body.get('autocommit') === false;
  const ends = command === 'commitTransaction' || command === 'abortTransaction';
  const retryableWrite = body.has('txnNumber') && !inTransaction;
  if (inTransaction && isTransient(code, ends)) labels.push('TransientTransactionError');
  if ((retryableWrite || ends) && retriable.has(code)) labels.push('RetryableWriteError');
  return labels;
}

/** Whether a change stream that fails with this may be opened again where it was: it gets ResumableChangeStreamError. */
export function isResumable(code: number): boolean {
  return retriable.has(code) || code === 133 || code === 234 || code === 13388 || code === 63 || code === 150;
}

/** The labels of a write concern error: only a retryable write's (or commit's, abort's) can be retried for it. */
export function concernErrorLabels(code: number, command: string, body: BsonDocument): string[] {
  const ends = command === 'commitTransaction' || command === 'abortTransaction';
  const retryableWrite = body.has('txnNumber') && body.get('autocommit') !== false;
  return (retryableWrite || ends) && retriable.has(code) ? ['RetryableWriteError'] : [];
}

function isTransient(code: number, ends: boolean): boolean {
  if (transient.has(code)) return true;
  if (ends) return code === noSuchTransactionCode;
  return code === noSuchTransactionCode || retriable.has(code);
}
