import type { PhoneRegion } from '../../customer-index/canonical-phone.ts';
import { checkCustomer } from '../../customers/checked-customer.ts';
import {
  type CreateCustomerInput,
  CustomerStatusInput,
  type OnExisting,
} from '../../customers/create-types.ts';
import { AppError, type ErrorCode } from '../../errors.ts';
import type { ColumnMapping, CsvField } from './column-mapping.ts';

/** Why a row does not become a customer. */
export interface RowProblem {
  readonly code: ErrorCode;
  /** The field it is about; null for the row as a whole. */
  readonly field: CsvField | null;
  readonly message: string;
}

/** A customer to be created, with the canonical forms by which rows are compared, or why the row is refused. */
export type ReadRow =
  | { readonly input: CreateCustomerInput; readonly phoneE164: string; readonly email: string | null }
  | { readonly problem: RowProblem };

export interface RowOptions {
  readonly mapping: ColumnMapping;
  readonly onExisting: OnExisting;
  readonly defaultPhoneRegion: PhoneRegion;
}

/** Reads the customer that the values of a row tell of; whether they are right is decided by the rules of `createCustomer`. */
export function readRow(fields: readonly string[], options: RowOptions): ReadRow {
  const { columns, defaults } = options.mapping;
  const value = (field: CsvField): string => {
    const place = columns[field];
    const typed = place === undefined ? '' : (fields[place] ?? '');
    return typed === '' ? (defaults[field] ?? '') : typed;
  };
  const status = value('status').trim().toUpperCase();
  if (status !== '' && !isStatus(status)) {
    const known = Object.keys(CustomerStatusInput).join(', ').toLowerCase();
    return { problem: badRow('status', `The status is one of ${known}.`) };
  }
  const input: CreateCustomerInput = {
    name: value('name'),
    phone: value('phone'),
    address: value('address'),
    area: value('area'),
    status: status === '' ? null : status,
    email: value('email') || null,
    deliveryBoyId: value('delivery_boy_id') || null,
    onExisting: options.onExisting,
  };
  try {
    const { phone, email } = checkCustomer(input, options.defaultPhoneRegion);
    return { input, phoneE164: phone.e164, email: email?.canonical ?? null };
  } catch (error) {
    if (error instanceof AppError) return { problem: problemOf(error) };
    throw error;
  }
}

/** A problem of a row as a whole, or of one of its fields. */
export function badRow(field: CsvField | null, message: string): RowProblem {
  return { code: 'BAD_USER_INPUT', field, message };
}

/** What a refusal says of a row, in the words of the file. */
export function problemOf({ code, message, details }: AppError): RowProblem {
  return { code, field: fieldNames[String(details.field)] ?? null, message };
}

function isStatus(text: string): text is keyof typeof CustomerStatusInput {
  return Object.hasOwn(CustomerStatusInput, text);
}

const fieldNames: Readonly<Record<string, CsvField>> = {
  name: 'name',
  phone: 'phone',
  address: 'address',
  area: 'area',
  status: 'status',
  email: 'email',
  deliveryBoyId: 'delivery_boy_id',
};
