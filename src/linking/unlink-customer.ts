import type { ClientSession } from 'mongodb';
import { requireAdmin } from '../accounts/require-admin.ts';
import type { Viewer } from '../accounts/viewer.ts';
import { linkCustomers } from '../customer-index/link-graph.ts';
import { noPasswordFacts } from '../customer-index/temporary-password-state.ts';
import type { CustomerDependencies } from '../customers/customer-access.ts';
import type { CustomerSource } from '../customers/customer-view.ts';
import { sourceOf } from '../customers/source-of.ts';
import { addressedBy } from '../customers/source-with-id.ts';
import { AppError } from '../errors.ts';
import { readAround } from './addressed-records.ts';
import { clearInTransaction } from './clear-in-transaction.ts';

/**
 * Takes the login and the delivery record of one customer apart: both links are empty afterwards, the login's sessions
 * have ended, and a code that was sent for the two opens nothing.
 *
 * @param id Of either half, or the text of its `_id`.
 * @returns The customers that the two are now, and whoever else is changed by it, such as another login that claims the
 *   record.
 * @throws AppError FORBIDDEN to all but admins; NOT_FOUND; CONFLICT for who has only one half, and for one that is changed
 *   at the same time.
 */
export async function unlinkCustomer(
  dependencies: CustomerDependencies,
  viewer: Viewer | null,
  id: string,
): Promise<readonly CustomerSource[]> {
  const admin = requireAdmin(viewer);
  const find = (session?: ClientSession) => findPair(dependencies, id, session);
  return clearInTransaction(dependencies, { action: 'CUSTOMER_UNLINKED', actor: admin.id, find });
}

async function findPair({ database }: CustomerDependencies, id: string, session?: ClientSession) {
  const records = await readAround(database, { userId: id, customerV2Id: id }, session);
  const sources = linkCustomers(records).map((customer) => sourceOf(customer, noPasswordFacts));
  const source = addressedBy(sources, id);
  if (source === null) throw new AppError('NOT_FOUND', 'There is no customer with this id.');
  const { login, delivery } = source;
  if (login === null || delivery === null) throw notJoined(source);
  return {
    records,
    logins: login.claim.kind === 'none' ? [] : [login],
    deliveries: delivery.claim.kind === 'none' ? [] : [delivery],
  };
}

function notJoined({ state, delivery }: CustomerSource): AppError {
  const half = delivery === null ? 'a login' : 'a delivery record';
  const mended =
    state === 'CONFLICT' || state === 'DANGLING' ? ` Its links say ${state}: clearLink mends that.` : '';
  return new AppError('CONFLICT', `This customer is only ${half}, and linked to nobody.${mended}`);
}
