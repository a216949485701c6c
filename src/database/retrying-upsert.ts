import { MongoServerError } from 'mongodb';
import { duplicateKeyCode } from './transaction.ts';

/** Of two upserts that insert at once, MongoDB may refuse one with a duplicate key; the document is there then. */
export async function retryingUpsert<Result>(upsert: () => Promise<Result>): Promise<Result> {
  try {
    return await upsert();
  } catch (error) {
    if (!(error instanceof MongoServerError && error.code === duplicateKeyCode)) throw error;
    return upsert();
  }
}
