import { canonicalEmail } from '../customer-index/canonical-email.ts';
import { canonicalPhone, type PhoneRegion } from '../customer-index/canonical-phone.ts';
import type { Halves } from '../customer-index/customer-values.ts';
import { normalizeName } from '../customer-index/normalize-name.ts';
import type { FieldDifference } from './customer-type.ts';

/** Name, phone and e-mail where the canonical values of both halves differ; what one half lacks is a difference too. */
export function fieldDifferences({ login, delivery }: Halves, region: PhoneRegion): FieldDifference[] {
  if (login === null || delivery === null) return [];
  const canonical = {
    name: normalizeName,
    phone: (text: string | null) => canonicalPhone(text, region),
    email: canonicalEmail,
  };
  return (['name', 'phone', 'email'] as const)
    .filter((field) => canonical[field](login[field]) !== canonical[field](delivery[field]))
    .map((field) => ({ field, usersValue: login[field], customersV2Value: delivery[field] }));
}
