import type { ClientSession } from 'mongodb';
import type { Database, StoredRecoveryCodes } from '../database/collections.ts';
import type { CodeDigests } from './code-digests.ts';

/** So many codes are compared at a phone until another message is sent there. */
export const maxCodeAttempts = 5;

export type RecoveryCode = StoredRecoveryCodes['codes'][number];

/** For `CodeDigests`: a code is good for one login and the phone that it was sent to. */
export function recoveryCodePurpose(phoneE164: string, loginKey: string): string {
  return `reset-password/${phoneE164}/${loginKey}`;
}

/**
 * Writes the codes of a message, in the transaction that sends it. Codes that were sent to the same phone for other logins
 * go on holding, as when two of a household ask one after the other. Two commands.
 */
export async function writeRecoveryCodes(
  database: Database,
  phoneE164: string,
  codes: readonly RecoveryCode[],
  now: Date,
  session: ClientSession,
): Promise<void> {
  const before = await database.recoveryCodes.findOne({ _id: phoneE164 }, { session });
  const replaced = new Set(codes.map(({ loginKey }) => loginKey));
  const others = (before?.codes ?? []).filter(
    ({ loginKey, expiresAt }) => expiresAt > now && !replaced.has(loginKey),
  );
  const all = [...others, ...codes];
  const expiresAt = new Date(Math.max(...all.map((code) => code.expiresAt.getTime())));
  await database.recoveryCodes.replaceOne(
    { _id: phoneE164 },
    { attempts: 0, expiresAt, codes: all },
    { upsert: true, session },
  );
}

/** A code that was entered. */
export interface EnteredCode {
  /** E.164; null for nobody's, and then the same is done. */
  readonly phoneE164: string | null;
  readonly code: string;
  /** Of the logins that whoever entered it can mean. */
  readonly loginKeys: readonly string[];
  readonly now: Date;
}

/**
 * The code that was entered, as it is stored; null when it is wrong, expired, of another login, or after five attempts
 * at the phone. The attempt is counted before anything is compared, so that of many at once none goes uncounted.
 */
export async function findRecoveryCode(
  database: Database,
  codeDigests: CodeDigests,
  { phoneE164, code, loginKeys, now }: EnteredCode,
): Promise<RecoveryCode | null> {
  const counted = await database.recoveryCodes.findOneAndUpdate(
    { _id: phoneE164 ?? nobody, expiresAt: { $gt: now }, attempts: { $lt: maxCodeAttempts } },
    { $inc: { attempts: 1 } },
    { returnDocument: 'after' },
  );
  const found: RecoveryCode[] = [];
  for (const stored of counted?.codes ?? []) {
    const purpose = recoveryCodePurpose(counted?._id ?? nobody, stored.loginKey);
    const matches = await codeDigests.matches(purpose, code, stored.codeDigest);
    if (matches && stored.expiresAt > now && loginKeys.includes(stored.loginKey)) found.push(stored);
  }
  const [only, ...others] = found;
  return only !== undefined && others.length === 0 ? only : null;
}

/** What no phone is called. */
const nobody = 'nobody';

/** The right code was entered, and could not be used yet: that was no guess. */
export async function giveBackCodeAttempt(
  database: Database,
  phoneE164: string,
  { codeDigest }: RecoveryCode,
): Promise<void> {
  await database.recoveryCodes.updateOne(
    { _id: phoneE164, attempts: { $gt: 0 }, 'codes.codeDigest': codeDigest },
    { $inc: { attempts: -1 } },
  );
}

/**
 * Takes a code out of the database, in the transaction that does what it is good for: of several that try at once one gets
 * it, and the others learn false.
 */
export async function consumeRecoveryCode(
  database: Database,
  phoneE164: string,
  { loginKey, codeDigest }: RecoveryCode,
  now: Date,
  session: ClientSession,
): Promise<boolean> {
  const { modifiedCount } = await database.recoveryCodes.updateOne(
    { _id: phoneE164, codes: { $elemMatch: { loginKey, codeDigest, expiresAt: { $gt: now } } } },
    { $pull: { codes: { loginKey } } },
    { session },
  );
  return modifiedCount > 0;
}
