import { randomUUID } from 'node:crypto';
import { newLogin } from '../accounts/new-login.ts';
import type { IndexSettings } from '../customer-index/customer-index-rows.ts';
import { loginContact } from '../customers/login-contact.ts';
import type { StoredAccount } from '../database/collections.ts';
import {
  type DeliveryRecord,
  type LoginRecord,
  type StoredUser,
  toLoginRecord,
} from '../database/stored-documents.ts';
import { madeAs } from './made-as.ts';
import type { PlannedRecord } from './plan-logins.ts';

/** A delivery record that gets a login. */
export type PlannedLogin = Extract<PlannedRecord, { kind: 'create' }>;

/** A delivery record and its new login, as both will be. */
export interface PlannedPair {
  /** The document of the login. */
  readonly stored: StoredUser;
  readonly login: LoginRecord;
  readonly delivery: DeliveryRecord;
  readonly account: StoredAccount;
}

export interface PairOptions {
  /** The run that makes it. */
  readonly jobId: string;
  readonly now: Date;
  readonly settings: IndexSettings;
  /** Statuses, in lower case, whose logins are active. */
  readonly activeStatuses: ReadonlySet<string>;
  /** Give a placeholder that no other login can have: another was refused. */
  readonly distinctPlaceholder: boolean;
}

/** Makes a login without a password, which waits for its credentials. Writes nothing. */
export function planPair(
  { orphan, phoneTaken }: PlannedLogin,
  { jobId, now, settings, activeStatuses, distinctPlaceholder }: PairOptions,
): PlannedPair {
  const { delivery, linkBefore } = orphan;
  const id = randomUUID();
  const contact = loginContact(
    { email: delivery.email, phone: delivery.phone, taken: { email: false, phone: phoneTaken } },
    id,
    settings.defaultPhoneRegion,
    distinctPlaceholder,
  );
  const stored = newLogin(
    {
      name: delivery.name ?? '',
      ...contact,
      passwordHash: null,
      role: 'customer',
      isActive: isActiveStatus(delivery.statusText, activeStatuses),
      customerV2Id: delivery.id,
      createdAt: now,
    },
    id,
  );
  const login = toLoginRecord(stored);
  return {
    stored,
    login,
    delivery: { ...delivery, claim: { kind: 'text', id } },
    account: {
      _id: login.key,
      credentialsPending: true,
      createdByJob: jobId,
      madeAs: madeAs(stored, linkBefore),
    },
  };
}

/** Whether a login for a record with this status is active: case and the space around it aside. */
function isActiveStatus(statusText: string | null, activeStatuses: ReadonlySet<string>): boolean {
  return activeStatuses.has(statusText?.trim().toLowerCase() ?? '');
}
