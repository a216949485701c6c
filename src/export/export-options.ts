import { coerceInputValue, type GraphQLError, type GraphQLInputType } from 'graphql';
import type { CustomerFilter, CustomerOrder } from '../customers/customer-filter.ts';
import { badInput } from '../errors.ts';
import { type ExportColumn, exportColumns } from './export-columns.ts';

export type ExportFormat = 'csv' | 'ndjson';

/** What is exported, and how. */
export interface ExportOptions {
  readonly format: ExportFormat;
  readonly filter: CustomerFilter | null;
  /** Only those who are billed. */
  readonly billing: boolean;
  readonly columns: readonly ExportColumn[];
  /** Null: that of the list. */
  readonly order: CustomerOrder | null;
  /** The cursor of the row after which it begins. */
  readonly after: string | null;
  /** CSV: begin with a byte order mark. */
  readonly bom: boolean;
  /** CSV: begin with the names of the columns. */
  readonly header: boolean;
  /** CSV: end with a row that says that this is all. */
  readonly endRow: boolean;
}

/** The options as they are typed, by name; in a URL or on a command line. */
export type TypedOptions = Readonly<Partial<Record<ExportOptionName, string>>>;

export type ExportOptionName = (typeof exportOptionNames)[number];

export const exportOptionNames = [
  'filter',
  'billing',
  'columns',
  'order',
  'after',
  'bom',
  'header',
  'endRow',
] as const;

/**
 * Reads typed options.
 *
 * @param filterType `CustomerFilter` of the schema: a filter is read exactly as the API reads it.
 * @throws AppError BAD_USER_INPUT naming the option.
 */
export function readExportOptions(
  format: ExportFormat,
  typed: TypedOptions,
  filterType: GraphQLInputType,
): ExportOptions {
  for (const name of ['bom', 'header', 'endRow'] as const) {
    if (format !== 'csv' && typed[name] !== undefined) throw badInput(name, `${name} is for CSV alone.`);
  }
  return {
    format,
    filter: typed.filter === undefined ? null : readFilter(typed.filter, filterType),
    billing: yesOrNo('billing', typed.billing, false),
    columns: exportColumns(typed.columns ?? null),
    order: typed.order === undefined ? null : readOrder(typed.order),
    after: typed.after ?? null,
    bom: yesOrNo('bom', typed.bom, false),
    header: yesOrNo('header', typed.header, true),
    endRow: yesOrNo('endRow', typed.endRow, false),
  };
}

/** The orders that an export may have, as they are typed. */
export const exportOrders: Readonly<Record<string, CustomerOrder>> = {
  NAME_ASC: { field: 'NAME', direction: 'ASC' },
  NAME_DESC: { field: 'NAME', direction: 'DESC' },
  CREATED_AT_ASC: { field: 'CREATED_AT', direction: 'ASC' },
  CREATED_AT_DESC: { field: 'CREATED_AT', direction: 'DESC' },
};

function readFilter(text: string, type: GraphQLInputType): CustomerFilter | null {
  const problems: string[] = [];
  const note = (path: readonly (string | number)[], _: unknown, { message }: GraphQLError) => {
    problems.push(`${['filter', ...path].join('.')}: ${message.replace(/ ?Did you mean .+\?$/s, '')}`);
  };
  const filter = coerceInputValue(parsed(text), type, note) as CustomerFilter | null;
  const [problem] = problems;
  if (problem !== undefined) throw badInput('filter', problem);
  return filter;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badInput('filter', 'filter is no JSON. Write it such as {"area": ["Andheri"], "isActive": true}.');
  }
}

function readOrder(text: string): CustomerOrder {
  const order = Object.hasOwn(exportOrders, text) ? exportOrders[text] : undefined;
  if (order === undefined)
    throw badInput('order', `order is one of ${Object.keys(exportOrders).join(', ')}.`);
  return order;
}

function yesOrNo(name: ExportOptionName, text: string | undefined, absent: boolean): boolean {
  if (text === undefined) return absent;
  if (text === 'true' || text === 'false') return text === 'true';
  throw badInput(name, `${name} is true or false.`);
}
