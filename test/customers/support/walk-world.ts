import { randomBytes } from 'node:crypto';
import { parsePhoneNumberFromString } from 'libphonenumber-js';
import { expect } from 'vitest';
import type { Viewer } from '../../../src/accounts/viewer.ts';
import { sweepIndex } from '../../../src/customer-index/sweep-index.ts';
import type { ListingDependencies } from '../../../src/customers/customer-access.ts';
import type { CustomerFilter, CustomerOrder } from '../../../src/customers/customer-filter.ts';
import { type CustomerPage, listCustomers } from '../../../src/customers/list-customers.ts';
import { createLoaders } from '../../../src/customers/loaders.ts';
import { migrate } from '../../../src/database/migrate.ts';
import { recordKey } from '../../../src/database/stored-documents.ts';
import { AppError } from '../../../src/errors.ts';
import { createCursorCodec } from '../../../src/graphql/cursor.ts';
import { knownCount } from '../../../src/reports/known-count.ts';
import { createRecentFigures } from '../../../src/reports/recent-figures.ts';
import { type OracleCustomer, oracleCustomers } from '../../support/oracle.ts';
import {
  oracleAddressOfId,
  oracleEmail,
  oracleName,
  oraclePhone,
  oracleText,
} from '../../support/oracle-values.ts';
import type { SeededRandom } from '../../support/seeded-random.ts';
import { openTestDatabase, type TestDatabase } from '../../support/test-database.ts';
import { fillWithRandomRecords } from './random-fill.ts';

/** Random records, what the oracle makes of them, and the lists that the gateway makes of them. */
export interface WalkWorld {
  readonly test: TestDatabase;
  readonly dependencies: ListingDependencies;
  /** By systems and id, which together are one customer's. */
  readonly customers: ReadonlyMap<string, OracleCustomer>;
  readonly now: Date;
}

export interface Walking {
  readonly filter: CustomerFilter | null;
  readonly order: CustomerOrder | null;
  readonly size: number;
  readonly backwards?: boolean;
  readonly role?: 'ADMIN' | 'ANALYST';
  readonly betweenPages?: () => Promise<unknown>;
}

export const walkSettings = { defaultPhoneRegion: 'IN', legacyTimezone: 'UTC' } as const;

export async function openWalkWorld(size: number, seed: number): Promise<WalkWorld> {
  const test = await openTestDatabase({ migrated: false, monitorCommands: true });
  const { database } = test;
  await fillWithRandomRecords(seed, size)(database);
  await migrate(database, { now: () => new Date() });
  await sweepIndex(database, walkSettings);
  return walkWorldOf(test);
}

/** The same of what is stored and indexed already; of whom, when that has been worked out. */
export async function walkWorldOf(test: TestDatabase, known?: readonly OracleCustomer[]): Promise<WalkWorld> {
  const now = new Date();
  const cursors = createCursorCodec(randomBytes(32));
  const listed = { database: test.database, settings: walkSettings, cursors, now: () => now };
  const figures = createRecentFigures(listed);
  return {
    test,
    dependencies: { ...listed, knownCount: knownCount(figures) },
    customers:
      known === undefined
        ? await readCustomers(test, now)
        : new Map(known.map((customer) => [keyOf(customer), customer])),
    now,
  };
}

/** What the oracle makes of the stored documents now. */
export async function readCustomers(test: TestDatabase, now: Date): Promise<Map<string, OracleCustomer>> {
  const users = await test.db.collection('users').find().toArray();
  const customersV2 = await test.db.collection('customers_v2').find().toArray();
  const stored = await test.database.accounts.find().toArray();
  const accounts = new Map(stored.map((account) => [account._id, account]));
  const customers = oracleCustomers(users, customersV2, {
    accounts: new Map(
      users.map((user) => {
        const account = accounts.get(recordKey(user._id));
        return [oracleAddressOfId(user._id), { passwordExpiresAt: account?.passwordExpiresAt ?? null }];
      }),
    ),
    phoneRegion: 'IN',
    legacyTimezone: 'UTC',
    now,
  });
  return new Map(customers.map((customer) => [keyOf(customer), customer]));
}

