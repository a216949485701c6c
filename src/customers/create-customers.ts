import type { ClientSession } from 'mongodb';
import { linkCustomers } from '../customer-index/link-graph.ts';
import { readAccountFacts, readNeighbourhood } from '../customer-index/neighbourhood.ts';
import { passwordFacts } from '../customer-index/temporary-password-state.ts';
import { emailClaim, phoneClaim, touchClaims } from '../database/claims.ts';
import { inTransaction } from '../database/transaction.ts';
import { AppError, badField } from '../errors.ts';
import { type CheckedCustomer, checkCustomer } from './checked-customer.ts';
import type { CreateCustomerInput } from './create-types.ts';
import type { CustomerDependencies } from './customer-access.ts';
import type { CustomerSource } from './customer-view.ts';
import { activeDeliveryBoys } from './delivery-boy-ids.ts';
import { type Candidate, type Contact, findExisting } from './existing-customers.ts';
import { earlierResults, type IdempotentCall, idempotentCall, rememberResults } from './idempotency.ts';
import { type CreationPlan, planCreation, planKey } from './plan-creation.ts';
import { prepareBoth, prepareDeliveryFor, prepareLoginFor } from './prepare-creation.ts';
import { sourceOf } from './source-of.ts';
import { type Creation, writeCreations } from './write-creations.ts';

/** What became of one new customer. */
export type CreateOutcome =
  | CreatedCustomer
  /** Nothing was written: these have the same phone or e-mail. */
  | { readonly kind: 'exists'; readonly candidates: readonly Candidate[] }
  | { readonly kind: 'refused'; readonly error: AppError };

export interface CreatedCustomer {
  readonly kind: 'created';
  readonly customerId: string;
  readonly userId: string;
  readonly customerV2Id: string;
  /** One half was there before. */
  readonly adopted: boolean;
  /** Where credentials go, masked. */
  readonly sentTo: readonly string[];
  readonly source: CustomerSource;
}

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
  const rows = await readRows(dependencies, actor, inputs, outcomes);
  const waves = separate(rows);
  const run: Run = { dependencies, actor, options, outcomes };
  for (const [place, wave] of waves.entries()) await createWave(run, wave, place === waves.length - 1);
  const settled = outcomes.filter((outcome) => outcome !== undefined);
  const { alsoWrite, dryRun } = options;
  if (waves.length === 0 && alsoWrite !== undefined && dryRun !== true) {
    await inTransaction(dependencies.database, (session) => alsoWrite(session, settled));
  }
  return settled;
}

/** An input whose values can be stored, and its place among the others. */
interface Row {
  readonly index: number;
  readonly customer: CheckedCustomer;
  readonly call: IdempotentCall | null;
}

interface Run {
  readonly dependencies: CustomerDependencies;
  readonly actor: string;
  readonly options: CreateCustomersOptions;
  readonly outcomes: (CreateOutcome | undefined)[];
}

/** What an earlier call with the same key has made. */
type StoredResult = Omit<CreatedCustomer, 'kind' | 'source'>;

