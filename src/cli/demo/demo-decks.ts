import type { Document } from 'mongodb';
import { DEMO_PASSWORD_HASHES } from './demo-passwords.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { EmailSpelling, NameSpelling, PhoneSpelling, StoredText, TimeSpelling } from './spellings.ts';

/** Ids that a record's `delivery_boy_id` can name. */
export type DeliveryStaff = {
  /** Active delivery boys; the first serves the most customers. */
  activeIds: readonly string[];
  inactiveId: string;
  /** Somebody with another role. */
  adminId: string;
};

/**
 * The decks that fields are dealt from, weights in cards. A deck of login fields holds at most 30 cards,
 * since the data set deals some 40 logins, and one of delivery records at most 60: so every card comes up,
 * whatever the seed.
 */
export function demoDecks(random: SeededRandom, staff: DeliveryStaff) {
  const { dealer } = random;
  const [first, ...otherBoys] = staff.activeIds;
  const hashes = DEMO_PASSWORD_HASHES;
  const noLink: [StoredText, number][] = [
    [undefined, 2],
    [null, 2],
    ['', 1],
  ];
  return {
    mongoId: dealer<'objectId' | 'text'>([
      ['objectId', 29],
      ['text', 1],
    ]),
    createdAt: dealer<TimeSpelling>([
      ['microseconds', 19],
      ['seconds', 5],
      ['utc', 1],
      ['zulu', 1],
      ['indian', 1],
      ['null', 1],
      ['missing', 2],
    ]),
    noLoginLink: dealer(noLink),
    noRecordLink: dealer(noLink),
    loginEmail: dealer<EmailSpelling>([
      ['plain', 9],
      ['mixedCase', 6],
      ['upperCase', 1],
      ['placeholder', 4],
      ['placeholderMixedCase', 1],
      ['missing', 1],
      ['null', 1],
    ]),
    loginPhone: dealer<PhoneSpelling>([
      ['bare', 12],
      ['international', 6],
      ['leadingZero', 5],
      ['missing', 2],
      ['unusable', 1],
    ]),
    loginName: dealer<NameSpelling>([
      ['plain', 20],
      ['upperCase', 1],
      ['spaced', 1],
    ]),
    isActive: dealer<boolean | undefined>([
      [true, 14],
      [false, 2],
      [undefined, 4],
    ]),
    passwordHash: dealer<StoredText>([
      ...hashes.bcrypt2bCost12.map((hash): [StoredText, number] => [hash, 3]),
      ...hashes.bcrypt2bCost10.map((hash): [StoredText, number] => [hash, 3]),
      ...hashes.bcrypt2aCost10.map((hash): [StoredText, number] => [hash, 4]),
      ...hashes.bcrypt2yCost10.map((hash): [StoredText, number] => [hash, 4]),
      [undefined, 2],
      [null, 1],
      ['', 1],
      ['$2b$12$cutOffInTheMiddle', 1],
      ['pbkdf2:sha256:260000$qX3v$0c41fe', 1],
      ['monsoon2019', 1],
    ]),
    legacyReset: dealer<Document>([
      [{}, 12],
      [{ password_reset_token: 'b8e61f0c47a94c0d', password_reset_expires: '2023-06-30T09:15:00.000000' }, 1],
      // Never matched, although it has not expired.
      [{ password_reset_token: '5d2f9a7713e84b66', password_reset_expires: '2099-01-01T00:00:00' }, 1],
      [{ password_reset_token: null, password_reset_expires: null }, 2],
    ]),
    recordName: dealer<NameSpelling>([
      ['plain', 55],
      ['upperCase', 2],
      ['spaced', 2],
      ['missing', 1],
    ]),
    recordPhone: dealer<PhoneSpelling>([
      ['bare', 28],
      ['international', 14],
      ['leadingZero', 10],
      ['landline', 1],
      ['unusable', 1],
      ['missing', 2],
      ['null', 1],
      ['empty', 1],
    ]),
    recordEmail: dealer<EmailSpelling>([
      ['plain', 18],
      ['mixedCase', 9],
      ['upperCase', 1],
      ['placeholder', 6],
      ['missing', 14],
      ['null', 4],
      ['empty', 2],
    ]),
    address: dealer<(address: string) => StoredText>([
      [(address) => address, 36],
      [() => undefined, 2],
      [() => null, 1],
      [() => '', 1],
    ]),
    area: dealer<(area: string) => StoredText>([
      [(area) => area, 32],
      [(area) => area.toLowerCase(), 3],
      [(area) => `${area} `, 2],
      [(area) => area.toUpperCase(), 1],
      [() => undefined, 2],
    ]),
    status: dealer<StoredText>([
      ['active', 34],
      ['trial', 6],
      ['paused', 7],
      ['inactive', 7],
      ['Active', 1],
      ['on hold', 1],
      ['VIP', 1],
      ['moved away', 1],
      [undefined, 1],
    ]),
    deliveryBoyId: dealer<StoredText>([
      [first, 16],
      ...otherBoys.map((id): [StoredText, number] => [id, 7]),
      [staff.inactiveId, 2],
      [staff.adminId, 1],
      [random.uuid(), 2],
      [undefined, 4],
      [null, 4],
      ['', 1],
    ]),
    notes: dealer<StoredText>([
      [undefined, 20],
      ['ring twice', 1],
      ['leave with the watchman', 1],
      ['no plastic bags please', 1],
    ]),
  };
}
