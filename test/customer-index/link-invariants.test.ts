import { describe, expect, it } from 'vitest';
import { linkGraph, type RawDocument, randomLinkGraph } from '../support/link-graphs.ts';
import { type OracleCustomer, oracleCustomers } from '../support/oracle.ts';
import { oracleFigures } from '../support/oracle-figures.ts';
import { type OracleLink, oracleLinks } from '../support/oracle-links.ts';
import { oracleAddressOfId } from '../support/oracle-values.ts';
import { type RandomRecords, randomRecords } from '../support/random-records.ts';
import { type SeededRandom, seededRandom } from '../support/seeded-random.ts';

const options = {
  phoneRegion: 'IN',
  legacyTimezone: 'Asia/Kolkata',
  now: new Date('2026-11-01T00:00:00Z'),
} as const;

describe('what the customer rules promise', () => {
  const worlds = [1, 2, 3].map((seed) => ({ seed, ...randomRecords(seed, 600) }));

  it('makes one customer of each pair and one of every other record', () => {
    for (const { users, customersV2 } of worlds) {
      const customers = oracleLinks(users, customersV2);
      const joined = customers.filter((customer) => customer.login !== null && customer.delivery !== null);
      const logins = users.filter((user) => user.role === 'customer');
      expect(customers.length).toBe(logins.length + customersV2.length - joined.length);
    }
  });

  it('puts every delivery record and every customer login into exactly one customer, and no other login into any', () => {
    for (const { users, customersV2 } of worlds) {
      const customers = oracleLinks(users, customersV2);
      const held = customers
        .flatMap(({ login, delivery }) => [login, delivery])
        .filter((half) => half !== null);
      expect(new Set(held).size).toBe(held.length);
      const expected = [...users.filter((user) => user.role === 'customer'), ...customersV2];
      expect(new Set(held)).toEqual(new Set(expected));
    }
  });

  it('counts every figure as the length of the list behind it', () => {
    for (const { users, customersV2 } of worlds) {
      const customers = oracleCustomers(users, customersV2, options);
      const figures = oracleFigures(customers, users, customersV2);
      expect(figures.totalUniqueCustomers).toBe(customers.length);
      expect(figures.totalSyncIssues).toBe(figures.orphanedUsers + figures.orphanedV2 + figures.halfLinked);
      const { linked, halfLinked, orphanedUsers, orphanedV2, dangling, conflicts, canLogin, cannotLogin } =
        figures.audit;
      expect(linked + halfLinked + orphanedUsers + orphanedV2 + dangling + conflicts).toBe(customers.length);
      expect(canLogin + cannotLogin).toBe(customers.length);
      expect(linked + halfLinked).toBe(figures.linkedRecords);
    }
  });

  it('calls links complete only when every record is linked', () => {
    const pairs = (count: number) =>
      Array.from({ length: count }, (_, at) => [`U${at}→D${at}`, `D${at}→U${at}`]).flat();
    const figuresOf = (records: string[]) => {
      const { users, customersV2 } = linkGraph(records.join(', '));
      return oracleFigures(oracleCustomers(users, customersV2, options), users, customersV2);
    };
    expect(figuresOf(pairs(3))).toMatchObject({ linkageCompleteness: '100.0%', status: 'HEALTHY' });
    expect(figuresOf(['U1→D1', 'D1'])).toMatchObject({
      linkageCompleteness: '100.0%',
      status: 'NEEDS_ATTENTION',
    });
    expect(figuresOf([...pairs(2999), 'U2999'])).toMatchObject({ linkageCompleteness: '99.9%' });
    expect(figuresOf([...pairs(1), ...Array.from({ length: 18 }, (_, at) => `D${at + 1}`)])).toMatchObject({
      linkageCompleteness: '5.3%',
      status: 'NEEDS_ATTENTION',
    });
    expect(oracleFigures([], [], [])).toMatchObject({ linkageRatio: 0, status: 'NEEDS_ATTENTION' });
  });

  it('shows every link state, status, reason and issue in the random records that other tests use', () => {
    const customers = worlds.flatMap(({ users, customersV2 }) =>
      oracleCustomers(users, customersV2, options),
    );
    const seen = (values: (customer: OracleCustomer) => readonly unknown[]) =>
      [...new Set(customers.flatMap(values))].sort();
    expect(seen((customer) => [customer.linkState])).toEqual([
      'CONFLICT',
      'DANGLING',
      'HALF_LINKED',
      'LINKED',
      'ORPHANED_USER',
      'ORPHANED_V2',
    ]);
    expect(seen((customer) => [customer.status])).toEqual(['ACTIVE', 'INACTIVE', 'OTHER', 'PAUSED', 'TRIAL']);
    expect(seen((customer) => customer.loginBlockers)).toEqual(['INACTIVE', 'NO_LOGIN', 'NO_PASSWORD']);
    expect(seen((customer) => customer.billingIssues)).toEqual([
      'LINK_CONFLICT',
      'NO_ADDRESS',
      'NO_DELIVERY_RECORD',
      'NO_PHONE',
    ]);
    expect(seen((customer) => customer.differences)).toEqual(['email', 'name', 'phone']);
    for (const flag of [
      'canLogin',
      'canResetPassword',
      'missingEmail',
      'hasDeliveryBoy',
      'isActive',
    ] as const) {
      expect(seen((customer) => [customer[flag]])).toEqual([false, true]);
    }
    expect(seen((customer) => [customer.createdAt === null])).toEqual([false, true]);
  });
});