/** Checks every input, and settles those that are refused and those that were done before. */
async function readRows(
  dependencies: CustomerDependencies,
  actor: string,
  inputs: readonly CreateCustomerInput[],
  outcomes: (CreateOutcome | undefined)[],
): Promise<Row[]> {
  const { settings, database } = dependencies;
  const settle = async (index: number, work: () => Promise<Row | null> | Row | null) => {
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

async function earlierOutcome(
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

/** Rows that share a phone or e-mail come one after the other: the later has to see what the earlier has made. */
function separate(rows: readonly Row[]): Row[][] {
  const waves: { rows: Row[]; keys: Set<string> }[] = [];
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

function claimKeys({ customer }: Row): string[] {
  return [
    phoneClaim(customer.phone.e164),
    ...(customer.email === null ? [] : [emailClaim(customer.email.canonical)]),
  ];
}

/**
 * One transaction for all rows. When it meets what was written at the same time it is planned again; when one row cannot be
 * written at all, each has its own.
 */
async function createWave(run: Run, wave: readonly Row[], isLast: boolean): Promise<void> {
  let conflicts = 0;
  for (let attempt = 1; ; attempt++) {
    try {
      return await attemptWave(run, wave, isLast, { isFirst: attempt === 1, afterConflict: conflicts > 0 });
    } catch (error) {
      const changed = error instanceof PlanChangedError;
      const conflict = error instanceof AppError && error.code === 'CONFLICT';
      if (!changed && !conflict) throw error;
      if (conflict) conflicts += 1;
      if (wave.length > 1 && (conflict || attempt === maxAttempts))
        return await createOneByOne(run, wave, isLast);
      if (conflicts === maxConflicts || attempt === maxAttempts)
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

async function createOneByOne(run: Run, wave: readonly Row[], isLast: boolean): Promise<void> {
  for (const [place, row] of wave.entries()) {
    await createWave(run, [row], isLast && place === wave.length - 1);
  }
}

async function refuse(run: Run, wave: readonly Row[], isLast: boolean, error: unknown): Promise<void> {
  for (const { index } of wave) run.outcomes[index] = refusedBy(error);
  const { alsoWrite } = run.options;
  if (!isLast || alsoWrite === undefined) return;
  await inTransaction(run.dependencies.database, (session) => alsoWrite(session, settledOf(run)));
}

/** Others have written what the plan depends on, between planning and writing. */
class PlanChangedError extends Error {}

interface PlannedRow {
  readonly row: Row;
  readonly plan: CreationPlan;
  readonly creation: Creation | null;
}

async function attemptWave(run: Run, wave: readonly Row[], isLast: boolean, attempt: Attempt): Promise<void> {
  const { dependencies, options, outcomes } = run;
  const { database, accounts } = dependencies;
  const now = accounts.now();
  const plans = await withoutRepeated(
    run,
    planRows(run, wave, await findExisting(database, contactsOf(wave))),
    attempt,
  );
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
    await requireSamePlans(run, planned, session);
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
  wave: readonly Row[],
  existing: Awaited<ReturnType<typeof findExisting>>,
): { row: Row; plan: CreationPlan }[] {
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
  plans: readonly { row: Row; plan: CreationPlan }[],
  { isFirst }: Attempt,
): Promise<{ row: Row; plan: CreationPlan }[]> {
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
  session: ClientSession,
): Promise<void> {
  const existing = await findExisting(
    dependencies.database,
    contactsOf(planned.map(({ row }) => row)),
    session,
  );
  for (const { row, plan } of planned) {
    const now = planCreation(row.customer, existing, dependencies.settings);
    if (planKey(now) !== planKey(plan)) throw new PlanChangedError('Others have written the same people.');
  }
}

function contactsOf(rows: readonly Row[]): Contact[] {
  return rows.map(({ customer }) => ({
    phoneE164: customer.phone.e164,
    email: customer.email?.canonical ?? null,
  }));
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

function outcomeOf(plan: CreationPlan, creation: Creation | null): CreateOutcome {
  if (plan.kind === 'exists') return { kind: 'exists', candidates: plan.candidates };
  const [pair] =
    creation === null ? [] : linkCustomers({ logins: [creation.login], deliveries: [creation.delivery] });
  if (creation === null || pair === undefined) throw new TypeError('What is created has two halves.');
  const source = sourceOf(pair, creation.facts);
  return {
    kind: 'created',
    customerId: source.id,
    userId: source.link.userId ?? '',
    customerV2Id: source.link.customerV2Id ?? '',
    adopted: plan.kind !== 'both',
    sentTo: creation.sentTo,
    source,
  };
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

/** Answers what is wrong with one row; what is wrong with the gateway or the database goes on to whoever asked. */
function refusedBy(error: unknown): CreateOutcome {
  if (error instanceof PlanChangedError) {
    return {
      kind: 'refused',
      error: new AppError('CONFLICT', 'Others keep writing the same people. Try again.'),
    };
  }
  if (!(error instanceof AppError) || error.code === 'UNAVAILABLE' || error.code === 'RATE_LIMITED')
    throw error;
  return { kind: 'refused', error };
}
