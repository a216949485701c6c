import { availableParallelism } from 'node:os';
import bcrypt from 'bcrypt';
import { isBcryptHash } from '../database/stored-documents.ts';
import { AppError } from '../errors.ts';
import { createWorkQueue, type Place } from './work-queue.ts';

/** bcrypt reads no further; a longer password is never cut to this, but refused. In UTF-8 bytes. */
export const maxPasswordBytes = 72;

export interface PasswordHasherOptions {
  /** bcrypt cost of new hashes, and of the work that every verification takes: 4 (tests) to 15. */
  readonly cost: number;
  /** Hashes at once. Default: processors − 1, at least 1 and at most 3: libuv's pool has 4 threads, and files and DNS need one. */
  readonly concurrency?: number;
  /** Hashes that may wait; further ones are refused. Default: 32 for each that runs. */
  readonly maxWaiting?: number;
}

export interface PasswordHasher {
  /** Hashes at once: whoever makes many keeps so many under way, so that a log-in waits for one of them at most. */
  readonly concurrency: number;
  /**
   * A place in the queue, to be left in the end: take one before counting an attempt, so that none is counted and then
   * not compared.
   *
   * @throws AppError RATE_LIMITED when too many wait.
   */
  reserve(): Place;
  /**
   * A new bcrypt hash (`$2b$`).
   *
   * @throws AppError RATE_LIMITED when too many wait; RangeError for more than 72 bytes, which the policy has refused.
   */
  hash(password: string): Promise<string>;
  /**
   * The same for work that somebody who is trusted has asked for: one at a time, however many wait, so that a log-in
   * never waits for more than one of them.
   *
   * @throws AppError RATE_LIMITED when 150 wait, which is half a minute.
   */
  hashInTurn(password: string): Promise<string>;
  /**
   * Whether the password belongs to the stored hash. It takes as long for a hash that is missing, malformed or cheaper,
   * and for a password that is too long, as for a current one; only a hash of a higher cost takes longer.
   *
   * @param place One that was reserved. Default: taken for this alone.
   * @throws AppError RATE_LIMITED when too many wait, for whoever has reserved no place.
   */
  verify(password: string, storedHash: unknown, place?: Place): Promise<boolean>;
  /** Whether a hash that has just verified should be replaced by one of the configured cost. */
  needsRehash(storedHash: string): boolean;
}

/** Hashes and verifies passwords in a bounded queue, since bcrypt shares its threads with files and DNS. */
export function createPasswordHasher(options: PasswordHasherOptions): PasswordHasher {
  const { cost } = options;
  if (!Number.isInteger(cost) || cost < lowestCost || cost > highestCost) {
    throw new RangeError(
      `The bcrypt cost is a whole number from ${lowestCost} to ${highestCost}, not ${cost}.`,
    );
  }
  const concurrency = options.concurrency ?? Math.max(1, Math.min(availableParallelism() - 1, 3));
  const maxWaiting = options.maxWaiting ?? 32 * concurrency;
  const queue = createWorkQueue({ concurrency, maxWaiting, refusal: tooManyHashes });
  const turns = createWorkQueue({ concurrency: 1, maxWaiting: 150, refusal: tooManyHashes });

  const hash = (password: string) => {
    if (isTooLong(password)) throw new RangeError(`bcrypt hashes at most ${maxPasswordBytes} bytes.`);
    return queue.run(() => bcrypt.hash(password, cost));
  };

  return {
    concurrency,
    reserve: queue.reserve,
    hash,
    hashInTurn(password) {
      return turns.run(() => hash(password));
    },
    verify(password, storedHash, place) {
      return (place ?? queue).run(() => compareInEqualTime(password, storedHash, cost));
    },
    needsRehash(storedHash) {
      return costOf(storedHash) < cost;
    },
  };
}

const lowestCost = 4;
/** A hash beyond this (6 s and more) would let one stored document occupy the queue: it authenticates nobody. */
const highestCost = 15;

function tooManyHashes(): AppError {
  return new AppError('RATE_LIMITED', 'Too many passwords are being checked. Try again in a moment.');
}

async function compareInEqualTime(password: string, storedHash: unknown, cost: number): Promise<boolean> {
  const usable = isBcryptHash(storedHash) && costOf(storedHash) <= highestCost;
  if (!usable || isTooLong(password)) {
    await bcrypt.compare('', dummyHash(cost));
    return false;
  }
  const matches = await bcrypt.compare(password, storedHash.replace('$2y$', '$2b$'));
  // A hash of cost s takes 2^s rounds; those of s, s+1 … c−1 on top of it make 2^c together.
  for (let padding = costOf(storedHash); padding < cost; padding += 1)
    await bcrypt.compare('', dummyHash(padding));
  return matches;
}

function isTooLong(password: string): boolean {
  return password.length > maxPasswordBytes || Buffer.byteLength(password) > maxPasswordBytes;
}

function costOf(bcryptHash: string): number {
  return Number(bcryptHash.slice(4, 6));
}

/** Of no password: what is computed is thrown away. */
function dummyHash(cost: number): string {
  return `$2b$${String(cost).padStart(2, '0')}$${'.'.repeat(53)}`;
}