describe('how far a write reaches', () => {
  it('no further than those it touches, those that they claim, every claimant of any of these, and their partners', () => {
    const random = seededRandom(77);
    const surprises: object[] = [];
    for (let at = 0; at < 20_000; at++) {
      const before = randomLinkGraph(random, 2 + random.below(8));
      const write = randomWrite(random, before);
      const reach = reachOf(before, write);
      const changed = changedKeys(before, write.after);
      const beyond = changed.filter((key) => !reach.has(key)).map((key) => before.names.get(key) ?? key);
      if (beyond.length > 0) surprises.push({ graph: before.description, write: write.description, beyond });
    }
    expect(surprises.slice(0, 5)).toEqual([]);
  });

  it('to the former partner of a record that is claimed by a second one', () => {
    const before = linkGraph('U1, D1→U1, U2');
    const after = linkGraph('U1, D1→U1, U2→D1');
    expect(oracleLinks(before.users, before.customersV2).map((customer) => customer.linkState)).toEqual([
      'HALF_LINKED',
      'ORPHANED_USER',
    ]);
    expect(changedKeys(before, after).map((key) => before.names.get(key))).toEqual(['U1', 'U2', 'D1']);
  });

  it('to the other record of an id when one of two gives it up, and to whom that one claims', () => {
    const before = linkGraph('U1[id of U2]→D1, U2, D1');
    const after = linkGraph('U1[id of U2]→D1, D1');
    expect(oracleLinks(before.users, before.customersV2).map((customer) => customer.linkState)).toEqual([
      'CONFLICT',
      'CONFLICT',
      'CONFLICT',
    ]);
    expect(oracleLinks(after.users, after.customersV2).map((customer) => customer.linkState)).toEqual([
      'HALF_LINKED',
    ]);
  });
});

interface Write {
  readonly description: string;
  readonly touched: string;
  readonly after: RandomRecords;
}

