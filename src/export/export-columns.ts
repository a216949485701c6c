import type { Customer } from '../customers/customer-type.ts';
import { badInput } from '../errors.ts';

/** What a cell holds: in NDJSON as it is, in CSV as text. */
export type ExportValue = string | boolean | null | readonly string[];

/** A customer of the list, and the place there. */
export interface ExportedRow {
  readonly customer: Customer;
  /** To be given as `after`; worked out only when it is asked for. */
  readonly cursor: () => string;
}

export interface ExportColumn {
  readonly name: ExportColumnName;
  /** Names of the fields of the API that it is made from. */
  readonly fields: readonly string[];
  value(row: ExportedRow): ExportValue;
}

/** Every column, by its name: what it is made from, and how. They are named as the fields of the API are. */
const columns = {
  id: [['id'], ({ customer }) => customer.id],
  name: [['name'], ({ customer }) => customer.name],
  phone: [['phone'], ({ customer }) => customer.phone],
  phoneE164: [['phoneE164'], ({ customer }) => customer.phoneE164],
  email: [['email'], ({ customer }) => customer.email],
  address: [['address'], ({ customer }) => customer.address],
  area: [['area'], ({ customer }) => customer.area],
  status: [['status'], ({ customer }) => customer.status],
  statusText: [['delivery', 'statusText'], ({ customer }) => customer.delivery?.statusText ?? null],
  isActive: [['isActive'], ({ customer }) => customer.isActive],
  createdAt: [['createdAt'], ({ customer }) => timeText(customer.createdAt)],
  systems: [['systems'], ({ customer }) => customer.systems],
  linkState: [['link'], ({ customer }) => customer.link.state],
  userId: [['link'], ({ customer }) => customer.link.userId],
  customerV2Id: [['link'], ({ customer }) => customer.link.customerV2Id],
  conflictingIds: [['link'], ({ customer }) => customer.link.conflictingIds],
  canLogin: [['canLogin'], ({ customer }) => customer.canLogin],
  loginBlockers: [['loginBlockers'], ({ customer }) => customer.loginBlockers],
  canResetPassword: [['canResetPassword'], ({ customer }) => customer.canResetPassword],
  credentialsSentAt: [
    ['login', 'credentialsSentAt'],
    ({ customer }) => timeText(customer.login?.credentialsSentAt ?? null),
  ],
  lastLoginAt: [['login', 'lastLoginAt'], ({ customer }) => timeText(customer.login?.lastLoginAt ?? null)],
  billingIssues: [['billingIssues'], ({ customer }) => customer.billingIssues],
  deliveryBoyId: [['deliveryBoy'], ({ customer }) => customer.deliveryBoy?.id ?? null],
  deliveryBoyName: [['deliveryBoy'], ({ customer }) => customer.deliveryBoy?.name ?? null],
  deliveryBoyPhone: [['deliveryBoy'], ({ customer }) => customer.deliveryBoy?.phone ?? null],
  cursor: [[], ({ cursor }) => cursor()],
} as const satisfies Readonly<
  Record<string, readonly [fields: readonly string[], value: (row: ExportedRow) => ExportValue]>
>;

export type ExportColumnName = keyof typeof columns;

/** Every column, in the order of the documentation. */
export const exportColumnNames = Object.keys(columns) as readonly ExportColumnName[];

/** What is exported when nobody says. */
export const standardColumns: readonly ExportColumnName[] = [
  'id',
  'name',
  'phone',
  'phoneE164',
  'email',
  'address',
  'area',
  'status',
  'createdAt',
  'linkState',
  'userId',
  'customerV2Id',
  'deliveryBoyId',
  'deliveryBoyName',
  'billingIssues',
];

/**
 * The columns that a text names between commas, in that order.
 *
 * @throws AppError BAD_USER_INPUT naming `columns`: none, one that there is not, or one twice.
 */
export function exportColumns(text: string | null): readonly ExportColumn[] {
  if (text === null) return standardColumns.map(columnOf);
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.filter((name) => !isColumnName(name));
  if (unknown.length > 0) {
    const listed = unknown.slice(0, 5).map((name) => JSON.stringify(name.slice(0, 50)));
    throw badInput(
      'columns',
      `There is no column ${listed.join(', ')}. There are: ${exportColumnNames.join(', ')}.`,
    );
  }
  if (new Set(names).size < names.length) throw badInput('columns', 'A column can be named once.');
  return names.filter(isColumnName).map(columnOf);
}

function columnOf(name: ExportColumnName): ExportColumn {
  const [fields, value] = columns[name];
  return { name, fields, value };
}

function isColumnName(name: string): name is ExportColumnName {
  return Object.hasOwn(columns, name);
}

function timeText(time: Date | null): string | null {
  return time?.toISOString() ?? null;
}
