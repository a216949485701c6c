import type { DeliveryRecord, LoginRecord } from '../database/stored-documents.ts';
import { canonicalEmail } from './canonical-email.ts';
import type { CustomerStatus } from './customer-index-row.ts';
import { createdAt } from './legacy-time.ts';

/** The halves of one customer; at least one is there. */
export interface Halves {
  readonly login: LoginRecord | null;
  readonly delivery: DeliveryRecord | null;
}

/** What a customer is called, where, and since when: each value from the definitive record first. */
export interface CustomerValues {
  readonly name: string | null;
  readonly phone: string | null;
  readonly email: string | null;
  readonly address: string | null;
  readonly area: string | null;
  readonly status: CustomerStatus;
  readonly createdAt: Date | null;
}

/** Picks each value of a Customer, by the table "value of a Customer" in docs/domain.md. */
export function customerValues({ login, delivery }: Halves, legacyTimezone: string): CustomerValues {
  const definitive = delivery ?? login;
  return {
    name: delivery?.name ?? login?.name ?? null,
    phone: delivery?.phone ?? login?.phone ?? null,
    email: deliverable(delivery) ?? deliverable(login),
    address: delivery?.address ?? null,
    area: delivery?.area ?? null,
    status: delivery !== null ? deliveryStatus(delivery.statusText) : loginStatus(login),
    createdAt: definitive === null ? null : createdAt(definitive, legacyTimezone),
  };
}

/** The stored address of a half when something can be sent to it. */
export function deliverable(half: { email: string | null } | null): string | null {
  return half !== null && canonicalEmail(half.email) !== null ? (half.email?.trim() ?? null) : null;
}

const knownStatuses = new Map<string, CustomerStatus>([
  ['active', 'ACTIVE'],
  ['trial', 'TRIAL'],
  ['paused', 'PAUSED'],
  ['inactive', 'INACTIVE'],
]);

function deliveryStatus(statusText: string | null): CustomerStatus {
  return knownStatuses.get(statusText ?? '') ?? 'OTHER';
}

function loginStatus(login: LoginRecord | null): CustomerStatus {
  return login?.isActive === true ? 'ACTIVE' : 'INACTIVE';
}
