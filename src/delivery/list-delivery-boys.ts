import type { Filter } from 'mongodb';
import { deliverable } from '../customer-index/customer-values.ts';
import {
  type CustomerDependencies,
  type CustomerRequest,
  mayUseContacts,
  readsEverybody,
} from '../customers/customer-access.ts';
import { searchedWords } from '../customers/index-filter.ts';
import { maskEmail, maskPhone } from '../customers/mask.ts';
import type { IndexedRecord } from '../database/collections.ts';
import type { LoginRecord } from '../database/stored-documents.ts';
import { AppError, badInput } from '../errors.ts';
import { type Count, Page, type PageArguments } from '../graphql/connection.ts';
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
 * @throws AppError BAD_USER_INPUT naming `after` or `search`.
 */
export async function listDeliveryBoys(
  dependencies: CustomerDependencies,
  request: CustomerRequest,
  input: { readonly page: PageArguments; readonly search: string | null },
): Promise<DeliveryBoyPage> {
  if (!readsEverybody(request.viewer)) throw new AppError('FORBIDDEN', 'Only staff may list delivery boys.');
  const { database, cursors, settings } = dependencies;
  const words = input.search === null ? [] : checkedWords(input.search, settings.defaultPhoneRegion);
  const matching: Filter<IndexedRecord>[] = [
    { staffRole: 'delivery_boy' },
    ...words.map((word) => ({
      [searchField(request)]: { $elemMatch: { $gte: word, $lt: `${word}\u{10FFFF}` } },
    })),
  ];
  const after = input.page.after === null ? null : cursors.decode(input.page.after, listName);
  const place: Filter<IndexedRecord>[] =
    after === null
      ? []
      : [
          {
            $or: [
              { nameKey: { $gt: String(after.key) } },
              { nameKey: String(after.key), _id: { $gt: after.row } },
            ],
          },
        ];
  const records = await database.indexedRecords
    .find({ $and: [...matching, ...place] }, { projection: { recordId: 1, nameKey: 1 } })
    .sort({ nameKey: 1, _id: 1 })
    .limit(input.page.first + 1)
    .toArray();
  const shown = records.slice(0, input.page.first);
  const logins = await Promise.all(shown.map((record) => request.loaders.login.load(record.recordId)));
  const found = shown.flatMap((record, index) => {
    const login = logins[index] ?? null;
    return login?.role === 'delivery_boy' ? [{ record, login }] : [];
  });
  return new DeliveryBoyPage(
    {
      nodes: found.map(({ login }) => deliveryBoyView(login, request.viewer.role === 'ANALYST')),
      hasNextPage: records.length > shown.length,
      hasPreviousPage: after !== null,
      cursorOf: (index) => {
        const record = found[index]?.record;
        return cursors.encode({ list: listName, key: record?.nameKey ?? '', row: record?._id ?? '' });
      },
    },
    async () => ({
      value: await database.indexedRecords.countDocuments({ $and: matching }),
      precision: 'EXACT',
    }),
  );
}

const listName = 'deliveryBoys';
const maxSearchLength = 200;

function searchField(request: CustomerRequest): 'searchWords' | 'nameWords' {
  return mayUseContacts(request.viewer) ? 'searchWords' : 'nameWords';
}

function checkedWords(search: string, region: Parameters<typeof searchedWords>[1]): string[] {
  if (search.length > maxSearchLength)
    throw badInput('search', `search takes at most ${maxSearchLength} characters.`);
  return searchedWords(search, region);
}

function deliveryBoyView(login: LoginRecord, masked: boolean): DeliveryBoy {
  const email = deliverable(login);
  return {
    id: login.id ?? login.keyText,
    name: login.name,
    phone: masked ? maskPhone(login.phone) : login.phone,
    email: masked ? maskEmail(email) : email,
    isActive: login.isActive,
  };
}
