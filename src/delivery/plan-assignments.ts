import type { DeliveryRecord, LoginRecord } from '../database/stored-documents.ts';
import type { AssignmentOutcome } from './assignment-outcome.ts';
import type { Assignable } from './resolve-customer.ts';
import type { DeliveryBoyDecision, ResolvedDeliveryBoy } from './resolve-delivery-boy.ts';

/** One row of which it is known whom it means. */
export interface Assignment {
  /** Null: the record is gone. */
  readonly target: Assignable | AssignmentOutcome | null;
  /** Null takes away whoever delivers. */
  readonly deliveryBoy: DeliveryBoyDecision | null;
  /** Null: in any case. */
  readonly applies: ((target: Assignable, present: LoginRecord | null) => boolean) | null;
}

/** One change of one delivery record. */
export interface AssignmentChange {
  readonly customer: Assignable;
  /** As they are before and after this change; they differ in who delivers alone. */
  readonly before: DeliveryRecord;
  readonly after: DeliveryRecord;
  /** Who exists of those who delivered before and deliver after. */
  readonly previous: LoginRecord | null;
  readonly next: LoginRecord | null;
}

export interface PlannedAssignments {
  /** In the order of the rows; null for one that does not apply any more. */
  readonly outcomes: readonly (AssignmentOutcome | null)[];
  /** In the order in which they happen; a customer may be in it more than once. */
  readonly assignments: readonly AssignmentChange[];
}

/**
 * What rows come to, one after the other: each sees what those before it did. Who delivers already is assigned again
 * without a change. A pure function.
 *
 * @param present Who delivers to these customers as stored, by id.
 */
export function planAssignments(
  rows: readonly Assignment[],
  present: ReadonlyMap<string, LoginRecord>,
): PlannedAssignments {
  const known = new Map(present);
  for (const { deliveryBoy } of rows)
    if (deliveryBoy?.kind === 'deliveryBoy') known.set(deliveryBoy.id, deliveryBoy.login);
  const current = new Map<string, DeliveryRecord>();
  const assignments: AssignmentChange[] = [];
  const outcomes = rows.map(({ target, deliveryBoy, applies }): AssignmentOutcome | null => {
    if (target === null) return null;
    if (target.kind === 'customerAmbiguous') return asOfNow(target, current);
    if (target.kind !== 'assignable') return target;
    if (deliveryBoy !== null && deliveryBoy.kind !== 'deliveryBoy') return deliveryBoy;
    const before = current.get(target.delivery.key) ?? target.delivery;
    const previous = loginOf(before, known);
    if (applies !== null && !applies(target, previous)) return null;
    const after = withDeliveryBoy(before, deliveryBoy);
    if (after !== before) {
      const next = deliveryBoy?.login ?? null;
      assignments.push({ customer: target, before, after, previous, next });
      current.set(after.key, after);
    }
    const source = { ...target.source, delivery: after };
    return { kind: 'assigned', source, deliveryBoy: deliveryBoy?.login ?? null, previous };
  });
  return { outcomes, assignments };
}

/** Candidates as the rows before have left them. */
function asOfNow(
  outcome: Extract<AssignmentOutcome, { kind: 'customerAmbiguous' }>,
  current: ReadonlyMap<string, DeliveryRecord>,
): AssignmentOutcome {
  const matches = outcome.matches.map((match) => {
    const delivery = current.get(match.source.delivery?.key ?? '');
    return delivery === undefined ? match : { ...match, source: { ...match.source, delivery } };
  });
  return { ...outcome, matches };
}

function withDeliveryBoy(record: DeliveryRecord, deliveryBoy: ResolvedDeliveryBoy | null): DeliveryRecord {
  const deliveryBoyId = deliveryBoy?.id ?? null;
  return record.deliveryBoyId === deliveryBoyId ? record : { ...record, deliveryBoyId };
}

function loginOf(
  { deliveryBoyId }: DeliveryRecord,
  known: ReadonlyMap<string, LoginRecord>,
): LoginRecord | null {
  return deliveryBoyId === null ? null : (known.get(deliveryBoyId) ?? null);
}
