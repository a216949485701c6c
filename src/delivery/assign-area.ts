import { requireAdmin } from '../accounts/require-admin.ts';
import type { Viewer } from '../accounts/viewer.ts';
import { readNeighbourhood } from '../customer-index/neighbourhood.ts';
import type { CustomerDependencies } from '../customers/customer-access.ts';
import { deliveryBoyIds } from '../customers/delivery-boy-ids.ts';
import { AppError, badInput } from '../errors.ts';
import { assignAndWake, checkIdentifier } from './assign-delivery-boys.ts';
import type { AssignmentRow } from './assign-rows.ts';
import type { AssignmentOutcome } from './assignment-outcome.ts';
import { type CustomerPlace, findPeople, placeProjection } from './find-people.ts';
import { type DeliveryBoyDecision, resolveDeliveryBoys } from './resolve-delivery-boy.ts';

export interface AssignAreaInput {
  /** As `CustomerFilter.area` compares it: letter by letter. */
  readonly area: string;
  readonly deliveryBoy: string;
  /** Leave those alone to whom somebody who exists delivers. */
  readonly onlyUnassigned: boolean;
}

/** Some seconds of work, well below the deadline of a request; every answer fits into one response. */
export const maxAreaAssignments = 2_000;

/**
 * Gives the customers of an area a delivery boy, whatever their status: those that the index names, as long as their record
 * still says so. One answer for each, by name; one alone when the delivery boy is not to be had, none for an area without
 * customers.
 *
 * @throws AppError FORBIDDEN to all but admins; BAD_USER_INPUT naming the argument; QUERY_TOO_EXPENSIVE, before anything is
 *   done, for more than 2,000 customers: a list that ended somewhere would not say who is left; UNAVAILABLE.
 */
export async function assignArea(
  dependencies: CustomerDependencies,
  viewer: Viewer | null,
  input: AssignAreaInput,
): Promise<AssignmentOutcome[]> {
  const admin = requireAdmin(viewer);
  const { area, onlyUnassigned } = input;
  if (area === '' || area.length > maxAreaLength)
    throw badInput('area', `area has 1 to ${maxAreaLength} characters.`);
  const deliveryBoy = checkIdentifier('deliveryBoy', input.deliveryBoy, badInput);
  const decision = await decideOn(dependencies, deliveryBoy);
  if (decision.kind !== 'deliveryBoy') return [decision];
  const places = await placesIn(dependencies, area, onlyUnassigned);
  const rows = places.map(
    (place): AssignmentRow => ({
      customer: {
        place,
        applies: ({ delivery }, present) => delivery.area === area && !(onlyUnassigned && present !== null),
      },
      deliveryBoy,
    }),
  );
  const outcomes = await assignAndWake(dependencies, admin, rows);
  return outcomes.filter((outcome) => outcome !== null);
}

/** Longer than the area of any record is worth looking for. */
const maxAreaLength = 500;

async function decideOn(
  { database, settings }: CustomerDependencies,
  deliveryBoy: string,
): Promise<DeliveryBoyDecision> {
  const { seeds } = await findPeople(database, settings, {
    customers: [],
    deliveryBoys: [deliveryBoy],
    rows: [],
  });
  const { logins, readAlong } = await readNeighbourhood(database, seeds);
  const decisions = await resolveDeliveryBoys(
    { database, settings },
    [deliveryBoy],
    [...logins, ...readAlong],
  );
  return decisions.get(deliveryBoy) ?? { kind: 'deliveryBoyNotFound', identifier: deliveryBoy };
}

async function placesIn(
  { database }: CustomerDependencies,
  area: string,
  onlyUnassigned: boolean,
): Promise<CustomerPlace[]> {
  const assigned = onlyUnassigned ? { deliveryBoyId: { $nin: await deliveryBoyIds(database) } } : {};
  const filter = { area, hasDeliveryRecord: true, ...assigned };
  const places = await database.customerIndex
    .find(filter, { projection: placeProjection })
    .sort({ nameKey: 1, _id: 1 })
    .limit(maxAreaAssignments + 1)
    .batchSize(maxAreaAssignments + 2)
    .toArray();
  if (places.length <= maxAreaAssignments) return places;
  const count = await database.customerIndex.countDocuments(filter);
  throw new AppError(
    'QUERY_TOO_EXPENSIVE',
    `This would assign ${count} customers; ${maxAreaAssignments} are allowed at once. Read them with customers(filter: {area, hasDeliveryBoy}) and assign them with assignDeliveryBoys.`,
    { count },
  );
}
