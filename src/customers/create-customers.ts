import type { ClientSession } from 'mongodb';
import { touchClaims } from '../database/claims.ts';
import { inTransaction } from '../database/transaction.ts';
import type { CheckedCustomer } from './checked-customer.ts';
import type { CreateCustomerInput } from './create-types.ts';
import { type CreateOutcome, isRefusal, outcomeOf, PlanChangedError, refusedBy } from './creation-outcome.ts';
import {
  type CreationRow,
  claimKeys,
  contactsOf,
  earlierOutcome,
  readCreationRows,
  separateRows,
} from './creation-rows.ts';
import type { CustomerDependencies } from './customer-access.ts';
import { type ExistingOptions, findExisting } from './existing-customers.ts';
import { rememberResults } from './idempotency.ts';
import { type CreationPlan, planCreation, planKey } from './plan-creation.ts';
import { prepareBoth, prepareDeliveryFor, prepareLoginFor } from './prepare-creation.ts';
import { type Creation, writeCreations } from './write-creations.ts';

export interface CreateCustomersOptions {
  /** Send temporary passwords now, or leave the logins without one until credentials are released. */
  readonly credentials: 'now' | 'later';
  /** Written in the last transaction, with the outcomes of all in the order of the inputs. */
  readonly alsoWrite?: (session: ClientSession, outcomes: readonly CreateOutcome[]) => Promise<void>;
  /** Write nothing; the outcomes are those that would be, as far as the inputs do not concern one another. */
  readonly dryRun?: boolean;
}

/**
 * Makes customers with both halves linked, each all or nothing. Inputs that do not concern one another are written in one
 * transaction; one that is refused harms no other. Answers in the order of the inputs.
 *
 * @param actor For the journal: address of the login that acts, or `command line`.
 * @throws AppError UNAVAILABLE when the database is, RATE_LIMITED when too many passwords are being hashed.
 */
export async function createCustomers(
  dependencies: CustomerDependencies,
  actor: string,
  inputs: readonly CreateCustomerInput[],
  options: CreateCustomersOptions,
): Promise<CreateOutcome[]> {
  const outcomes: (CreateOutcome | undefined)[] = inputs.map(() => undefined);
  const rows = await readCreationRows(dependencies, actor, inputs, outcomes);
  const waves = separateRows(rows);
  const run: Run = { dependencies, actor, options, outcomes };
  for (const [place, wave] of waves.entries()) await createWave(run, wave, place === waves.length - 1);
  const settled = outcomes.filter((outcome) => outcome !== undefined);
  const { alsoWrite, dryRun } = options;
  if (waves.length === 0 && alsoWrite !== undefined && dryRun !== true) {
    await inTransaction(dependencies.database, (session) => alsoWrite(session, settled));
  }
  return settled;
}

interface Run {
  readonly dependencies: CustomerDependencies;
  readonly actor: string;
  readonly options: CreateCustomersOptions;
  readonly outcomes: (CreateOutcome | undefined)[];
}

/**
 * One transaction for all rows. When it meets what was written at the same time it is planned again; when one row cannot be
 * written at all, each has its own.
 */
async function createWave(run: Run, wave: readonly CreationRow[], isLast: boolean): Promise<void> {
  let conflicts = 0;
  for (let attempt = 1; ; attempt++) {
    try {
      return await attemptWave(run, wave, isLast, { isFirst: attempt === 1, afterConflict: conflicts > 0 });
    } catch (error) {
      const changed = error instanceof PlanChangedError;
      if (!changed && !isRefusal(error)) throw error;
      const conflict = !changed && error.code === 'CONFLICT';
      if (conflict) conflicts += 1;
      const isFinal = !changed && !conflict;
      if (wave.length > 1 && (!changed || attempt === maxAttempts))
        return await createOneByOne(run, wave, isLast);
      if (isFinal || conflicts === maxConflicts || attempt === maxAttempts)
        return await refuse(run, wave, isLast, error);
    }
  }
}

/** A unique index of somebody else's that refuses a document twice will refuse it again. */
const maxConflicts = 2;
const maxAttempts = 20;

interface Attempt {
  readonly isFirst: boolean;
  readonly afterConflict: boolean;
}

async function createOneByOne(run: Run, wave: readonly CreationRow[], isLast: boolean): Promise<void> {
  for (const [place, row] of wave.entries()) {
    await createWave(run, [row], isLast && place === wave.length - 1);
  }
}

async function refuse(
  run: Run,
  wave: readonly CreationRow[],
  isLast: boolean,
  error: unknown,
): Promise<void> {
  for (const { index } of wave) run.outcomes[index] = refusedBy(error);
  const { alsoWrite } = run.options;
  if (!isLast || alsoWrite === undefined) return;
  await inTransaction(run.dependencies.database, (session) => alsoWrite(session, settledOf(run)));
}

interface PlannedRow {
  readonly row: CreationRow;
  readonly plan: CreationPlan;
  readonly creation: Creation | null;
}

