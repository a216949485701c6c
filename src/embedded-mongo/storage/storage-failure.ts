import { MongoServerError } from '../errors.ts';

/**
 * Codes of lmdb's errors for which there is no room: LMDB's MDB_MAP_FULL, and the system's EIO (LMDB's answer to a write
 * that was cut short, as the last one before a disk is full is), EFBIG, ENOSPC and EDQUOT.
 */
const noRoomCodes = new Set([-30792, 5, 27, 28, 122]);

/** What a write that could not be stored is answered: OutOfDiskSpace (14031), or InternalError (1) for anything else. */
export function storageFailure(error: unknown): MongoServerError {
  if (error instanceof MongoServerError) return error;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const text = error instanceof Error ? error.message : String(error);
  return typeof code === 'number' && noRoomCodes.has(code)
    ? new MongoServerError(14031, `The disk is full or cannot be written: ${text}`)
    : new MongoServerError(1, `The write could not be stored: ${text}`);
}
