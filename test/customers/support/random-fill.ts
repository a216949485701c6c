import { generateDemoData } from '../../../src/cli/demo/generate-demo-data.ts';
import type { Database } from '../../../src/database/collections.ts';
import { recordKey } from '../../../src/database/stored-documents.ts';
import { randomRecords } from '../../support/random-records.ts';
import { seededRandom } from '../../support/seeded-random.ts';

/**
 * Fills a database with random records, the demo data's staff beside them (so that somebody can log in), and for some of
 * the logins what `accounts` keeps of them.
 */
export function fillWithRandomRecords(seed: number, size: number): (database: Database) => Promise<void> {
  return async (database) => {
    const random = seededRandom(seed + 1);
    const { users, customersV2 } = randomRecords(seed, size);
    const staff = generateDemoData().users.filter(
      ({ role, email }) => role !== 'customer' && /^(admin|analyst|delivery)/.test(email),
    );
    await database.db.collection('users').insertMany([...users, ...staff] as never[]);
    await database.db.collection('customers_v2').insertMany(customersV2 as never[]);
    const time = () => new Date(1_600_000_000_000 + random.below(1_000_000_000));
    const future = new Date('2999-01-01T00:00:00Z');
    const accounts = users
      .filter(() => random.chance(0.4))
      .map((user) => ({
        _id: recordKey(user._id),
        ...(random.chance(0.5) && { mustChangePassword: random.chance(0.5) }),
        ...(random.chance(0.6) && { passwordExpiresAt: random.pick([null, time(), future]) }),
        ...(random.chance(0.3) && { credentialsPending: true }),
        ...(random.chance(0.5) && { credentialsSentAt: time() }),
        ...(random.chance(0.5) && { lastLoginAt: time() }),
        ...(random.chance(0.3) && { lockedUntil: future, failures: 12 }),
      }));
    await database.accounts.insertMany(accounts);
  };
}
