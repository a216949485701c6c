import { isPlaceholderEmail } from '../customer-index/canonical-email.ts';
import type {
  DeliveryRecord,
  LoginRecord,
  StoredCustomerV2,
  StoredUser,
} from '../database/stored-documents.ts';
import { changesBetween, type FieldChange } from '../journal/write-journal.ts';
import type { DeliveryChange, LoginChange } from './plan-update.ts';

/** What a change of a login writes into its document. */
export function storedLoginValues({ name, phone, email }: LoginChange): Partial<StoredUser> {
  return {
    ...(name !== undefined && { name }),
    ...(phone !== undefined && { phone }),
    ...(email !== undefined && { email }),
  };
}

/** What a change of a delivery record writes into its document. */
export function storedDeliveryValues({ statusText, ...values }: DeliveryChange): Partial<StoredCustomerV2> {
  return { ...values, ...(statusText !== undefined && { status: statusText }) };
}

/** What the journal says of a changed customer, by collection and field; a placeholder is no e-mail. */
export function journalledChanges(
  before: { readonly login: LoginRecord | null; readonly delivery: DeliveryRecord | null },
  change: { readonly login: LoginChange; readonly delivery: DeliveryChange },
): FieldChange[] {
  const login = { ...before.login, ...change.login };
  const delivery = { ...before.delivery, ...change.delivery };
  return changesBetween(
    { ...ofLogin(before.login ?? {}), ...ofDelivery(before.delivery ?? {}) },
    { ...ofLogin(login), ...ofDelivery(delivery) },
  );
}

function ofLogin({ name, phone, email }: LoginChange): Record<string, string | null> {
  return {
    'users.name': name ?? null,
    'users.phone': phone ?? null,
    'users.email': email == null || isPlaceholderEmail(email) ? null : email,
  };
}

function ofDelivery(values: DeliveryChange): Record<string, string | null> {
  return {
    'customers_v2.name': values.name ?? null,
    'customers_v2.phone': values.phone ?? null,
    'customers_v2.email': values.email ?? null,
    'customers_v2.address': values.address ?? null,
    'customers_v2.area': values.area ?? null,
    'customers_v2.status': values.statusText ?? null,
  };
}
