import { type LinkedCustomer, linkCustomers, type StoredRecords } from '../customer-index/link-graph.ts';
import type { DeliveryRecord, LoginRecord } from '../database/stored-documents.ts';
import { AppError } from '../errors.ts';
import { addressedDelivery, addressedLogin } from './addressed-records.ts';
import { obstaclesBetween } from './obstacles.ts';

/** What linking two records comes to. */
export type LinkPlan =
  /** They are linked both ways: nothing is written. */
  { readonly kind: 'linked'; readonly pair: LinkedCustomer } | PlannedLink;

export interface PlannedLink {
  readonly kind: 'write';
  /** Both as read. */
  readonly login: LoginRecord;
  readonly delivery: DeliveryRecord;
  /** The half link that is completed; null where the two have nothing to do with each other yet. */
  readonly halfLink: LinkedCustomer | null;
}

/**
 * Decides by the stored links alone, see "Who is one customer" in docs/domain.md.
 *
 * @param records Everybody whose links decide about the two.
 * @throws AppError NOT_FOUND naming which is not there; CONFLICT saying what is in the way and how it is mended.
 */
export function planLink(
  records: StoredRecords,
  { userId, customerV2Id }: { readonly userId: string; readonly customerV2Id: string },
): LinkPlan {
  const login = addressedLogin(records, userId);
  const delivery = addressedDelivery(records, customerV2Id);
  const pair =
    linkCustomers(records).find(
      (customer) => customer.login?.key === login.key && customer.delivery?.key === delivery.key,
    ) ?? null;
  if (pair?.state === 'LINKED') return { kind: 'linked', pair };
  const obstacles = obstaclesBetween(login, delivery, records);
  if (obstacles.length > 0) throw new AppError('CONFLICT', obstacles.slice(0, mostNamed).join(' '));
  return { kind: 'write', login, delivery, halfLink: pair };
}

/** One record may have any number of claimants. */
const mostNamed = 10;
