import type { Viewer } from '../../../src/accounts/viewer.ts';
import { recordKey, type StoredUser } from '../../../src/database/stored-documents.ts';
import { noLogIns } from '../../support/log-in-entries.ts';
import type { AccountsFixture } from './open-accounts.ts';

/** A login that has logged in. */
export interface Person {
  readonly stored: StoredUser;
  /** `id` of the login. */
  readonly id: string;
  /** Record key of the login. */
  readonly key: string;
  readonly viewer: Viewer;
  readonly accessToken: string;
}

let people = 0;

/** Stores a login with an address of its own, and logs it in. */
export async function loggedIn(accounts: AccountsFixture, fields: Partial<StoredUser> = {}): Promise<Person> {
  people += 1;
  const email = `person${people}@example.com`;
  const stored = await accounts.addLogin({ email, ...fields });
  const { viewer, accessToken } = await accounts.logIn(email);
  return { stored, id: String(stored.id), key: recordKey(stored._id), viewer, accessToken };
}

/** From now on this is the only admin. */
export async function onlyAdmin(accounts: AccountsFixture): Promise<Person> {
  await accounts.database.users.deleteMany({ role: 'admin' });
  return loggedIn(accounts, { role: 'admin' });
}

/** The viewer that a token makes; `UNAUTHENTICATED` when it is refused. */
export async function useToken(
  accounts: AccountsFixture,
  accessToken: string,
): Promise<Viewer | string | null> {
  return accounts.authenticator
    .viewerOf(`Bearer ${accessToken}`)
    .catch((error: { code?: string }) => error.code ?? String(error));
}

/** Actions, actors and changes of the journal of one subject, oldest first; without its log-ins, by which tests begin. */
export async function journalOf({ database }: AccountsFixture, subjectId: string) {
  const entries = await database.journal
    .find({ subjectIds: subjectId, ...noLogIns })
    .sort({ at: 1, _id: 1 })
    .toArray();
  return entries.map(({ action, actor, changes, subjectIds }) => ({ action, actor, changes, subjectIds }));
}

/** Everything in the database, to show that nothing was written. */
export async function wholeDatabase({ database }: AccountsFixture): Promise<Record<string, unknown[]>> {
  const collections = await database.db.collections();
  const contents = await Promise.all(
    collections.map(async (collection) => [
      collection.collectionName,
      await collection.find().sort({ _id: 1 }).toArray(),
    ]),
  );
  return Object.fromEntries(contents);
}