/** A whole list by its cursors, in the list's own order; null when it is refused as too expensive. */
export async function walk(world: WalkWorld, walking: Walking): Promise<string[] | null> {
  const keys: string[] = [];
  let cursor: string | null = null;
  const { size, backwards = false } = walking;
  for (;;) {
    let page: CustomerPage;
    try {
      page = await pageOf(world, walking, cursor);
    } catch (error) {
      if (error instanceof AppError && error.code === 'QUERY_TOO_EXPENSIVE') return null;
      throw error;
    }
    const own = page.nodes.map(keyOf);
    if (backwards) keys.unshift(...own);
    else keys.push(...own);
    const [more, behind] = backwards
      ? [page.hasPreviousPage, page.hasNextPage]
      : [page.hasNextPage, page.hasPreviousPage];
    expect(behind).toBe(cursor !== null);
    if (!more) return keys;
    expect(own).toHaveLength(size);
    cursor = backwards ? page.startCursor : page.endCursor;
    await walking.betweenPages?.();
  }
}

export function pageOf(
  { dependencies, test }: WalkWorld,
  { filter, order, size, backwards = false, role = 'ADMIN' }: Walking,
  cursor: string | null,
): Promise<CustomerPage> {
  const selected = new Set(['id', 'systems']);
  const request = {
    viewer: { id: 'walker', role, mustChangePassword: false } as Viewer,
    loaders: createLoaders(test.database, selected),
    selected,
  };
  return listCustomers(dependencies, request, {
    page: { first: size, after: cursor, backwards },
    filter,
    order,
  });
}

/** Those whom the oracle finds are there, each once, in the order that was asked for. */
export function expectWalked(world: WalkWorld, walking: Walking, keys: readonly string[]): void {
  const { filter, order } = walking;
  const expected = [...world.customers].filter(([, customer]) => matches(customer, filter ?? {}));
  const told = JSON.stringify({ filter, order, size: walking.size, backwards: walking.backwards });
  expect({ told, keys: keys.toSorted() }).toEqual({ told, keys: expected.map(([key]) => key).toSorted() });
  const orderKeys = keys.map((key) => orderKey(world.customers.get(key), order));
  for (let at = 1; at < orderKeys.length; at++) {
    const [one, next] = [orderKeys[at - 1] ?? Buffer.of(), orderKeys[at] ?? Buffer.of()];
    const compared = Buffer.compare(one, next) * (order?.direction === 'ASC' ? 1 : -1);
    if (compared > 0) expect.fail(`${told}: ${keys[at - 1]} stands in front of ${keys[at]}`);
  }
}

/** By name those without one stand last when names ascend, by time those without one count as the oldest. */
function orderKey(customer: OracleCustomer | undefined, order: CustomerOrder | null): Buffer {
  if (order?.field !== 'NAME') return Buffer.from(customer?.createdAt ?? '');
  return Buffer.from(customer?.name == null ? '\u{10ffff}' : (oracleName(customer.name) ?? ''));
}

export function keyOf(customer: Pick<OracleCustomer, 'id' | 'systems'>): string {
  return `${customer.systems.join('+')} ${customer.id}`;
}

/** `CustomerFilter`, said once more. */
export function matches(customer: OracleCustomer, filter: CustomerFilter): boolean {
  return Object.entries(filter).every(([field, wanted]) => {
    if (wanted == null) return true;
    switch (field) {
      case 'search':
        return isFound(customer, String(wanted));
      case 'linkState':
        return (wanted as string[]).includes(customer.linkState);
      case 'status':
        return (wanted as string[]).includes(customer.status);
      case 'area':
        return customer.area !== null && (wanted as string[]).includes(customer.area);
      case 'hasArea':
        return (customer.area !== null) === wanted;
      case 'createdAfter':
        return customer.createdAt !== null && new Date(customer.createdAt) > (wanted as Date);
      case 'createdBefore':
        return customer.createdAt !== null && new Date(customer.createdAt) < (wanted as Date);
      default:
        return customer[field as keyof OracleCustomer] === wanted;
    }
  });
}

