import type { Filter } from 'mongodb';
import { canonicalPhone, type PhoneRegion } from '../customer-index/canonical-phone.ts';
import { type CustomerIndexRow, unknownTime } from '../customer-index/customer-index-row.ts';
import { foldCase, normalizeName } from '../customer-index/normalize-name.ts';
import { wordOfId } from '../customer-index/search-words.ts';
import type { Database } from '../database/collections.ts';
import { passwordExpires } from '../database/wanted-indexes.ts';
import { badInput } from '../errors.ts';
import type { CustomerFilter } from './customer-filter.ts';
import { deliveryBoyIds } from './delivery-boy-ids.ts';

type RowFilter = Filter<CustomerIndexRow>;

export interface FilterContext {
  readonly database: Database;
  readonly phoneRegion: PhoneRegion;
  readonly now: Date;
  /** Whether e-mails and phones may be searched; analysts see them masked and must not find them by guessing. */
  readonly mayUseContacts: boolean;
}

/**
 * The conditions on `customer_index` that a filter means; AND over the list.
 *
 * @throws AppError BAD_USER_INPUT naming the value of the filter that is out of bounds.
 */
export async function indexFilter(filter: CustomerFilter, context: FilterContext): Promise<RowFilter[]> {
  const conditions: RowFilter[] = [];
  if (filter.search != null) conditions.push(...searchConditions(filter.search, context));
  if (filter.area != null) conditions.push({ area: oneOf('filter.area', filter.area) });
  if (filter.status != null) conditions.push({ status: oneOf('filter.status', filter.status) });
  if (filter.linkState != null) conditions.push({ linkState: oneOf('filter.linkState', filter.linkState) });
  if (filter.isActive != null) conditions.push({ isActive: filter.isActive });
  if (filter.missingEmail != null) conditions.push({ missingEmail: filter.missingEmail });
  if (filter.hasLogin != null) conditions.push({ hasLogin: filter.hasLogin });
  if (filter.hasDeliveryRecord != null) conditions.push({ hasDeliveryRecord: filter.hasDeliveryRecord });
  if (filter.canLogin != null) conditions.push(canLogin(filter.canLogin, context.now));
  if (filter.createdAfter != null) conditions.push({ createdAtKey: { $gt: filter.createdAfter } });
  if (filter.createdBefore != null)
    conditions.push({ createdAtKey: { $gt: unknownTime, $lt: filter.createdBefore } });
  if (filter.deliveryBoyId != null || filter.hasDeliveryBoy != null) {
    conditions.push(...deliveryBoyConditions(filter, await deliveryBoyIds(context.database)));
  }
  return conditions;
}

/** Values of one list at most. */
const maxListValues = 200;
/** Longer search text is no name, address or id of anybody. */
const maxSearchLength = 200;
/** More words than a name has. */
const maxSearchWords = 10;
/** Sorts after every continuation of a prefix. */
const afterPrefix = '\u{10FFFF}';

function oneOf<Value>(argument: string, values: Value[]): Value | { $in: Value[] } {
  if (values.length > maxListValues)
    throw badInput(argument, `${argument} takes at most ${maxListValues} values.`);
  const [only] = values;
  return values.length === 1 && only !== undefined ? only : { $in: values };
}

function canLogin(wanted: boolean, now: Date): RowFilter {
  return wanted
    ? { loginUsable: true, $or: [{ passwordExpiresAt: null }, { passwordExpiresAt: { $gt: now } }] }
    : {
        $or: [
          { loginUsable: false },
          { passwordExpiresAt: { ...passwordExpires.passwordExpiresAt, $lte: now } },
        ],
      };
}

function searchConditions(search: string, context: FilterContext): RowFilter[] {
  if (search.length > maxSearchLength) {
    throw badInput('filter.search', `filter.search takes at most ${maxSearchLength} characters.`);
  }
  const words = searchedWords(search, context.phoneRegion).slice(0, maxSearchWords);
  if (words.length === 0) return search.trim() === '' ? [] : [{ _id: { $in: [] } }];
  if (context.mayUseContacts) return words.map((word) => ({ searchWords: beginsWith(word) }));
  return [
    { $or: [{ $and: words.map((word) => ({ nameWords: beginsWith(word) })) }, { ids: search.trim() }] },
  ];
}

function beginsWith(word: string): { $elemMatch: { $gte: string; $lt: string } } {
  return { $elemMatch: { $gte: word, $lt: `${word}${afterPrefix}` } };
}

/** What somebody who types this looks for: an e-mail, a phone, an id, or the beginnings of words of a name. */
export function searchedWords(search: string, region: PhoneRegion): string[] {
  const text = search.trim();
  if (text.includes('@')) return [foldCase(text)];
  if (/^[+\d\s().\-/]*\d[\d\s().\-/]*$/.test(text)) {
    const phone = canonicalPhone(text, region);
    return [phone?.slice(1) ?? text.replace(/\D/g, '').replace(/^0+(?=\d)/, '')];
  }
  if (/^[\da-f]{8}-[\da-f-]*$/i.test(text)) return [wordOfId(text)];
  return normalizeName(text)
    .split(' ')
    .filter((word) => word !== '');
}

function deliveryBoyConditions(filter: CustomerFilter, existing: string[]): RowFilter[] {
  const conditions: RowFilter[] = [];
  if (filter.deliveryBoyId != null) {
    const wanted = filter.deliveryBoyId;
    conditions.push(existing.includes(wanted) ? { deliveryBoyId: wanted } : { _id: { $in: [] } });
  }
  if (filter.hasDeliveryBoy != null) {
    conditions.push({ deliveryBoyId: filter.hasDeliveryBoy ? { $in: existing } : { $nin: existing } });
  }
  return conditions;
}
