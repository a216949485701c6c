import { type EndingOfSessions, endSessions } from '../../accounts/end-sessions.ts';
import { findLogin } from '../../accounts/find-login.ts';
import { loginFilter } from '../../accounts/login-filter.ts';
import { loginAddress, storedRole, type ViewerRole } from '../../accounts/viewer.ts';
import type { PhoneRegion } from '../../customer-index/canonical-phone.ts';
import type { Database } from '../../database/collections.ts';
import {
  keyText,
  type LoginRecord,
  loginProjection,
  toLoginRecord,
} from '../../database/stored-documents.ts';
import { AppError } from '../../errors.ts';

/**
 * Ends the sessions of the one login that is meant.
 *
 * @throws AppError NOT_FOUND for nobody and for several: none of them is picked.
 */
export async function endSessionsOfLogin(
  database: Database,
  identifier: string,
  defaultPhoneRegion: PhoneRegion,
  ending: EndingOfSessions,
): Promise<{ readonly login: LoginRecord; readonly ended: number }> {
  const found = await findLogin(database, identifier, defaultPhoneRegion);
  const login = found?.login ?? (await loginWithId(database, identifier));
  if (login === null) {
    throw new AppError(
      'NOT_FOUND',
      'No login, or more than one, has this e-mail, phone or id. Of a phone that several share, give the id.',
    );
  }
  const ended = await endSessions(database, { loginKey: login.key, address: loginAddress(login) }, ending);
  return { login, ended };
}

/**
 * Ends the sessions of every login of a role that has any, one login after the other. A session that is opened meanwhile
 * may stay.
 *
 * @param stopping Once it fires, those that are left keep theirs.
 * @returns How many sessions were open.
 */
export async function endSessionsOfRole(
  database: Database,
  role: ViewerRole,
  ending: EndingOfSessions,
  stopping: AbortSignal,
): Promise<number> {
  const done = new Set<string>();
  let ended = 0;
  const open = database.sessions.find(
    { role: storedRole(role) },
    { projection: { loginKey: 1, loginId: 1 } },
  );
  for await (const { loginKey, loginId } of open) {
    if (stopping.aborted) break;
    if (done.has(loginKey)) continue;
    done.add(loginKey);
    const stored = await database.users.findOne(loginFilter(loginId), { projection: { id: 1 } });
    // Of a login that is not there any more, too.
    const address = stored === null ? keyText(loginId) : loginAddress(toLoginRecord(stored));
    ended += await endSessions(database, { loginKey, address }, ending);
  }
  return ended;
}

/** By an id that is no UUID, as the older application gave some. */
async function loginWithId(database: Database, id: string): Promise<LoginRecord | null> {
  const found = await database.users
    .find({ id: id.trim() }, { projection: loginProjection })
    .limit(2)
    .toArray();
  const [first, second] = found;
  return first === undefined || second !== undefined ? null : toLoginRecord(first);
}
