import { linkCustomers } from '../customer-index/link-graph.ts';
import { readAccountFacts, readNeighbourhood } from '../customer-index/neighbourhood.ts';
import { passwordFacts } from '../customer-index/temporary-password-state.ts';
import { emailClaim, phoneClaim } from '../database/claims.ts';
import { AppError, badField } from '../errors.ts';
import { type CheckedCustomer, checkCustomer } from './checked-customer.ts';
import type { CreateCustomerInput } from './create-types.ts';
import { type CreatedCustomer, type CreateOutcome, refusedBy } from './creation-outcome.ts';
import type { CustomerDependencies } from './customer-access.ts';
import { activeDeliveryBoys } from './delivery-boy-ids.ts';
import type { LookedForContact } from './existing-customers.ts';
import { earlierResults, type IdempotentCall, idempotentCall } from './idempotency.ts';
import { sourceOf } from './source-of.ts';

/** An input whose values can be stored, and its place among the others. */
export interface CreationRow {
  readonly index: number;
  readonly customer: CheckedCustomer;
  readonly call: IdempotentCall | null;
}

/** Checks every input, and settles those that are refused and those that were done before. */
export async function readCreationRows(
  dependencies: CustomerDependencies,
  actor: string,
  inputs: readonly CreateCustomerInput[],
  outcomes: (CreateOutcome | undefined)[],
): Promise<CreationRow[]> {
  const { settings, database } = dependencies;
  const settle = async (index: number, work: () => Promise<CreationRow | null> | CreationRow | null) => {
    try {
      return await work();
    } catch (error) {
      outcomes[index] = refusedBy(error);
      return null;
    }
  };
  const checked = await Promise.all(
    inputs.map((input, index) =>
      settle(index, () => {
        const customer = checkCustomer(input, settings.defaultPhoneRegion);
        const { idempotencyKey, ...rest } = input;
        const key = customer.idempotencyKey;
        return { index, customer, call: key === null ? null : idempotentCall(actor, key, rest) };
      }),
    ),
  );
  const rows = checked.filter((row) => row !== null);
  const boys = await activeDeliveryBoys(
    database,
    rows.map(({ customer }) => customer.deliveryBoyId).filter((id) => id !== null),
  );
  const settled = await Promise.all(
    rows.map((row) =>
      settle(row.index, async () => {
        const { deliveryBoyId } = row.customer;
        if (deliveryBoyId !== null && !boys.has(deliveryBoyId)) {
          throw badField('deliveryBoyId', 'This is no active delivery boy.');
        }
        const earlier = await earlierOutcome(dependencies, row.call);
        if (earlier !== null) outcomes[row.index] = earlier;
        return earlier === null ? row : null;
      }),
    ),
  );
  return settled.filter((row) => row !== null);
}

/** Rows that share a phone or e-mail come one after the other: the later has to see what the earlier has made. */
export function separateRows(rows: readonly CreationRow[]): CreationRow[][] {
  const waves: { rows: CreationRow[]; keys: Set<string> }[] = [];
  for (const row of rows) {
    const keys = claimKeys(row);
    // Behind the last wave that it has something in common with, so that the order of the file is kept.
    const place = waves.findLastIndex((wave) => keys.some((key) => wave.keys.has(key))) + 1;
    const wave = waves[place] ?? { rows: [], keys: new Set() };
    waves[place] = wave;
    wave.rows.push(row);
    for (const key of keys) wave.keys.add(key);
  }
  return waves.map((wave) => wave.rows);
}

/** What a row's transaction touches, so that of two for one person one has to begin again. */
export function claimKeys({ customer }: CreationRow): string[] {
  return [
    phoneClaim(customer.phone.e164),
    ...(customer.email === null ? [] : [emailClaim(customer.email.canonical)]),
  ];
}

/** By what the people of these rows might be known already. */
export function contactsOf(rows: readonly CreationRow[]): LookedForContact[] {
  return rows.map(({ customer }) => ({
    phoneE164: customer.phone.e164,
    email: customer.email?.canonical ?? null,
    name: customer.name,
    customerId: customer.adoptCustomerId,
  }));
}

/** What an earlier call with the same key has made. */
type StoredResult = Omit<CreatedCustomer, 'kind' | 'source'>;

/** What an earlier call with the same key has made, as it is now; null for none. */
export async function earlierOutcome(
  { database, accounts }: CustomerDependencies,
  call: IdempotentCall | null,
): Promise<CreatedCustomer | null> {
  if (call === null) return null;
  const result = (await earlierResults<StoredResult>(database, [call], accounts.now())).get(call._id);
  if (result === undefined) return null;
  const records = await readNeighbourhood(database, {
    loginIds: [result.userId],
    deliveryIds: [result.customerV2Id],
  });
  const customers = linkCustomers(records);
  const customer =
    customers.find(({ delivery }) => delivery?.id === result.customerV2Id) ??
    customers.find(({ login }) => login?.id === result.userId);
  const facts = await readAccountFacts(database, records.logins);
  if (customer === undefined) {
    throw new AppError('NOT_FOUND', 'The customer that was created with this key has been removed since.');
  }
  const { login } = customer;
  const source = sourceOf(customer, passwordFacts(login && facts.get(login.key), login));
  return { kind: 'created', ...result, source };
}
