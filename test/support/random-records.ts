import { ObjectId } from 'mongodb';
import type { RawDocument } from './link-graphs.ts';
import { randomCustomerV2, randomPeople, randomUser } from './random-people.ts';
import { type SeededRandom, seededRandom } from './seeded-random.ts';

export interface RandomRecords {
  users: RawDocument[];
  customersV2: RawDocument[];
}

/**
 * `size` raw documents (about two logins to three delivery records) as messy as such data is: phones in several spellings,
 * shared by households, placeholder e-mails, missing fields, wrong types, unknown statuses, every form of `created_at`, ids
 * missing or twice, links of every kind. Far more of them are linked or broken than in life, so that every link state
 * occurs often. The same seed and size give the same records.
 */
export function randomRecords(seed: number, size: number): RandomRecords {
  const random = seededRandom(seed);
  const userCount = Math.max(1, Math.round(size * 0.4));
  const people = randomPeople(random, size);
  const users: RawDocument[] = [];
  const customersV2: RawDocument[] = [];
  for (let at = 0; at < size; at++) {
    const records = at < userCount ? users : customersV2;
    const values = records === users ? randomUser(random, people, at) : randomCustomerV2(random, people);
    records.push({ _id: randomKey(random, at), ...randomId(random, records), ...values });
  }
  const boys = users.filter((user) => user.role === 'delivery_boy');
  for (const record of customersV2)
    setField(record, 'delivery_boy_id', randomDeliveryBoy(random, users, boys));
  shareIdsBetweenSources(random, users, customersV2);
  link(random, users, customersV2);
  return { users, customersV2 };
}

/** Mostly ObjectIds, with texts and numbers among them. */
function randomKey(random: SeededRandom, at: number): unknown {
  const chance = random.next();
  if (chance < 0.05) return 1_000_000 + at;
  if (chance < 0.15) return `key-${at}-${random.hex(8)}`;
  const seconds = 1_420_070_400 + random.below(340_000_000);
  return ObjectId.createFromHexString(
    `${seconds.toString(16).padStart(8, '0')}${random.hex(10)}${hexOf(at, 6)}`,
  );
}

function hexOf(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0').slice(-digits);
}

/** A uuid; now and then missing, of a wrong type, or another record's. */
function randomId(random: SeededRandom, others: readonly RawDocument[]): { id?: unknown } {
  const chance = random.next();
  if (chance < 0.01) return {};
  if (chance < 0.03)
    return { id: random.pick([null, '', 4711, ObjectId.createFromHexString(random.hex(24))]) };
  if (chance < 0.05 && others.length > 0) return { id: random.pick(others).id };
  return { id: uuid(random) };
}

function uuid(random: SeededRandom): string {
  const variant = random.pick(['8', '9', 'a', 'b']);
  return `${random.hex(8)}-${random.hex(4)}-4${random.hex(3)}-${variant}${random.hex(3)}-${random.hex(12)}`;
}

function shareIdsBetweenSources(
  random: SeededRandom,
  users: RawDocument[],
  customersV2: RawDocument[],
): void {
  for (const record of customersV2) {
    if (random.chance(0.01)) setField(record, 'id', random.pick(users).id);
  }
}

function randomDeliveryBoy(
  random: SeededRandom,
  users: readonly RawDocument[],
  boys: readonly RawDocument[],
): unknown {
  const chance = random.next();
  if (chance < 0.25) return undefined;
  if (chance < 0.35) return random.pick([null, '']);
  if (chance < 0.4) return uuid(random);
  if (chance < 0.45) return random.pick(users).id;
  if (chance < 0.47) return random.pick(users)._id;
  return random.pick(boys).id;
}

/** Links most records somewhere: pairs, half pairs, second claimants, nobody, and values that are no link. */
function link(
  random: SeededRandom,
  users: readonly RawDocument[],
  customersV2: readonly RawDocument[],
): void {
  for (const record of users) setField(record, 'customer_v2_id', emptyLink(random));
  for (const record of customersV2) setField(record, 'user_id', emptyLink(random));
  if (customersV2.length === 0) return;
  const free = [...customersV2];
  for (const user of users) {
    const chance = random.next();
    const fresh = free.pop();
    if (chance < 0.25 && fresh !== undefined) {
      setField(user, 'customer_v2_id', fresh.id);
      setField(fresh, 'user_id', user.id);
    } else if (chance < 0.35 && fresh !== undefined) setField(user, 'customer_v2_id', fresh.id);
    else if (chance < 0.45 && fresh !== undefined) setField(fresh, 'user_id', user.id);
    else if (chance < 0.53) setField(user, 'customer_v2_id', random.pick(customersV2).id);
    else if (chance < 0.61) setField(random.pick(customersV2), 'user_id', user.id);
    else if (chance < 0.65) setField(user, 'customer_v2_id', uuid(random));
    else if (chance < 0.68) setField(random.pick(customersV2), 'user_id', uuid(random));
    else if (chance < 0.71) user.customer_v2_id = random.pick([random.pick(customersV2)._id, 0, 12, true]);
    else if (chance < 0.74) random.pick(customersV2).user_id = random.pick([user._id, 0, 12, false]);
  }
}

/** undefined: no field at all. */
function emptyLink(random: SeededRandom): unknown {
  return random.pick([undefined, undefined, null, '']);
}

/** No driver returns a field that holds undefined. */
function setField(record: RawDocument, field: string, value: unknown): void {
  if (value === undefined) delete record[field];
  else record[field] = value;
}
