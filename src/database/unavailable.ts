import { MongoBulkWriteError, MongoError, MongoNetworkError, MongoServerError } from 'mongodb';

/** Whether an error says that the database cannot be reached or cannot serve now, so that trying again may help. */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof MongoBulkWriteError) {
    // The driver wraps whatever keeps it from sending several writes, and what is outside says nothing of it.
    const inner: unknown = error.errorResponse;
    if (inner instanceof Error) return isUnavailable(inner);
  }
  if (error instanceof MongoServerError) return notServingCodes.has(Number(error.code));
  if (error instanceof Error && 'syscall' in error && 'code' in error)
    return socketErrors.has(String(error.code));
  return (
    error instanceof MongoNetworkError || (error instanceof MongoError && unreachableErrors.has(error.name))
  );
}

/** The driver lets these of its sockets through as they are when it was writing. */
const socketErrors = new Set(['EPIPE', 'ECONNRESET', 'ECONNREFUSED', 'ECONNABORTED', 'ETIMEDOUT']);

const unreachableErrors = new Set([
  'MongoServerSelectionError',
  'MongoNetworkTimeoutError',
  'MongoPoolClearedError',
  'MongoPoolClosedError',
  'MongoWaitQueueTimeoutError',
  'MongoTopologyClosedError',
  'MongoNotConnectedError',
  'MongoOperationTimeoutError',
]);

/**
 * Codes of MongoDB's "state change" and "node shutting down" errors, MaxTimeMSExpired (50), and what whoever goes on reading
 * behind a restart or a failover is told: CursorNotFound (43), QueryPlanKilled (175), CursorKilled (237), and that there is
 * no majority to read from yet (134).
 */
const notServingCodes = new Set([
  6, 7, 43, 50, 64, 89, 91, 134, 175, 189, 237, 262, 9001, 10_107, 11_600, 11_602, 13_435, 13_436,
]);
