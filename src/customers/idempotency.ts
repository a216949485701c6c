import { createHash } from 'node:crypto';
import type { ClientSession } from 'mongodb';
import type { Database } from '../database/collections.ts';
import { badField } from '../errors.ts';

/** A call that carries a key, so that it can be repeated without being done twice. */
export interface IdempotentCall {
  /** Of whoever calls and their key: nobody meets another's. */
  readonly _id: string;
  /** A key is good for one input. */
  readonly inputDigest: string;
}

/** How long a key is remembered. */
export const idempotencyLifetimeMs = 24 * 60 * 60_000;

export function idempotentCall(actor: string, key: string, input: object): IdempotentCall {
  return {
    _id: digest(JSON.stringify([actor, key])),
    inputDigest: digest(
      JSON.stringify(Object.entries(input).sort(([one], [other]) => (one < other ? -1 : 1))),
    ),
  };
}

/**
 * What earlier calls with these keys have answered, by the `_id` of the call. Expired ones are forgotten. One find.
 *
 * @throws AppError BAD_USER_INPUT (`idempotencyKey`) for a key that came with another input.
 */
export async function earlierResults<Result>(
  database: Database,
  calls: readonly IdempotentCall[],
  now: Date,
): Promise<Map<string, Result>> {
  if (calls.length === 0) return new Map();
  const stored = await database.idempotency
    .find({ _id: { $in: calls.map((call) => call._id) }, expiresAt: { $gt: now } })
    .toArray();
  const inputs = new Map(calls.map((call) => [call._id, call.inputDigest]));
  for (const { _id, inputDigest } of stored) {
    if (inputs.get(_id) !== inputDigest) {
      throw badField(
        'idempotencyKey',
        'This key was used for another input. Every new customer needs a new one.',
      );
    }
  }
  return new Map(stored.map(({ _id, result }) => [_id, result as Result]));
}

/** Remembers what calls have answered, in the transaction that does what they ask for. At most two commands. */
export async function rememberResults(
  database: Database,
  results: readonly { readonly call: IdempotentCall; readonly result: object }[],
  now: Date,
  session: ClientSession,
): Promise<void> {
  if (results.length === 0) return;
  const expiresAt = new Date(now.getTime() + idempotencyLifetimeMs);
  await database.idempotency.bulkWrite(
    results.flatMap(({ call, result }) => [
      { deleteOne: { filter: { _id: call._id, expiresAt: { $lte: now } } } },
      { insertOne: { document: { ...call, result, expiresAt } } },
    ]),
    { session },
  );
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
