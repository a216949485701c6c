import type { ClientSession } from 'mongodb';
import { requireAdmin } from '../accounts/require-admin.ts';
import type { Viewer } from '../accounts/viewer.ts';
import { emailClaim, phoneClaim, touchClaims } from '../database/claims.ts';
import { inTransaction } from '../database/transaction.ts';
import { AppError } from '../errors.ts';
import { type CheckedUpdate, checkUpdate } from './checked-update.ts';
import type { CustomerDependencies } from './customer-access.ts';
import type { CustomerSource } from './customer-view.ts';
import { type Candidate, type Contact, findExisting } from './existing-customers.ts';
import { planUpdate, type UpdatePlan } from './plan-update.ts';
import { wholeSourceWithId } from './source-with-id.ts';
import type { UpdateCustomerInput } from './update-types.ts';
import { writeUpdate } from './write-update.ts';

/** What became of an update. */
export type UpdateOutcome =
  | { readonly kind: 'updated' }
  /** Nothing was written: these have the new phone or e-mail. */
  | { readonly kind: 'exists'; readonly candidates: readonly Candidate[] };

/**
 * Changes a customer on whichever halves hold the values, all or nothing. An update that changes nothing writes nothing.
 *
 * @throws AppError FORBIDDEN to all but admins; BAD_USER_INPUT naming the field; NOT_FOUND; CONFLICT for values of a
 *   delivery record where there is none, for a contact of another login where there is only a login, and for a customer
 *   who was removed at the same time.
 */
export async function updateCustomer(
  dependencies: CustomerDependencies,
  viewer: Viewer | null,
  input: UpdateCustomerInput,
): Promise<UpdateOutcome> {
  const admin = requireAdmin(viewer);
  const { database, accounts, settings, now } = dependencies;
  const update = checkUpdate(input, settings.defaultPhoneRegion);
  const { source, plan } = await readAndPlan(dependencies, input.id, update);
  if (plan.kind !== 'write') return outcomeOf(plan);
  try {
    return await inTransaction(database, async (session) => {
      const at = now();
      await touchClaims(database, claimsOf(update), at, session);
      // Read again: whoever writes one of these records at the same time, the older application too, makes this begin again.
      const current = await readAndPlan(dependencies, input.id, update, session);
      if (current.plan.kind === 'write') {
        await writeUpdate(dependencies, current.source, current.plan, { actor: admin.id, at }, session);
      }
      return outcomeOf(current.plan);
    });
  } finally {
    accounts.outbox.wake();
    if (source.login !== null) accounts.authenticator.forget(source.login.key);
  }
}

function outcomeOf(plan: UpdatePlan): UpdateOutcome {
  return plan.kind === 'exists' ? plan : { kind: 'updated' };
}

async function readAndPlan(
  { database, settings }: CustomerDependencies,
  id: string,
  update: CheckedUpdate,
  session?: ClientSession,
): Promise<{ source: CustomerSource; plan: UpdatePlan }> {
  const source = await wholeSourceWithId(database, id, session);
  if (source === null) throw new AppError('NOT_FOUND', 'There is no customer with this id.');
  const name = update.name ?? source.delivery?.name ?? source.login?.name ?? null;
  const existing = await findExisting(database, [{ ...contactOf(update), name }], session && { session });
  return { source, plan: planUpdate(update, source, existing, settings) };
}

function contactOf({ phone, email }: CheckedUpdate): Contact {
  return { phoneE164: phone?.e164 ?? null, email: email?.canonical ?? null };
}

function claimsOf(update: CheckedUpdate): string[] {
  const { phoneE164, email } = contactOf(update);
  return [
    ...(phoneE164 === null ? [] : [phoneClaim(phoneE164)]),
    ...(email === null ? [] : [emailClaim(email)]),
  ];
}
