import type { ClientSession } from 'mongodb';
import type { Seeds } from '../customer-index/neighbourhood.ts';
import type { Database } from '../database/collections.ts';
import { type LoginRecord, loginProjection, toLoginRecord } from '../database/stored-documents.ts';
import type { AssignmentOutcome } from './assignment-outcome.ts';
import type { Assignable } from './resolve-customer.ts';

/**
 * Who delivers to these customers now, by id: those who exist, active or not. An id that two logins share names nobody.
 * No command, but for a delivery boy of whom the index does not know that he is one's.
 *
 * @param read What was read, and where that began: whoever has one of these ids is among it.
 */
export async function presentDeliveryBoys(
  database: Database,
  targets: readonly (Assignable | AssignmentOutcome | null)[],
  read: {
    readonly logins: readonly LoginRecord[];
    readonly seeds: Pick<Seeds, 'loginIds' | 'readAlong'>;
  },
  session: ClientSession,
): Promise<ReadonlyMap<string, LoginRecord>> {
  const ids = targets.flatMap((target) =>
    target?.kind === 'assignable' && target.delivery.deliveryBoyId !== null
      ? [target.delivery.deliveryBoyId]
      : [],
  );
  const asked = new Set([...(read.seeds.loginIds ?? []), ...(read.seeds.readAlong ?? [])]);
  const missing = [...new Set(ids)].filter((id) => !asked.has(id));
  const further =
    missing.length === 0
      ? []
      : await database.users
          .find({ id: { $in: missing } }, { session, projection: loginProjection })
          .toArray();
  const logins = new Map([...read.logins, ...further.map(toLoginRecord)].map((login) => [login.key, login]));
  const present = new Map<string, LoginRecord>();
  const shared = new Set<string>();
  for (const login of logins.values()) {
    if (login.id === null) continue;
    if (present.has(login.id)) shared.add(login.id);
    present.set(login.id, login);
  }
  for (const [id, { role }] of present) if (shared.has(id) || role !== 'delivery_boy') present.delete(id);
  return present;
}
