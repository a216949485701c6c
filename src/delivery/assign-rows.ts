import { type ClientSession, MongoServerError } from 'mongodb';
import { readNeighbourhood } from '../customer-index/neighbourhood.ts';
import type { CustomerDependencies } from '../customers/customer-access.ts';
import { type LoginRecord, recordKey } from '../database/stored-documents.ts';
import { inTransaction } from '../database/transaction.ts';
import { isUnavailable } from '../database/unavailable.ts';
import { AppError } from '../errors.ts';
import { type AssignmentOutcome, refused } from './assignment-outcome.ts';
import { type CustomerPlace, findPeople } from './find-people.ts';
import { type Assignment, type PlannedAssignments, planAssignments } from './plan-assignments.ts';
import { presentDeliveryBoys } from './present-delivery-boys.ts';
import { type Assignable, customerOfRecord, customersAmong, resolveCustomer } from './resolve-customer.ts';
import { type DeliveryBoyDecision, resolveDeliveryBoys } from './resolve-delivery-boy.ts';
import { writeAssignments } from './write-assignments.ts';

/** One assignment as it is asked for. */
export interface AssignmentRow {
  readonly customer: WantedCustomer;
  /** A text that means a delivery boy; null takes away whoever delivers. */
  readonly deliveryBoy: string | null;
}

/** A text that means a customer, or a row of the index whose delivery record is meant as long as `applies` holds. */
export type WantedCustomer = { readonly text: string } | WantedRecord;

export interface WantedRecord {
  readonly place: CustomerPlace;
  /** @param present Who delivers now, if they exist. */
  readonly applies: (wanted: Assignable, present: LoginRecord | null) => boolean;
}

/** Whoever assigns, for the journal, and with what. */
export interface AssignmentRun {
  readonly dependencies: CustomerDependencies;
  /** Address of the login that acts. */
  readonly actor: string;
}

/** Rows of one transaction: the finds of so many, both halves and delivery boys, are answered in one batch each. */
const chunkSize = 50;

/**
 * Gives customers their delivery boys, each row for itself, in transactions of 50 rows; nine commands each, whatever they
 * hold. Answers in the order of the rows, null for a record to which its row does not apply any more.
 *
 * @throws AppError UNAVAILABLE, and the driver's error when the database is gone: doing all of it again does no harm.
 */
export async function assignRows(
  run: AssignmentRun,
  rows: readonly AssignmentRow[],
): Promise<(AssignmentOutcome | null)[]> {
  const outcomes: (AssignmentOutcome | null)[] = [];
  for (let at = 0; at < rows.length; at += chunkSize)
    outcomes.push(...(await assignChunk(run, rows.slice(at, at + chunkSize))));
  return outcomes;
}

/** When the database refuses what one row writes, each has a transaction of its own. */
async function assignChunk(
  run: AssignmentRun,
  rows: readonly AssignmentRow[],
): Promise<(AssignmentOutcome | null)[]> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await attemptChunk(run, rows);
    } catch (error) {
      const conflict = error instanceof AppError && error.code === 'CONFLICT';
      const refusal = error instanceof MongoServerError && !isUnavailable(error);
      if (!conflict && !refusal) throw error;
      // Somebody began the same digest at the same time: it is there now.
      if (conflict && attempt < maxAttempts) continue;
      if (rows.length === 1) return [refused('CONFLICT', 'The database did not take this. Try again.')];
    }
    const outcomes: (AssignmentOutcome | null)[] = [];
    for (const row of rows) outcomes.push(...(await assignChunk(run, [row])));
    return outcomes;
  }
}

const maxAttempts = 10;

async function attemptChunk(
  { dependencies, actor }: AssignmentRun,
  rows: readonly AssignmentRow[],
): Promise<(AssignmentOutcome | null)[]> {
  const { database, settings, now } = dependencies;
  const found = await findPeople(database, settings, {
    customers: once(rows.flatMap(({ customer }) => ('text' in customer ? [customer.text] : []))),
    deliveryBoys: once(rows.map(({ deliveryBoy }) => deliveryBoy).filter((text) => text !== null)),
    rows: rows.flatMap(({ customer }) => ('text' in customer ? [] : [customer.place])),
  });
  return inTransaction(database, async (session) => {
    const plan = await decide(dependencies, rows, found, session);
    await writeAssignments(dependencies, plan.assignments, { actor, at: now() }, session);
    return [...plan.outcomes];
  });
}

/** Everything is read in the transaction: whoever writes one of these records at the same time makes it begin again. */
async function decide(
  { database, settings }: CustomerDependencies,
  rows: readonly AssignmentRow[],
  { seeds, totals }: Awaited<ReturnType<typeof findPeople>>,
  session: ClientSession,
): Promise<PlannedAssignments> {
  const records = await readNeighbourhood(database, seeds, { session });
  const customers = customersAmong(records, settings, totals);
  const targets = rows.map(({ customer }) => {
    if ('text' in customer) return resolveCustomer(customers, customer.text);
    const { v2Key } = customer.place;
    return customerOfRecord(customers, (delivery) => delivery.key === recordKey(v2Key));
  });
  const texts = once(rows.map(({ deliveryBoy }) => deliveryBoy).filter((text) => text !== null));
  const logins = [...records.logins, ...records.readAlong];
  const boys = await resolveDeliveryBoys({ database, settings, session }, texts, logins);
  const present = await presentDeliveryBoys(database, targets, { logins, seeds }, session);
  const assignments = rows.map(
    (row, index): Assignment => ({
      target: targets[index] ?? null,
      deliveryBoy: row.deliveryBoy === null ? null : decisionFor(boys, row.deliveryBoy),
      applies: 'text' in row.customer ? null : row.customer.applies,
    }),
  );
  return planAssignments(assignments, present);
}

function decisionFor(boys: ReadonlyMap<string, DeliveryBoyDecision>, text: string): DeliveryBoyDecision {
  return boys.get(text) ?? { kind: 'deliveryBoyNotFound', identifier: text };
}

function once(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
