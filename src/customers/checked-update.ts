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
import type { UpdateCustomerInput } from './update-types.ts';

/** An update whose values can be stored: undefined keeps, null clears. */
export interface CheckedUpdate {
  readonly name: string | undefined;
  readonly phone: CheckedPhone | null | undefined;
  readonly email: CheckedEmail | null | undefined;
  readonly address: string | null | undefined;
  readonly area: string | null | undefined;
  /** As `customers_v2.status` has it. */
  readonly statusText: string | undefined;
  readonly onExisting: 'ASK' | 'CREATE_SEPARATE';
}

/** @throws AppError BAD_USER_INPUT naming the first field that cannot be stored. */
export function checkUpdate(input: UpdateCustomerInput, defaultPhoneRegion: PhoneRegion): CheckedUpdate {
  if (input.name === null) throw badField('name', 'A customer needs a name.');
  if (input.status === null) throw badField('status', 'A delivery record needs a status.');
  if (input.onExisting === 'ADOPT') {
    throw badField('onExisting', 'ADOPT goes with createCustomer. Links are changed by linkCustomer.');
  }
  return {
    name: input.name === undefined ? undefined : checkName(input.name),
    phone: checkUnlessNull(input.phone, (typed) => checkPhone(typed, defaultPhoneRegion)),
    email: checkUnlessNull(input.email, checkEmail),
    address: checkUnlessNull(input.address, checkAddress),
    area: checkUnlessNull(input.area, checkArea),
    statusText: input.status?.toLowerCase(),
    onExisting: input.onExisting ?? 'ASK',
  };
}

function checkUnlessNull<Checked>(
  typed: string | null | undefined,
  check: (typed: string) => Checked,
): Checked | null | undefined {
  return typed == null ? typed : check(typed);
}
