import { requireAdmin } from '../accounts/require-admin.ts';
import type { Viewer } from '../accounts/viewer.ts';
import type { CustomerDependencies } from '../customers/customer-access.ts';
import { maxIdentifierLength } from '../customers/identifier-keys.ts';
import { AppError, badField, badInput } from '../errors.ts';
import { type AssignmentRow, assignRows } from './assign-rows.ts';
import { type AssignmentOutcome, refused } from './assignment-outcome.ts';
import type { AssignDeliveryBoyInput } from './assignment-types.ts';

/** Rows of one call. */
export const maxAssignments = 500;

/**
 * Gives a customer a delivery boy.
 *
 * @throws AppError FORBIDDEN to all but admins; BAD_USER_INPUT naming the field that is empty or over-long; UNAVAILABLE.
 */
export async function assignDeliveryBoy(
  dependencies: CustomerDependencies,
  viewer: Viewer | null,
  input: AssignDeliveryBoyInput,
): Promise<AssignmentOutcome> {
  const admin = requireAdmin(viewer);
  const customer = checkIdentifier('customer', input.customer, badField);
  const deliveryBoy = checkIdentifier('deliveryBoy', input.deliveryBoy, badField);
  return assignOne(dependencies, admin, { customer: { text: customer }, deliveryBoy });
}

/**
 * Takes away whoever delivers to a customer.
 *
 * @throws AppError FORBIDDEN to all but admins; BAD_USER_INPUT naming `customer`; UNAVAILABLE.
 */
export async function unassignDeliveryBoy(
  dependencies: CustomerDependencies,
  viewer: Viewer | null,
  identifier: string,
): Promise<AssignmentOutcome> {
  const admin = requireAdmin(viewer);
  const customer = checkIdentifier('customer', identifier, badInput);
  return assignOne(dependencies, admin, { customer: { text: customer }, deliveryBoy: null });
}

/**
 * Gives customers their delivery boys as if one row were done after the other; one that cannot be done harms no other.
 * Answers in the order of the rows.
 *
 * @throws AppError FORBIDDEN to all but admins; BAD_USER_INPUT naming `input` for more than 500 rows; UNAVAILABLE, and then
 *   some rows may be done: doing all of them again does no harm.
 */
export async function assignDeliveryBoys(
  dependencies: CustomerDependencies,
  viewer: Viewer | null,
  inputs: readonly AssignDeliveryBoyInput[],
): Promise<AssignmentOutcome[]> {
  const admin = requireAdmin(viewer);
  if (inputs.length > maxAssignments)
    throw badInput('input', `input takes at most ${maxAssignments} assignments.`);
  const checked = inputs.map(checkedRow);
  const rows = checked.filter((row): row is AssignmentRow => !('kind' in row));
  const written = await assignAndWake(dependencies, admin, rows);
  let next = 0;
  return checked.map((row) => ('kind' in row ? row : outcomeAt(written, next++)));
}

/** Does rows, and has their messages sent. */
export async function assignAndWake(
  dependencies: CustomerDependencies,
  admin: Viewer,
  rows: readonly AssignmentRow[],
): Promise<(AssignmentOutcome | null)[]> {
  try {
    return await assignRows({ dependencies, actor: admin.id }, rows);
  } finally {
    dependencies.accounts.outbox.wake();
  }
}

/** @throws AppError by `refuse` for text that is empty or longer than any identifier. */
export function checkIdentifier(
  field: string,
  typed: string,
  refuse: (field: string, message: string) => AppError,
): string {
  if (typed.length > maxIdentifierLength)
    throw refuse(field, `${field} takes at most ${maxIdentifierLength} characters.`);
  const text = typed.trim();
  if (text === '') throw refuse(field, `${field} must not be empty.`);
  return text;
}

async function assignOne(
  dependencies: CustomerDependencies,
  admin: Viewer,
  row: AssignmentRow,
): Promise<AssignmentOutcome> {
  return outcomeAt(await assignAndWake(dependencies, admin, [row]), 0);
}

function checkedRow(input: AssignDeliveryBoyInput): AssignmentRow | AssignmentOutcome {
  try {
    return {
      customer: { text: checkIdentifier('customer', input.customer, badField) },
      deliveryBoy: checkIdentifier('deliveryBoy', input.deliveryBoy, badField),
    };
  } catch (error) {
    if (error instanceof AppError) return refused(error.code, error.message);
    throw error;
  }
}

function outcomeAt(outcomes: readonly (AssignmentOutcome | null)[], index: number): AssignmentOutcome {
  const outcome = outcomes[index] ?? null;
  if (outcome === null) throw new TypeError('A row that names its customer has an outcome.');
  return outcome;
}
