import { findLogin } from '../accounts/find-login.ts';
import { canonicalPhone } from '../customer-index/canonical-phone.ts';
import { deliverable } from '../customer-index/customer-values.ts';
import type { Database, StoredAccount } from '../database/collections.ts';
import type { LoginRecord } from '../database/stored-documents.ts';
import {
  type CustomerDependencies,
  type CustomerRequest,
  mayUseContacts,
  presentationFor,
} from './customer-access.ts';
import type { LoginBlocker } from './customer-enums.ts';
import type { CustomerSource } from './customer-view.ts';
import { type FindCustomerResult, findCustomer } from './find-customer.ts';
import { loginBlockers } from './login-blockers.ts';
import { type DiagnosedLogin, loginHints } from './login-diagnosis-hints.ts';
import { lastCredentials } from './login-diagnosis-message.ts';
import { missingLogin } from './login-diagnosis-missing.ts';
import { type LoginStep, loginStep } from './login-diagnosis-steps.ts';
import { maskEmail, maskPhone } from './mask.ts';
import { wholeSourceWithId } from './source-with-id.ts';

export interface DiagnosedCustomer {
  readonly identifier: string;
  readonly lookup: FindCustomerResult;
  readonly blockers: LoginStep[];
  readonly loginNames: string[];
  readonly hints: string[];
}

/**
 * What stands between somebody and logging in, for whoever has them on the phone: the text is looked up as `findCustomer`
 * does, and each blocker of the one customer who is meant comes with the operation that removes it. Analysts see contacts
 * masked, and look nobody up by them. Writes nothing.
 *
 * @throws AppError FORBIDDEN to all but admins and analysts; BAD_USER_INPUT naming `identifier`.
 */
export async function loginDiagnosis(
  dependencies: CustomerDependencies,
  request: CustomerRequest,
  typed: string,
): Promise<DiagnosedCustomer> {
  const selected = new Set([...request.selected, ...decidingFields]);
  const lookup = await findCustomer(dependencies, { ...request, selected }, typed);
  const told = { identifier: typed.trim(), lookup };
  if (lookup.kind !== 'found')
    return { ...told, blockers: [], loginNames: [], hints: whoIsMeant[lookup.kind] };
  const { source } = lookup;
  const step =
    source.login === null
      ? await missingLogin(dependencies, source)
      : await stepsOf(dependencies, request, source, source.login);
  return { ...told, ...step };
}

/** By these it is decided what is in the way, whether they are shown or not. */
const decidingFields = ['id', 'name', 'phone', 'email', 'canLogin', 'loginBlockers'];

const whoIsMeant = {
  ambiguous: ['Several customers are meant: ask for something that only one of them has, or for the id.'],
  notFound: [
    'Nobody is meant: ask for another phone, e-mail or the whole name, and look at the near misses.',
  ],
};

async function stepsOf(
  dependencies: CustomerDependencies,
  request: CustomerRequest,
  source: CustomerSource,
  login: LoginRecord,
): Promise<Pick<DiagnosedCustomer, 'blockers' | 'loginNames' | 'hints'>> {
  const { database, settings, now } = dependencies;
  const { masked } = presentationFor(request.viewer, dependencies);
  const at = now();
  const account = await database.accounts.findOne({ _id: login.key });
  const diagnosed: DiagnosedLogin = {
    source,
    login,
    account,
    customerId: await customerIdOf(database, source, login),
    userId: source.link.userId ?? login.keyText,
    credentials: await lastCredentials(database, login.key),
    names: await namesOf(dependencies, login),
    sharedPhone: await sharedPhone(dependencies, login),
    mayReadJournal: mayUseContacts(request.viewer),
    masked,
    at,
  };
  const found = blockersOf(source, account, at);
  return {
    blockers: await Promise.all(found.map((blocker) => loginStep(dependencies, diagnosed, blocker))),
    loginNames: diagnosed.names.map((name) => (masked ? maskName(name) : name)),
    hints: loginHints(
      { ...diagnosed, settings, reaches: (to) => dependencies.accounts.outbox.reaches(to) },
      found,
    ),
  };
}

/** Those of the customer, and `LOCKED`, which nobody else is told: it passes by itself. */
function blockersOf(source: CustomerSource, account: StoredAccount | null, at: Date): LoginBlocker[] {
  const locked = (account?.lockedUntil?.getTime() ?? 0) > at.getTime();
  return [...loginBlockers(source.login, source, at), ...(locked ? (['LOCKED'] as const) : [])];
}

/** What addresses this customer in a mutation: where a delivery record has the same id, that one would be meant. */
async function customerIdOf(database: Database, source: CustomerSource, login: LoginRecord): Promise<string> {
  if (source.delivery !== null) return source.id;
  const addressed = await wholeSourceWithId(database, source.id);
  return addressed?.login?.key === login.key ? source.id : login.keyText;
}

/** What can be typed at log-in and means this login alone: its e-mail, its phone, its id. */
async function namesOf(
  { database, settings: { defaultPhoneRegion } }: CustomerDependencies,
  login: LoginRecord,
): Promise<string[]> {
  const possible = [deliverable(login), canonicalPhone(login.phone, defaultPhoneRegion), login.id];
  const names = possible.filter((name) => name !== null);
  const meant = await Promise.all(
    names.map(async (name) => (await findLogin(database, name, defaultPhoneRegion))?.login.key === login.key),
  );
  return names.filter((_, index) => meant[index]);
}

/** The phone of a login that other logins have too, and how many; null for one that is its own, and for none. */
async function sharedPhone(
  { database, settings: { defaultPhoneRegion } }: CustomerDependencies,
  login: LoginRecord,
): Promise<DiagnosedLogin['sharedPhone']> {
  const phone = canonicalPhone(login.phone, defaultPhoneRegion);
  if (phone === null) return null;
  const owners = await database.indexedRecords.countDocuments({ source: 'user', phone });
  return owners > 1 ? { phone, others: owners - 1 } : null;
}

function maskName(name: string): string {
  if (name.includes('@')) return maskEmail(name) ?? '';
  return name.startsWith('+') ? (maskPhone(name) ?? '') : name;
}