async function attemptWave(
  run: Run,
  wave: readonly CreationRow[],
  isLast: boolean,
  attempt: Attempt,
): Promise<void> {
  const { dependencies, options, outcomes } = run;
  const { database, accounts } = dependencies;
  const now = accounts.now();
  const existing = await findExisting(database, contactsOf(wave));
  const plans = await withoutRepeated(run, planRows(run, wave, existing), attempt);
  const planned = await Promise.all(
    plans.map(async ({ row, plan }): Promise<PlannedRow> => {
      const creation = await prepare(run, row.customer, plan, now, attempt.afterConflict);
      return { row, plan, creation };
    }),
  );
  for (const { row, plan, creation } of planned) outcomes[row.index] = outcomeOf(plan, creation);
  const creations = planned.map(({ creation }) => creation).filter((creation) => creation !== null);
  if (options.dryRun === true) return;
  const alsoWrite = isLast ? options.alsoWrite : undefined;
  if (creations.length === 0 && alsoWrite === undefined) return;

  await inTransaction(database, async (session) => {
    await touchClaims(
      database,
      planned.flatMap(({ row }) => claimKeys(row)),
      now,
      session,
    );
    await requireSamePlans(run, planned, { session, spelled: existing.spelled });
    await rememberResults(database, resultsOf(planned, outcomes), now, session);
    await writeCreations(dependencies, creations, session);
    await alsoWrite?.(session, settledOf(run));
  });
  for (const { login, newLogin } of creations)
    if (newLogin === null) accounts.authenticator.forget(login.key);
  accounts.outbox.wake();
}

/** A row that cannot be planned is refused at once. */
function planRows(
  { dependencies, outcomes }: Run,
  wave: readonly CreationRow[],
  existing: Awaited<ReturnType<typeof findExisting>>,
): { row: CreationRow; plan: CreationPlan }[] {
  return wave.flatMap((row) => {
    try {
      return [{ row, plan: planCreation(row.customer, existing, dependencies.settings) }];
    } catch (error) {
      outcomes[row.index] = refusedBy(error);
      return [];
    }
  });
}

/**
 * Whoever turns out to be known already may have been made by the same call, which another request has sent at the same
 * time: those rows are settled with what that one has made.
 */
async function withoutRepeated(
  { dependencies, outcomes }: Run,
  plans: readonly { row: CreationRow; plan: CreationPlan }[],
  { isFirst }: Attempt,
): Promise<{ row: CreationRow; plan: CreationPlan }[]> {
  const left = [];
  for (const planned of plans) {
    const { row, plan } = planned;
    const mayBeRepeated = row.call !== null && (!isFirst || plan.kind === 'exists');
    const earlier = mayBeRepeated ? await earlierOutcome(dependencies, row.call) : null;
    if (earlier === null) left.push(planned);
    else outcomes[row.index] = earlier;
  }
  return left;
}

async function requireSamePlans(
  { dependencies }: Run,
  planned: readonly PlannedRow[],
  options: Required<ExistingOptions>,
): Promise<void> {
  const existing = await findExisting(
    dependencies.database,
    contactsOf(planned.map(({ row }) => row)),
    options,
  );
  for (const { row, plan } of planned) {
    const now = planCreation(row.customer, existing, dependencies.settings);
    if (planKey(now) !== planKey(plan)) throw new PlanChangedError('Others have written the same people.');
  }
}

async function prepare(
  { dependencies, actor, options }: Run,
  customer: CheckedCustomer,
  plan: CreationPlan,
  now: Date,
  distinctPlaceholder: boolean,
): Promise<Creation | null> {
  const credentials = options.dryRun === true ? 'later' : options.credentials;
  const context = { actor, now, credentials, distinctPlaceholder };
  const { name, address, area, statusText, deliveryBoyId } = customer;
  const contact = { phone: customer.phone.typed, email: customer.email?.typed ?? null };
  const delivery = { name, ...contact, address, area, statusText, deliveryBoyId };
  switch (plan.kind) {
    case 'exists':
      return null;
    case 'both':
      return prepareBoth(dependencies, context, { login: { name, ...contact, taken: plan.taken }, delivery });
    case 'adoptDelivery': {
      const email = contact.email ?? plan.delivery.email;
      const login = { name, phone: contact.phone, email, taken: plan.taken };
      return prepareLoginFor(dependencies, context, plan.delivery, login, 'DELIVERY_RECORD_ADOPTED');
    }
    case 'adoptLogin':
      return prepareDeliveryFor(dependencies, context, plan, delivery, {
        action: 'LOGIN_ADOPTED',
        confirm: true,
      });
  }
}

function resultsOf(planned: readonly PlannedRow[], outcomes: Run['outcomes']) {
  return planned.flatMap(({ row }) => {
    const outcome = outcomes[row.index];
    if (row.call === null || outcome?.kind !== 'created') return [];
    const { kind, source, ...result } = outcome;
    return [{ call: row.call, result }];
  });
}

function settledOf({ outcomes }: Run): CreateOutcome[] {
  return outcomes.filter((outcome) => outcome !== undefined);
}
