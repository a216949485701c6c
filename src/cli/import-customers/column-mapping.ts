import { UsageError } from '../usage-error.ts';

/** What a row tells of a customer. */
export const csvFields = ['name', 'phone', 'address', 'area', 'status', 'email', 'delivery_boy_id'] as const;
export type CsvField = (typeof csvFields)[number];

/** Which column holds which field. */
export interface ColumnMapping {
  /** Place of each field's column, from 0. */
  readonly columns: Readonly<Partial<Record<CsvField, number>>>;
  /** Used where there is no column, and where its cell is empty. */
  readonly defaults: Readonly<Partial<Record<CsvField, string>>>;
  /** Names of the columns that hold no field. */
  readonly ignored: readonly string[];
}

export interface MappingOptions {
  /** Fields and the columns that were named for them. */
  readonly map: readonly FieldOption[];
  readonly defaults: readonly FieldOption[];
}

export interface FieldOption {
  readonly field: CsvField;
  readonly value: string;
}

/** @throws Error that names the fields there are, for a text that is not `field=value`. */
export function readFieldOption(typed: string): FieldOption {
  const at = typed.indexOf('=');
  const field = csvFields.find((name) => bare(name) === bare(typed.slice(0, Math.max(at, 0))));
  if (at < 1 || field === undefined) {
    throw new Error(`It is field=value, the field one of ${csvFields.join(', ')}.`);
  }
  return { field, value: typed.slice(at + 1) };
}

/** @throws Error for a field that is each person's own. */
export function readDefaultOption(typed: string): FieldOption {
  const option = readFieldOption(typed);
  if (personal.has(option.field)) throw new Error(`Each customer has their own ${option.field}.`);
  return option;
}

/**
 * Finds the columns of a header: by the field's name, case, spaces and underscores aside, or by the name that `map` gives.
 *
 * @throws UsageError naming the columns that there are, when one is missing, or two have one name.
 */
export function mapColumns(header: readonly string[], options: MappingOptions): ColumnMapping {
  refuseDoubleNames(header);
  const columns: Partial<Record<CsvField, number>> = {};
  for (const { field, value } of options.map) {
    if (columns[field] !== undefined) throw new UsageError(`--map names two columns for ${field}`);
    columns[field] = placeOf(header, value);
  }
  const named = new Set(Object.values(columns));
  for (const field of csvFields) {
    const place = header.findIndex((name, index) => bare(name) === bare(field) && !named.has(index));
    if (place !== -1) columns[field] ??= place;
  }
  const defaults: Partial<Record<CsvField, string>> = {};
  for (const { field, value } of options.defaults) {
    if (defaults[field] !== undefined) throw new UsageError(`--default names two values for ${field}`);
    defaults[field] = value;
  }
  const missing = required.filter((field) => columns[field] === undefined && defaults[field] === undefined);
  if (missing.length > 0) {
    throw new UsageError(
      `the file has no column for ${missing.join(', ')}; it has ${listed(header)}. ` +
        'Name another column with --map, as in --map phone=Mobile',
    );
  }
  const used = new Set(Object.values(columns));
  return { columns, defaults, ignored: header.filter((name, index) => name !== '' && !used.has(index)) };
}

/** A name as it is compared: without case, spaces, underscores and hyphens. */
function bare(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s_-]/g, '');
}

function placeOf(header: readonly string[], name: string): number {
  const exact = header.indexOf(name.trim());
  const place = exact === -1 ? header.findIndex((column) => bare(column) === bare(name)) : exact;
  if (place === -1 || name.trim() === '') {
    throw new UsageError(`the file has no column "${name}"; it has ${listed(header)}`);
  }
  return place;
}

function refuseDoubleNames(header: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of header) {
    if (name === '') continue;
    if (seen.has(bare(name))) throw new UsageError(`two columns of the file are named "${name}"`);
    seen.add(bare(name));
  }
}

function listed(header: readonly string[]): string {
  const names = header.filter((name) => name !== '').map((name) => `"${shortened(name)}"`);
  return names.length === 0 ? 'none' : names.join(', ');
}

function shortened(name: string): string {
  return name.length > 60 ? `${name.slice(0, 60)}…` : name;
}

const required = ['name', 'phone', 'address', 'area'] as const;
const personal: ReadonlySet<CsvField> = new Set(['name', 'phone', 'email']);
