import { setImmediate as nextTurn } from 'node:timers/promises';
import { lastName } from '../customer-index/customer-index-row.ts';
import type { CustomerDependencies, CustomerRequest } from '../customers/customer-access.ts';
import type { IndexedRecord } from '../database/collections.ts';
import type { LoginRecord } from '../database/stored-documents.ts';
import type { DeliveryBoyMatch } from './assignment-outcome.ts';
import { addressesOf } from './list-delivery-boys.ts';
import { comparedPerson, nearness, tooFar, typedText } from './nearness.ts';

/**
 * Of each text that means nobody the delivery boys, active or not, whose name, e-mail or phone is nearly it: the nearest
 * first, at most 5. A business has few, so all of them are compared, the first 5,000 by name, with as many texts as 200,000
 * comparisons allow. Three commands for however many texts.
 */
export async function nearDeliveryBoys(
  dependencies: CustomerDependencies,
  request: CustomerRequest,
  identifiers: readonly string[],
): Promise<Map<string, DeliveryBoyMatch[]>> {
  const near = await nearRecords(await staffRecords(dependencies), identifiers);
  const records = new Map([...near.values()].flat().map((record) => [record._id, record]));
  const logins = await currentLogins([...records.values()], request);
  const found = new Map<string, DeliveryBoyMatch[]>();
  for (const [identifier, ofText] of near) {
    const { kind } = typedText(identifier);
    const matches = ofText.flatMap(({ _id }) => logins.get(_id) ?? []);
    found.set(
      identifier,
      matches.slice(0, maxNearMisses).map((match) => ({ ...match, matchedBy: [kind] })),
    );
  }
  return found;
}

const maxNearMisses = 5;
/** The index may name somebody who delivers no more. */
const maxCandidates = 10;
const maxCompared = 5_000;
/** Some seconds of work: 500 texts with 400 delivery boys. What would be beyond has no near misses. */
const maxComparisons = 200_000;

type StaffRecord = Pick<IndexedRecord, '_id' | 'recordId' | 'nameKey' | 'email' | 'phone'>;

function staffRecords({ database }: CustomerDependencies): Promise<StaffRecord[]> {
  return database.indexedRecords
    .find({ staffRole: 'delivery_boy' }, { projection: { recordId: 1, nameKey: 1, email: 1, phone: 1 } })
    .sort({ nameKey: 1, _id: 1 })
    .limit(maxCompared)
    .batchSize(maxCompared + 1)
    .toArray();
}

/** Thousands of names take a while to be compared with hundreds of texts: others have their turn in between. */
async function nearRecords(
  records: readonly StaffRecord[],
  identifiers: readonly string[],
): Promise<Map<string, StaffRecord[]>> {
  const people = records.map((record) => {
    const { nameKey = lastName, email = null, phone = null } = record;
    return { record, person: comparedPerson(nameKey === lastName ? '' : nameKey, email, phone) };
  });
  const texts = identifiers.slice(0, Math.max(1, Math.floor(maxComparisons / Math.max(1, people.length))));
  const near = new Map<string, StaffRecord[]>();
  for (const identifier of texts) {
    const typed = typedText(identifier);
    const compared = people
      .map(({ record, person }) => ({ record, distance: nearness(typed, person) }))
      .filter(({ distance }) => distance < tooFar)
      .sort((one, other) => one.distance - other.distance || (one.record._id < other.record._id ? -1 : 1));
    near.set(
      identifier,
      compared.slice(0, maxCandidates).map(({ record }) => record),
    );
    await nextTurn();
  }
  return near;
}

async function currentLogins(
  records: readonly StaffRecord[],
  request: CustomerRequest,
): Promise<Map<string, { login: LoginRecord; address: string }>> {
  const { logins } = await request.loaders.records.load({ logins: records.map((record) => record.recordId) });
  const current = records.flatMap((record, index) => {
    const login = logins[index];
    return login?.role === 'delivery_boy' ? [{ record, login }] : [];
  });
  const addresses = await addressesOf(
    current.map(({ login }) => login),
    request,
  );
  return new Map(
    current.map(({ record, login }, index) => [
      record._id,
      { login, address: addresses[index] ?? login.keyText },
    ]),
  );
}
