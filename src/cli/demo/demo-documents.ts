import type { Document } from 'mongodb';
import { ObjectId } from 'mongodb';
import { type DeliveryStaff, demoDecks } from './demo-decks.ts';
import { DEMO_PASSWORD_HASHES } from './demo-passwords.ts';
import type { DemoPerson } from './demo-people.ts';
import type { SeededRandom } from './seeded-random.ts';
import { spellEmail, spellName, spellPhone, spellTime } from './spellings.ts';

/** What a caller decides about a login; all else is dealt from the decks below. */
export type LoginChoices = {
  person: DemoPerson;
  id?: unknown;
  /** `customer_v2_id`; without this key one of the three spellings of "no link" is dealt. */
  link?: unknown;
  role?: 'customer' | 'admin' | 'analyst' | 'delivery_boy';
  /** true: every field is present and in good order. */
  tidy?: boolean;
  /** Fields that replace whatever was dealt. */
  fields?: Document;
};

/** What a caller decides about a delivery record. */
export type RecordChoices = {
  person: DemoPerson;
  id?: unknown;
  /** `user_id`; without this key one of the three spellings of "no link" is dealt. */
  link?: unknown;
  tidy?: boolean;
  fields?: Document;
};

/** The key of a field that is to be left out of a document. */
export const ABSENT = Symbol('absent');

/** Makes documents in the stored format of the older application, with the mess of real ones. */
export function demoDocuments(random: SeededRandom, staff: DeliveryStaff) {
  const deal = demoDecks(random, staff);

  const creation = (tidy: boolean) => {
    const at = new Date(Date.UTC(2021, random.integer(0, 47), random.integer(1, 28), random.integer(0, 23)));
    at.setUTCSeconds(random.integer(0, 3599));
    const objectId = new ObjectId((at.getTime() / 1000).toString(16).padStart(8, '0') + random.hex(16));
    const createdAt = spellTime(at, random.integer(1, 999_999), tidy ? 'microseconds' : deal.createdAt());
    return { _id: tidy || deal.mongoId() === 'objectId' ? objectId : random.uuid(), createdAt };
  };

  const login = (choices: LoginChoices): Document => {
    const { person, tidy = false } = choices;
    const { _id, createdAt } = creation(tidy);
    return withoutAbsent({
      _id,
      id: 'id' in choices ? choices.id : random.uuid(),
      email: tidy ? person.email : spellEmail(person, deal.loginEmail()),
      phone: spellPhone(person.phone, tidy ? 'bare' : deal.loginPhone()),
      name: spellName(person.name, tidy ? 'plain' : deal.loginName()),
      password_hash: tidy ? DEMO_PASSWORD_HASHES.bcrypt2bCost12[0] : deal.passwordHash(),
      role: choices.role ?? 'customer',
      is_active: tidy ? true : deal.isActive(),
      customer_v2_id: 'link' in choices ? choices.link : deal.noLoginLink(),
      ...(tidy ? {} : deal.legacyReset()),
      created_at: createdAt,
      ...choices.fields,
    });
  };

  const record = (choices: RecordChoices): Document => {
    const { person, tidy = false } = choices;
    const { _id, createdAt } = creation(tidy);
    return withoutAbsent({
      _id,
      id: 'id' in choices ? choices.id : random.uuid(),
      name: spellName(person.name, tidy ? 'plain' : deal.recordName()),
      phone: spellPhone(person.phone, tidy ? 'bare' : deal.recordPhone()),
      email: spellEmail(person, tidy ? 'plain' : deal.recordEmail()),
      address: tidy ? person.address : deal.address()(person.address),
      area: tidy ? person.area : deal.area()(person.area),
      status: tidy ? 'active' : deal.status(),
      delivery_boy_id: tidy ? staff.activeIds[0] : deal.deliveryBoyId(),
      user_id: 'link' in choices ? choices.link : deal.noRecordLink(),
      created_at: createdAt,
      notes: tidy ? undefined : deal.notes(),
      ...choices.fields,
    });
  };

  return { login, record };
}

/** A field is absent when its value is undefined or {@link ABSENT}; nulls stay. */
function withoutAbsent(fields: Document): Document {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== ABSENT),
  );
}