/** Every word that is typed begins a word of a name, of an e-mail's mailbox, a phone, or an id of either half. */
function isFound({ login, delivery, link }: OracleCustomer, search: string): boolean {
  const halves = [login, delivery].filter((half) => half !== null);
  // An id that is missing, or another's, is nobody's.
  const ids = [
    delivery === null ? null : link.customerV2Id,
    login === null ? null : link.userId,
    ...halves.map((half) => oracleAddressOfId(half._id)),
  ];
  const words = [
    ...halves.flatMap((half) => [
      ...nameWords(oracleText(half.name)),
      ...mailWords(oracleEmail(oracleText(half.email))),
      ...phoneWords(oracleText(half.phone)),
    ]),
    ...ids.flatMap((id) => (id === null ? [] : [id.toLowerCase(), plainWords(id).join('')])),
  ];
  return typedForms(search).some(
    (typed) => typed.length > 0 && typed.every((word) => words.some((own) => own.startsWith(word))),
  );
}

/** An id as it is written; besides an e-mail, or a phone of this country or of any, or words of a name. */
function typedForms(search: string): string[][] {
  const written = search.trim().toLowerCase();
  if (written.includes('@')) return [[written]];
  const latin = [...written].map(latinDigit).join('');
  const digits = latin.replace(/[^0-9]/g, '');
  const words = [plainWords(written), plainWords(written.replaceAll('ß', 'ss'))];
  if (digits === '' || !/^[-+()./ 0-9]+$/.test(latin))
    return [[written], ...words, plainWords(written.replace(/['’]/g, ''))];
  const canonical = oraclePhone(latin, 'IN');
  const phones = [
    [digits],
    [digits.replace(/^0+(?=.)/, '')],
    ...(canonical === null ? [] : [[canonical.slice(1)]]),
  ];
  return [[written], ...phones, ...(latin === written ? [] : words)];
}

function latinDigit(sign: string): string {
  for (const digits of ['٠١٢٣٤٥٦٧٨٩', '०१२३४५६७८९']) {
    const value = digits.indexOf(sign);
    if (value >= 0) return String(value);
  }
  return sign;
}

/** The words, and those of one piece with apostrophes and hyphens as they are written without. */
function nameWords(name: string | null): string[] {
  const pieces = (oracleName(name) ?? '').split(/\s+/);
  return [
    ...plainWords(name),
    ...pieces.map((piece) => plainWords(piece).join('')),
    ...pieces.flatMap((piece) => plainWords(piece.replace(/['’]/g, ''))),
  ].flatMap((word) => [word, word.replaceAll('ß', 'ss')]);
}

function plainWords(text: string | null): string[] {
  return (oracleName(text) ?? '').split(/[^\p{L}\p{N}\p{M}]+/u).filter(Boolean);
}

function mailWords(email: string | null): string[] {
  return email === null ? [] : [email, ...plainWords(email.split('@')[0] ?? '')];
}

function phoneWords(phone: string | null): string[] {
  const canonical = oraclePhone(phone, 'IN');
  const national = canonical === null ? undefined : parsePhoneNumberFromString(canonical)?.nationalNumber;
  return canonical === null ? [] : [canonical.slice(1), String(national)];
}

export const orders: readonly CustomerOrder[] = [
  { field: 'NAME', direction: 'ASC' },
  { field: 'NAME', direction: 'DESC' },
  { field: 'CREATED_AT', direction: 'ASC' },
  { field: 'CREATED_AT', direction: 'DESC' },
];

/** Filters of one condition, of every kind, with values that occur in this world. */
export function singleFilters({ customers }: WalkWorld): CustomerFilter[] {
  const list = [...customers.values()];
  const areas = [...new Set(list.map(({ area }) => area).filter((area) => area !== null))];
  const boys = [...new Set(list.map(({ deliveryBoyId }) => deliveryBoyId).filter((id) => id !== null))];
  const times = list
    .map(({ createdAt }) => createdAt)
    .filter((time) => time !== null)
    .toSorted();
  const time = (share: number) => new Date(times[Math.floor(times.length * share)] ?? 0);
  const booleans = [
    'hasArea',
    'isActive',
    'canLogin',
    'missingEmail',
    'hasDeliveryBoy',
    'hasLogin',
    'hasDeliveryRecord',
  ];
  return [
    ...areas.slice(0, 2).map((area) => ({ area: [area] })),
    { area: areas.slice(0, 3) },
    ...(['LINKED', 'HALF_LINKED', 'ORPHANED_USER', 'ORPHANED_V2', 'DANGLING', 'CONFLICT'] as const).map(
      (state) => ({ linkState: [state] }),
    ),
    { linkState: ['DANGLING', 'CONFLICT'] },
    ...(['ACTIVE', 'TRIAL', 'OTHER'] as const).map((status) => ({ status: [status] })),
    { status: ['PAUSED', 'INACTIVE'] },
    ...booleans.flatMap((field) => [true, false].map((value) => ({ [field]: value }) as CustomerFilter)),
    ...boys.slice(0, 1).map((deliveryBoyId) => ({ deliveryBoyId })),
    { createdAfter: time(0.7) },
    { createdBefore: time(0.2) },
    { createdAfter: time(0.4), createdBefore: time(0.6) },
    ...['pri', 'sharma', 'a', 'de', 'sh pr'].map((search) => ({ search })),
  ];
}

/** Phones, ids and names of this world as people write them, each of somebody. */
export function writtenSearches({ customers }: WalkWorld, random: SeededRandom): string[] {
  const list = [...customers.values()];
  const phones = list.flatMap(({ phoneE164 }) => phoneE164 ?? []);
  const foreign = phones.find((phone) => phone.startsWith('+1')) ?? '';
  const local = phones.filter((phone) => phone.startsWith('+91')).map((phone) => phone.slice(3));
  const keys = list
    .flatMap(({ login, delivery }) => [login?._id, delivery?._id])
    .filter((key) => typeof key === 'string');
  const phone = () => random.pick(local);
  const inScript = (digits: string, zero: number) =>
    digits.replace(/[0-9]/g, (digit) => String.fromCodePoint(zero + Number(digit)));
  return [
    phone(),
    `0${phone()}`,
    `+91 ${phone()}`,
    `0091${phone()}`,
    `91-${phone()}`,
    phone().replace(/^(.....)/, '($1) '),
    phone().slice(0, 4),
    inScript(phone(), 0x660),
    `+${inScript(`91 ${phone()}`, 0x966)}`,
    ...[foreign, foreign.slice(1), foreign.slice(2), foreign.replace('+', '00')],
    foreign.replace(/^\+1(...)(...)/, '($1) $2-'),
    ...[0, 1, 2].map(() => random.pick(keys)),
    random.pick(keys).toUpperCase().slice(0, 9),
    ...list.slice(0, 3).map(({ id }) => id),
    list[5]?.id.slice(0, 11) ?? '',
    ...['souza', 'neil', 'O’NEIL', "o'nei", 'd souza', 'anne-m', 'annemarie', 'marie anne', 'müller'],
  ];
}

/** Two to four conditions of different kinds, which do not contradict each other at once. */
export function combinedFilter(random: SeededRandom, singles: readonly CustomerFilter[]): CustomerFilter {
  const parts = Array.from({ length: 2 + random.below(3) }, () => random.pick(singles));
  const filter = Object.assign({}, ...parts) as CustomerFilter;
  const { createdAfter, createdBefore } = filter;
  if (createdAfter != null && createdBefore != null && createdAfter >= createdBefore)
    delete filter.createdBefore;
  return filter;
}
