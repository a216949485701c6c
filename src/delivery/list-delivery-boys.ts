import type { Filter } from 'mongodb';
import type { PhoneRegion } from '../customer-index/canonical-phone.ts';
import { deliverable } from '../customer-index/customer-values.ts';
import {
  type CustomerDependencies,
  type CustomerRequest,
  mayUseContacts,
  readsEverybody,
} from '../customers/customer-access.ts';
import { idSpellings } from '../customers/id-spellings.ts';
import { maskEmail, maskPhone } from '../customers/mask.ts';
import { readingsFilter, searchReadings } from '../customers/search-readings.ts';
import type { IndexedRecord } from '../database/collections.ts';
import type { LoginRecord } from '../database/stored-documents.ts';
import { AppError, badInput } from '../errors.ts';
import { type Count, Page, type PageArguments, sidesOf } from '../graphql/connection.ts';
import { listName } from '../graphql/list-name.ts';
import { pagePlace } from '../graphql/page-place.ts';
import type { DeliveryBoy } from './delivery-types.ts';

/** A page of delivery boys, and how many there are when that is asked for. */
export class DeliveryBoyPage extends Page<DeliveryBoy> {
  readonly count: () => Promise<Count>;

  constructor(page: ConstructorParameters<typeof Page<DeliveryBoy>>[0], count: () => Promise<Count>) {
    super(page);
    this.count = count;
  }
}

/**
 * The delivery boys by name, inactive ones too. `search` finds them as it finds customers.
 *
 * @throws AppError BAD_USER_INPUT naming `after` or `before`, for a cursor of another search too, or `search`.
 */
export async function listDeliveryBoys(
  dependencies: CustomerDependencies,
  request: CustomerRequest,
  input: { readonly page: PageArguments; readonly search: string | null },
): Promise<DeliveryBoyPage> {
  if (!readsEverybody(request.viewer)) throw new AppError('FORBIDDEN', 'Only staff may list delivery boys.');
  const { database, cursors, settings } = dependencies;
  const search = input.search?.trim() || null;
  const matching: Filter<IndexedRecord>[] = [
    { staffRole: 'delivery_boy' },
    ...(search === null ? [] : [searchFilter(search, request, settings.defaultPhoneRegion)]),
  ];
  const { page } = input;
  const list = listName('deliveryBoys', { search });
  const after = pagePlace(cursors, page, list);
  const start = after === null ? null : { nameKey: String(after.key), _id: after.row };
  const { found: inReadOrder, foundMore } = await readPage(dependencies, request, matching, page, start);
  const found = page.backwards === true ? inReadOrder.toReversed() : inReadOrder;
  const ids = await addressesOf(
    found.map(({ login }) => login),
    request,
  );
  const masked = request.viewer.role === 'ANALYST';
  return new DeliveryBoyPage(
    {
      nodes: found.map(({ login }, index) => deliveryBoyView(login, ids[index] ?? login.keyText, masked)),
      ...sidesOf(page, foundMore),
      cursorOf: (index) => {
        const record = found[index]?.record;
        return cursors.encode({ list, key: record?.nameKey ?? '', row: record?._id ?? '' });
      },
    },
    async () => ({
      value: await database.indexedRecords.countDocuments({ $and: matching }),
      precision: 'EXACT',
    }),
  );
}

const maxSearchLength = 200;

type Place = Pick<IndexedRecord, 'nameKey' | '_id'>;

/** A page of those who still deliver; where the index names others, what comes after them fills it. */
async function readPage(
  { database }: CustomerDependencies,
  { loaders }: CustomerRequest,
  matching: Filter<IndexedRecord>[],
  { first, backwards }: PageArguments,
  start: Place | null,
): Promise<{ found: { record: Place; login: LoginRecord }[]; foundMore: boolean }> {
  const direction = backwards === true ? -1 : 1;
  const found: { record: Place; login: LoginRecord }[] = [];
  for (let after = start; ; ) {
    const missing = first - found.length;
    const records = await database.indexedRecords
      .find(
        { $and: [...matching, ...afterRecord(after, direction)] },
        { projection: { recordId: 1, nameKey: 1 } },
      )
      .sort({ nameKey: direction, _id: direction })
      .limit(missing + 1)
      .batchSize(missing + 2)
      .toArray();
    const page = records.slice(0, missing);
    const { logins } = await loaders.records.load({ logins: page.map((record) => record.recordId) });
    page.forEach((record, index) => {
      const login = logins[index];
      if (login?.role === 'delivery_boy') found.push({ record, login });
    });
    const foundMore = records.length > missing;
    const last = page.at(-1);
    if (found.length >= first || !foundMore || last === undefined) return { found, foundMore };
    after = last;
  }
}

function afterRecord(after: Place | null, direction: 1 | -1): Filter<IndexedRecord>[] {
  if (after === null) return [];
  const nameKey = after.nameKey ?? '';
  return direction === 1
    ? [{ $or: [{ nameKey: { $gt: nameKey } }, { nameKey, _id: { $gt: after._id } }] }]
    : [{ $or: [{ nameKey: { $lt: nameKey } }, { nameKey, _id: { $lt: after._id } }] }];
}

/** The id of each; the text of its `_id` for whoever has no id to himself, and so is no customer's delivery boy. */
export function addressesOf(
  logins: readonly LoginRecord[],
  { loaders }: Pick<CustomerRequest, 'loaders'>,
): Promise<string[]> {
  return Promise.all(
    logins.map(async ({ id, keyText }) => {
      const named = id === null ? null : await loaders.deliveryBoy.load(id);
      if (id !== null && named !== null) return id;
      loaders.deliveryBoy.prime(keyText, null);
      return keyText;
    }),
  );
}

/** Analysts find by name, and by a whole id. */
function searchFilter(
  search: string,
  { viewer }: CustomerRequest,
  region: PhoneRegion,
): Filter<IndexedRecord> {
  if (search.length > maxSearchLength)
    throw badInput('search', `search takes at most ${maxSearchLength} characters.`);
  const readings = searchReadings(search, region);
  return mayUseContacts(viewer)
    ? readingsFilter(readings, 'searchWords')
    : readingsFilter(readings, 'nameWords', [{ id: { $in: idSpellings(search) } }]);
}

/** A delivery boy as staff see one. `id`: the text that addresses the login alone. */
export function deliveryBoyView(login: LoginRecord, id: string, masked: boolean): DeliveryBoy {
  const email = deliverable(login);
  return {
    id,
    name: login.name,
    phone: masked ? maskPhone(login.phone) : login.phone,
    email: masked ? maskEmail(email) : email,
    isActive: login.isActive,
  };
}
