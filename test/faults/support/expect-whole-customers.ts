import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { IndexSettings } from '../../../src/customer-index/customer-index-rows.ts';
import { sweepIndex } from '../../../src/customer-index/sweep-index.ts';
import type { Database } from '../../../src/database/collections.ts';
import { recordKey } from '../../../src/database/stored-documents.ts';
import type { NewPerson } from './new-person.ts';

/**
 * Everybody is there once, whole, and nothing else is: both halves, linked both ways, one account, index row, journal entry
 * and message each, the claims of their phones and e-mails, and what their keys remember.
 */
export async function expectWholeCustomers(
  database: Database,
  people: readonly NewPerson[],
  settings: IndexSettings,
): Promise<void> {
  const logins = await database.users.find({ role: 'customer' }).toArray();
  const records = await database.customersV2.find().toArray();
  const phones = people.map(({ phone }) => phone).sort();
  expect(logins.map(({ phone }) => phone).sort()).toEqual(phones);
  expect(records.map(({ phone }) => phone).sort()).toEqual(phones);
  const pairs = logins.map(({ id, customer_v2_id }) => `${id} and ${customer_v2_id}`).sort();
  expect(records.map(({ id, user_id }) => `${user_id} and ${id}`).sort()).toEqual(pairs);

  const loginKeys = logins.map(({ _id }) => recordKey(_id)).sort();
  const accounts = await database.accounts.find({ mustChangePassword: true }).toArray();
  expect(accounts.map(({ _id }) => _id).sort()).toEqual(loginKeys);
  const messages = await database.notifications.find().toArray();
  expect(messages.map(({ kind, loginKey }) => `${kind} ${loginKey}`).sort()).toEqual(
    loginKeys.map((key) => `CREDENTIALS ${key}`),
  );
  const journal = await database.journal.find({ action: { $nin: ['ADMIN_CREATED', 'LOGGED_IN'] } }).toArray();
  expect(journal.map(({ action, subjectIds: [v2, user] }) => `${action} ${user} and ${v2}`).sort()).toEqual(
    pairs.map((pair) => `CUSTOMER_CREATED ${pair}`),
  );
  const remembered = await database.idempotency.find().toArray();
  expect(remembered.map(({ result }) => `${result.userId} and ${result.customerV2Id}`).sort()).toEqual(pairs);
  const claims = await database.claims.find().toArray();
  expect(
    claims
      .map(({ _id }) => _id)
      .filter((_id) => /^(phone|email)\//.test(_id))
      .sort(),
  ).toEqual(
    people
      .flatMap(({ phoneE164, email }) => [
        `phone/${phoneE164}`,
        ...(email === null ? [] : [`email/${email}`]),
      ])
      .sort(),
  );
  expect(await database.tokens.countDocuments({})).toBe(0);

  const rows = await database.customerIndex.find().toArray();
  expect(
    rows.map(({ link, linkState }) => `${linkState} ${link.userId} and ${link.customerV2Id}`).sort(),
  ).toEqual(pairs.map((pair) => `LINKED ${pair}`));
  const staff = await database.users.countDocuments({ role: { $ne: 'customer' } });
  expect(await database.indexedRecords.countDocuments({})).toBe(2 * people.length + staff);
  expect(await sweepIndex(database, settings), 'what a sweep finds to do').toMatchObject({ changed: 0 });
}

/** Every message has been sent at least once: a file each, to whom it belongs; and its secret is gone. */
export async function expectAllSent(
  database: Database,
  directory: string,
  people: readonly NewPerson[],
): Promise<void> {
  // A message that a dead process was sending is left to it for a minute. That minute is over.
  await database.notifications.updateMany({ state: 'PENDING' }, { $set: { nextAttemptAt: new Date(0) } });
  for (let waited = 0; waited < 100; waited += 1) {
    if ((await database.notifications.countDocuments({ state: 'PENDING' })) === 0) break;
    await sleep(100);
  }
  const messages = await database.notifications.find().toArray();
  expect(messages.filter(({ state, secrets }) => state !== 'SENT' || secrets !== null)).toEqual([]);
  const names = (await readdir(directory)).filter((name) => name.endsWith('.json'));
  const files = await Promise.all(
    names.map(async (name) => JSON.parse(await readFile(join(directory, name), 'utf8'))),
  );
  expect(files.map(({ id }) => id).sort()).toEqual(messages.map(({ _id }) => _id).sort());
  expect(files.map(({ to }) => to).sort()).toEqual(
    people.map(({ email, phoneE164 }) => email ?? phoneE164).sort(),
  );
}
