import type { PhoneRegion } from '../customer-index/canonical-phone.ts';
import { badField } from '../errors.ts';
import {
  type CheckedEmail,
  type CheckedPhone,
  checkAddress,
  checkArea,
  checkEmail,
  checkName,
  checkPhone,
} from './check-customer-input.ts';
import type { CreateCustomerInput, OnExisting } from './create-types.ts';

/** A new customer whose values can be stored. */
export interface CheckedCustomer {
  readonly name: string;
  readonly phone: CheckedPhone;
  readonly email: CheckedEmail | null;
  readonly address: string;
  readonly area: string;
  /** As `customers_v2.status` has it. */
  readonly statusText: string;
  readonly deliveryBoyId: string | null;
  readonly onExisting: OnExisting;
  readonly adoptCustomerId: string | null;
  readonly idempotencyKey: string | null;
}

/** @throws AppError BAD_USER_INPUT naming the first field that cannot be stored. */
export function checkCustomer(input: CreateCustomerInput, defaultPhoneRegion: PhoneRegion): CheckedCustomer {
  return {
    name: checkName(input.name),
    phone: checkPhone(input.phone, defaultPhoneRegion),
    email: input.email == null || input.email.trim() === '' ? null : checkEmail(input.email),
    address: checkAddress(input.address),
    area: checkArea(input.area),
    statusText: (input.status ?? 'ACTIVE').toLowerCase(),
    deliveryBoyId: checkKey('deliveryBoyId', input.deliveryBoyId),
    onExisting: input.onExisting ?? 'ASK',
    adoptCustomerId: checkAdopted(input),
    idempotencyKey: checkKey('idempotencyKey', input.idempotencyKey),
  };
}

function checkAdopted(input: CreateCustomerInput): string | null {
  const id = checkKey('adoptCustomerId', input.adoptCustomerId);
  if (id !== null && input.onExisting !== 'ADOPT') {
    throw badField('adoptCustomerId', 'adoptCustomerId goes with onExisting: ADOPT.');
  }
  return id;
}

function checkKey(field: string, key: string | null | undefined): string | null {
  if (key == null) return null;
  if (key === '' || key.length > maxKeyLength) {
    throw badField(field, `${field} has 1 to ${maxKeyLength} characters.`);
  }
  return key;
}

const maxKeyLength = 200;
