import { newOneTimeToken } from '../../src/accounts/one-time-token.ts';
import type { Database } from '../../src/database/collections.ts';
import { recordKey } from '../../src/database/stored-documents.ts';

/** Lets a login wait for a new address, as if it had asked for it; answers what the link to that address carries. */
export async function addPendingEmail(
  database: Database,
  loginId: string,
  newEmail: string,
  expiresAt: Date = new Date(Date.now() + 60_000),
): Promise<string> {
  const login = await database.users.findOne({ id: loginId });
  if (login === null) throw new Error(`There is no login ${loginId}.`);
  const loginKey = recordKey(login._id);
  const { token, digest } = newOneTimeToken();
  await database.tokens.insertOne({
    _id: digest,
    kind: 'CONFIRM_EMAIL',
    loginKey,
    loginId: login._id,
    email: newEmail,
    createdAt: new Date(),
    expiresAt,
  });
  await database.accounts.updateOne(
    { _id: loginKey },
    { $set: { pendingEmail: newEmail } },
    { upsert: true },
  );
  return token;
}
