import type { ClientSession } from 'mongodb';
import { loginsFilter } from '../accounts/login-filter.ts';
import type { IndexSettings } from '../customer-index/customer-index-rows.ts';
import type { IdentifierKind } from '../customers/customer-enums.ts';
import { maxCandidates } from '../customers/find-customer.ts';
import {
  identifierKeys,
  keysAmong,
  keysOfLogin,
  type MatchableKeys,
  matchedKinds,
} from '../customers/identifier-keys.ts';
import type { Database } from '../database/collections.ts';
import {
  type LoginRecord,
  loginProjection,
  type StoredRole,
  toLoginRecord,
} from '../database/stored-documents.ts';
import { type AssignmentOutcome, personText, refused } from './assignment-outcome.ts';

/** Somebody active who delivers, with an id that names nobody else. */
export interface ResolvedDeliveryBoy {
  readonly kind: 'deliveryBoy';
  readonly id: string;
  readonly login: LoginRecord;
}

export type DeliveryBoyDecision = ResolvedDeliveryBoy | AssignmentOutcome;

interface Looking {
  readonly database: Database;
  readonly settings: IndexSettings;
  readonly session?: ClientSession;
}

/**
 * Whom each text means: the one delivery boy, active or not, whom it finds by id, e-mail, phone or whole name. Logins of
 * other roles are never meant; where nobody delivers, they are named in the refusal.
 *
 * @param logins Every login that the index finds by these texts, and every other one with an id of theirs.
 */
export async function resolveDeliveryBoys(
  looking: Looking,
  identifiers: readonly string[],
  logins: readonly LoginRecord[],
): Promise<Map<string, DeliveryBoyDecision>> {
  const { settings } = looking;
  const staff = withKeys(
    logins.filter((login) => login.role === 'delivery_boy'),
    settings,
  );
  const decisions = new Map<string, DeliveryBoyDecision>();
  for (const identifier of identifiers) {
    const meant = matching(staff, identifier, settings);
    if (meant.length > 0) decisions.set(identifier, decide(identifier, meant, logins));
  }
  const left = identifiers.filter((identifier) => !decisions.has(identifier));
  if (left.length === 0) return decisions;
  const others = withKeys([...logins, ...(await loginsOfCustomers(looking, left))], settings);
  for (const identifier of left)
    decisions.set(
      identifier,
      nobody(
        identifier,
        matching(others, identifier, settings).map(({ login }) => login),
      ),
    );
  return decisions;
}

/** The text that addresses a login alone: its id where no other login has the same. */
export function addressOf({ id, keyText }: LoginRecord, logins: readonly LoginRecord[]): string {
  return id !== null && logins.filter((other) => other.id === id).length === 1 ? id : keyText;
}

function decide(
  identifier: string,
  meant: readonly MatchedLogin[],
  logins: readonly LoginRecord[],
): DeliveryBoyDecision {
  const [only, ...others] = meant;
  if (only === undefined || others.length > 0) {
    const candidates = meant
      .toSorted((one, other) => (one.login.key < other.login.key ? -1 : 1))
      .slice(0, maxCandidates)
      .map((match) => ({ ...match, address: addressOf(match.login, logins) }));
    return { kind: 'deliveryBoyAmbiguous', identifier, candidates };
  }
  const { login } = only;
  const who = personText(login);
  if (!login.isActive) {
    return refused(
      'CONFLICT',
      `${who} (delivery boy) is not active. Activate the login with setLoginActive first.`,
    );
  }
  if (login.id === null || addressOf(login, logins) !== login.id) {
    return refused(
      'CONFLICT',
      `${who} (delivery boy) has no id of their own, so no record can name them. Give the login one first.`,
    );
  }
  return { kind: 'deliveryBoy', id: login.id, login };
}

function nobody(identifier: string, others: readonly LoginRecord[]): DeliveryBoyDecision {
  const [first, ...more] = others.toSorted((one, other) => (one.key < other.key ? -1 : 1));
  if (first === undefined) return { kind: 'deliveryBoyNotFound', identifier };
  const further = more.length === 0 ? '' : ` Nor are ${more.length} others who are meant.`;
  return refused('CONFLICT', `${personText(first)} is ${roleTexts[first.role]}, no delivery boy.${further}`);
}

const roleTexts: Readonly<Record<StoredRole, string>> = {
  customer: 'a customer',
  admin: 'an admin',
  analyst: 'an analyst',
  delivery_boy: 'a delivery boy',
  unknown: 'of a role that is not known',
};

interface KeyedLogin {
  readonly login: LoginRecord;
  readonly keys: MatchableKeys;
}

/** Each login once, with what it is found by. */
function withKeys(logins: readonly LoginRecord[], { defaultPhoneRegion }: IndexSettings): KeyedLogin[] {
  const distinct = new Map(logins.map((login) => [login.key, login]));
  return [...distinct.values()].map((login) => ({ login, keys: keysOfLogin(login, defaultPhoneRegion) }));
}

interface MatchedLogin {
  readonly login: LoginRecord;
  readonly matchedBy: readonly IdentifierKind[];
}

/** Whom a text means. A uuid in another case means somebody where nobody has it as it was typed. */
function matching(
  logins: readonly KeyedLogin[],
  identifier: string,
  { defaultPhoneRegion }: IndexSettings,
): MatchedLogin[] {
  const wanted = keysAmong(
    identifierKeys(identifier, defaultPhoneRegion, true),
    logins.map(({ keys }) => keys),
  );
  return logins.flatMap(({ login, keys }) => {
    const matchedBy = matchedKinds(wanted, keys);
    return matchedBy.length === 0 ? [] : [{ login, matchedBy }];
  });
}

/** Customers of these names or `_id`s: whom a refusal has to name. Two finds, and one for each text where many have one. */
async function loginsOfCustomers(
  { database, settings, session }: Looking,
  identifiers: readonly string[],
): Promise<LoginRecord[]> {
  const options = session === undefined ? {} : { session };
  const keysOfCustomers = async (texts: readonly string[]): Promise<unknown[]> => {
    const keys = texts.map((text) => identifierKeys(text, settings.defaultPhoneRegion, true));
    const names = keys.map(({ name }) => name).filter((name) => name !== null);
    const limit = (maxCandidates + 1) * texts.length;
    const rows = await database.customerIndex
      .find(
        {
          $or: [{ ids: { $in: keys.flatMap(({ ids }) => ids) } }, { names: { $in: names } }],
          hasLogin: true,
        },
        { ...options, projection: { userKey: 1 } },
      )
      .limit(limit)
      .toArray();
    const found: unknown[] = rows.map(({ userKey }) => userKey).filter((key) => key !== undefined);
    // The many of one text may have left out those of another.
    if (rows.length === limit && texts.length > 1)
      for (const text of texts) found.push(...(await keysOfCustomers([text])));
    return found;
  };
  const loginKeys = await keysOfCustomers(identifiers);
  if (loginKeys.length === 0) return [];
  const found = await database.users
    .find(loginsFilter(loginKeys), { ...options, projection: loginProjection })
    .toArray();
  return found.map(toLoginRecord);
}
