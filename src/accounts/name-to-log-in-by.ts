import type { PhoneRegion } from '../customer-index/canonical-phone.ts';
import type { Database } from '../database/collections.ts';
import type { LoginRecord } from '../database/stored-documents.ts';
import { findLogin } from './find-login.ts';
import { loginName } from './login-name.ts';

/**
 * A login as it is to be told how to log in: without its e-mail and phone where these mean another login as well, as in a
 * household that shares them, and only its id means it alone. Nobody could log in with what the message says otherwise.
 */
export async function nameToLogInBy(
  database: Database,
  login: LoginRecord,
  defaultPhoneRegion: PhoneRegion,
): Promise<Pick<LoginRecord, 'key' | 'id' | 'name' | 'email' | 'phone'>> {
  const isMeantBy = async (name: string) =>
    (await findLogin(database, name, defaultPhoneRegion))?.login.key === login.key;
  if (login.id === null || (await isMeantBy(loginName(login, defaultPhoneRegion)))) return login;
  return (await isMeantBy(login.id)) ? { ...login, email: null, phone: null } : login;
}
