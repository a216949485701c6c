import type { Filter } from 'mongodb';
import type { CustomerIndexRow } from '../customer-index/customer-index-row.ts';
import { customerValues } from '../customer-index/customer-values.ts';
import type { CustomerDependencies, CustomerRequest } from '../customers/customer-access.ts';
import type { CustomerSource } from '../customers/customer-view.ts';
import { createLoaders } from '../customers/loaders.ts';
import { type PageRow, pageRowProjection, readRows } from '../customers/read-sources.ts';
import { AppError, badInput } from '../errors.ts';
import { type Count, Page, type PageArguments } from '../graphql/connection.ts';
import { listName } from '../graphql/list-name.ts';
import type { AssignedCustomer } from './assignment-types.ts';

export interface MyDeliveriesInput {
  readonly page: PageArguments;
  /** Only these; letter by letter. */
  readonly area: string | null;
}

/** A page of a delivery boy's customers, and how many there are when that is asked for. */
export class AssignedCustomerPage extends Page<AssignedCustomer> {
  readonly count: () => Promise<Count>;

  constructor(page: ConstructorParameters<typeof Page<AssignedCustomer>>[0], count: () => Promise<Count>) {
    super(page);
    this.count = count;
  }
}

/**
 * The viewer's own customers, by area and then by name, whatever their status: the door is where a paused delivery has to
 * be known. Rows come from the index, what is shown from the halves; a record that somebody else delivers to by now is left
 * out. A login without an id to itself has none.
 *
 * @throws AppError FORBIDDEN to all but delivery boys; BAD_USER_INPUT naming `area` or `after`, for a cursor of another
 *   delivery boy or area too.
 */
export async function myDeliveries(
  dependencies: CustomerDependencies,
  { viewer, loaders }: CustomerRequest,
  { page, area }: MyDeliveriesInput,
): Promise<AssignedCustomerPage> {
  if (viewer.role !== 'DELIVERY_BOY') throw new AppError('FORBIDDEN', 'This is for delivery boys.');
  if (area !== null && area.length > maxAreaLength)
    throw badInput('area', `area takes at most ${maxAreaLength} characters.`);
  const { cursors } = dependencies;
  const list = listName(`myDeliveries:${viewer.loginKey}`, { area });
  const after = page.after === null ? null : placeOf(cursors.decode(page.after, list));
  const named = await loaders.deliveryBoy.load(viewer.id);
  const deliveryBoyId = named?.key === viewer.loginKey ? viewer.id : null;
  const own: Filter<CustomerIndexRow> = { deliveryBoyId, ...(area !== null && { area }) };
  const { found, hasNextPage } =
    deliveryBoyId === null ? nobody : await readPage(dependencies, own, deliveryBoyId, page.first, after);
  return new AssignedCustomerPage(
    {
      nodes: found.map(({ source }) => assignedCustomer(source, dependencies.settings.legacyTimezone)),
      hasNextPage,
      hasPreviousPage: after !== null,
      cursorOf: (index) => {
        const row = found[index]?.row;
        if (row === undefined) throw new RangeError('No such customer on this page.');
        return cursors.encode({ list, key: JSON.stringify([row.area, row.nameKey]), row: row._id });
      },
    },
    () => (deliveryBoyId === null ? Promise.resolve(noCount) : countRows(dependencies, own)),
  );
}

/** As long as the area of any record. */
const maxAreaLength = 500;
const maxExactCount = 10_000;
const nobody: { found: FoundDelivery[]; hasNextPage: boolean } = { found: [], hasNextPage: false };
const noCount: Count = { value: 0, precision: 'EXACT' };

/** What of both halves is shown, or decides who delivers. */
const shownFields = new Set(['name', 'phone', 'address', 'area', 'status', 'deliveryBoy']);

/** Who delivers is the viewer, who need not be read with each page. */
const shownOfRows: ReadonlySet<string> = new Set();

interface Place {
  readonly area: string | null;
  readonly nameKey: string;
  readonly row: string;
}

type DeliveryRow = PageRow & Pick<CustomerIndexRow, 'area'>;

interface FoundDelivery {
  readonly row: DeliveryRow;
  readonly source: CustomerSource;
}

async function readPage(
  { database }: CustomerDependencies,
  own: Filter<CustomerIndexRow>,
  deliveryBoyId: string,
  first: number,
  start: Place | null,
): Promise<{ found: FoundDelivery[]; hasNextPage: boolean }> {
  // Of its own: those of the request read what its other fields select, and without who delivers nothing is sure.
  const reading = { loaders: createLoaders(database, shownFields), selected: shownFields };
  const found: FoundDelivery[] = [];
  for (let after = start; ; ) {
    const missing = first - found.length;
    const rows: DeliveryRow[] = await database.customerIndex
      .find(
        { ...own, ...beyond(after) },
        { projection: { ...pageRowProjection('nameKey', shownOfRows), area: 1 } },
      )
      .sort({ area: 1, nameKey: 1, _id: 1 })
      .limit(missing + 1)
      .batchSize(missing + 2)
      .toArray();
    const page = rows.slice(0, missing);
    const sources = await readRows(database, page, reading);
    page.forEach((row, index) => {
      const source = sources[index] ?? null;
      if (source?.delivery?.deliveryBoyId === deliveryBoyId) found.push({ row, source });
    });
    const hasNextPage = rows.length > missing;
    const last = page.at(-1);
    if (found.length >= first || !hasNextPage || last === undefined) return { found, hasNextPage };
    after = { area: last.area, nameKey: last.nameKey, row: last._id };
  }
}

/** What comes after a place; no area comes before every area. Each branch is a range of the index of rounds. */
function beyond(after: Place | null): Filter<CustomerIndexRow> {
  if (after === null) return {};
  const { area, nameKey, row } = after;
  return {
    $or: [
      { area, nameKey, _id: { $gt: row } },
      { area, nameKey: { $gt: nameKey } },
      { area: { $gt: area ?? '' } },
    ],
  };
}

function placeOf({ key, row }: { key: string | Date; row: string }): Place {
  const [area, nameKey] = JSON.parse(String(key)) as [string | null, string];
  return { area, nameKey, row };
}

function assignedCustomer(source: CustomerSource, legacyTimezone: string): AssignedCustomer {
  const { name, phone, address, area, status } = customerValues(source, legacyTimezone);
  return { id: source.id, name, phone, address, area, status };
}

async function countRows({ database }: CustomerDependencies, own: Filter<CustomerIndexRow>): Promise<Count> {
  const counted = await database.customerIndex.countDocuments(own, { limit: maxExactCount + 1 });
  return counted > maxExactCount
    ? { value: maxExactCount, precision: 'AT_LEAST' }
    : { value: counted, precision: 'EXACT' };
}
