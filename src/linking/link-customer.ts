import { requireAdmin } from '../accounts/require-admin.ts';
import type { Viewer } from '../accounts/viewer.ts';
import { canonicalEmail } from '../customer-index/canonical-email.ts';
import { canonicalPhone } from '../customer-index/canonical-phone.ts';
import type { CustomerDependencies } from '../customers/customer-access.ts';
import type { CustomerSource } from '../customers/customer-view.ts';
import { linkClaim } from '../customers/link-code.ts';
import { emailClaim, phoneClaim, touchClaims } from '../database/claims.ts';
import type { DeliveryRecord, LoginRecord } from '../database/stored-documents.ts';
import { inTransaction } from '../database/transaction.ts';
import { AppError } from '../errors.ts';
import { type DecidedLink, decideLink } from './decide-link.ts';
import { prepareLink } from './prepare-link.ts';
import { writeLink } from './write-link.ts';

export interface LinkCustomerInput {
  /** `id` of a login, or the text of its `_id`. */
  readonly userId: string;
  /** The same of a delivery record. */
  readonly customerV2Id: string;
}

/**
 * Makes one customer of a login and a delivery record that both were there, or completes a half link of the two. Linked to
 * each other already, they are answered and nothing is written.
 *
 * Where this gives the login a record that it could not read, its sessions end, both contacts are told, and it reads the
 * record only after the code that was sent to the record's own contact.
 *
 * @throws AppError FORBIDDEN to all but admins; NOT_FOUND naming which is not there; CONFLICT saying what is in the way
 *   and how it is mended, and when the two were changed at the same time.
 */
export async function linkCustomer(
  dependencies: CustomerDependencies,
  viewer: Viewer | null,
  input: LinkCustomerInput,
): Promise<CustomerSource> {
  const admin = requireAdmin(viewer);
  const { database, accounts, now } = dependencies;
  const plan = await decideLink(dependencies, input);
  if (plan.kind === 'linked') return plan.source;
  const at = now();
  const prepared = await prepareLink(dependencies, plan, { actor: admin.id, at });
  try {
    return await inTransaction(database, async (session) => {
      await touchClaims(database, claimsOf(dependencies, plan), at, session);
      // Read again: whoever writes one of these at the same time, the older application too, makes this begin again.
      const current = await decideLink(dependencies, input, session);
      if (current.kind === 'linked') return current.source;
      if (planKey(current) !== planKey(plan)) throw changedMeanwhile();
      return writeLink(dependencies, current, prepared, session);
    });
  } finally {
    accounts.authenticator.forget(plan.login.key);
    accounts.outbox.wake();
  }
}

/** Who is being created for the same phone or e-mail, and who is sent a code, decides about the same people. */
function claimsOf({ settings }: CustomerDependencies, { login, delivery }: DecidedLink): string[] {
  const halves = [login, delivery];
  const phones = halves.map(({ phone }) => canonicalPhone(phone, settings.defaultPhoneRegion));
  const emails = halves.map(({ email }) => canonicalEmail(email));
  return [
    linkClaim(delivery.key),
    ...phones.filter((phone) => phone !== null).map(phoneClaim),
    ...emails.filter((email) => email !== null).map(emailClaim),
  ];
}

/** What was prepared beforehand holds as long as this stays the same. */
function planKey({ login, delivery, halfLink, opens, asksForCode }: DecidedLink): string {
  const half = (record: LoginRecord | DeliveryRecord) => [
    record.key,
    record.id,
    record.name,
    record.email,
    record.phone,
    record.claim,
  ];
  return JSON.stringify([half(login), half(delivery), halfLink !== null, opens, asksForCode]);
}

function changedMeanwhile(): AppError {
  return new AppError('CONFLICT', 'One of the two has just been changed by somebody else. Look again.');
}