/** Replaces, removes or adds one record; what it writes comes from another random graph. */
function randomWrite(random: SeededRandom, before: RandomRecords): Write {
  const records = [...before.users, ...before.customersV2];
  const source = random.chance(0.5) ? 'users' : 'customersV2';
  const others = before[source];
  const kind =
    others.length === 0 ? 'add' : random.pick(['link', 'link', 'link', 'id', 'role', 'remove', 'add']);
  const field = source === 'users' ? 'customer_v2_id' : 'user_id';
  const ids = records.map((record) => record.id);
  const changes: Record<string, unknown> = {
    link: { [field]: random.pick([...ids, null, '', 0, 'nobody']) },
    id: { id: random.pick([...ids, undefined, '', 'new']) },
    role: { role: random.pick(['customer', 'admin']) },
  };
  if (kind === 'add') {
    const added: RawDocument = {
      _id: 'new',
      id: random.pick([...ids, 'new']),
      [field]: random.pick([...ids, null]),
      role: 'customer',
    };
    return {
      description: `add ${JSON.stringify(added)}`,
      touched: 'new',
      after: { ...before, [source]: [...others, added] },
    };
  }
  const record = random.pick(others);
  const touched = oracleAddressOfId(record._id);
  const rest = others.filter((other) => other !== record);
  if (kind === 'remove')
    return { description: `remove ${touched}`, touched, after: { ...before, [source]: rest } };
  const change = changes[kind] as object;
  return {
    description: `set ${JSON.stringify(change)} of ${touched}`,
    touched,
    after: { ...before, [source]: [...rest, { ...record, ...change }] },
  };
}

/**
 * Texts of the `_id`s of whom a write may change. Who has the id of a touched record counts as touched: their id stops or
 * starts being shared. Partners belong to the same row before or after.
 */
function reachOf(before: RandomRecords, { touched, after }: Write): Set<string> {
  const all = [before, after].flatMap(({ users, customersV2 }) => [
    ...users.map((record) => ({ record, source: 'users', claim: record.customer_v2_id })),
    ...customersV2.map((record) => ({ record, source: 'customersV2', claim: record.user_id })),
  ]);
  const key = ({ record }: (typeof all)[number]) => oracleAddressOfId(record._id);
  const isText = (value: unknown) => typeof value === 'string' && value !== '';
  const touches = all.filter((one) => key(one) === touched);
  const namesakes = all.filter((one) =>
    touches.some(
      (other) => one.source === other.source && isText(one.record.id) && one.record.id === other.record.id,
    ),
  );
  const first = [...touches, ...namesakes];
  const claimed = all.filter((one) =>
    first.some(
      (other) => one.source !== other.source && isText(other.claim) && other.claim === one.record.id,
    ),
  );
  const second = [...first, ...claimed];
  const claimants = all.filter((one) =>
    second.some((other) => one.source !== other.source && isText(one.claim) && one.claim === other.record.id),
  );
  const reach = new Set([...second, ...claimants].map(key));
  const pairs = [before, after].flatMap(({ users, customersV2 }) =>
    oracleLinks(users, customersV2).map(keysOfHalves),
  );
  return new Set([...reach, ...pairs.filter((pair) => pair.some((half) => reach.has(half))).flat()]);
}

/** Texts of the `_id`s of all records whose customer is not what it was, is new or is gone. */
function changedKeys(before: RandomRecords, after: RandomRecords): string[] {
  const was = tellingOf(before);
  const is = tellingOf(after);
  return [...new Set([...was.keys(), ...is.keys()])].filter((key) => was.get(key) !== is.get(key));
}

function tellingOf({ users, customersV2 }: RandomRecords): Map<string, string> {
  const telling = new Map(
    [...users, ...customersV2].map((record) => [oracleAddressOfId(record._id), 'no customer']),
  );
  for (const customer of oracleLinks(users, customersV2)) {
    const { login: _login, delivery: _delivery, ...rest } = customer;
    const halves = keysOfHalves(customer);
    for (const half of halves) telling.set(half, JSON.stringify({ halves, ...rest }));
  }
  return telling;
}

function keysOfHalves({ login, delivery }: OracleLink): string[] {
  return [login, delivery].filter((half) => half !== null).map((half) => oracleAddressOfId(half._id));
}
