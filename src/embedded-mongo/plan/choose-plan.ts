import type { AccessPlan } from './access-plan.ts';
import type { PlanCache, RememberedChoice } from './plan-cache.ts';
import type { Query } from './query.ts';
import type { Row } from './row.ts';
import {
  type Budget,
  BudgetExhausted,
  type ExecutionContext,
  type Stage,
  type StageReport,
} from './stage.ts';

/** Results that decide a trial, as many as a first batch has. */
const decisiveResults = 101;
const firstBudget = 250;
const budgetGrowth = 4;
/** A remembered plan is tried anew when it takes so many times the steps it once took. */
const replanFactor = 10;

/**
 * The plan that brings the first results with the fewest steps. Each is run with a budget that grows until one
 * is done; what the winner found meanwhile is not lost. The choice is remembered for the query's shape.
 */
export function choosePlan(
  context: ExecutionContext,
  plans: AccessPlan[],
  query: Query,
  cache: PlanCache,
  shape: () => string,
): Stage<Row> {
  const [only] = plans;
  if (only === undefined) throw new Error('There is always a plan');
  if (plans.length === 1 || only.single) return only.open(context);
  const key = shape();
  const remembered = cache.get(key);
  const again = remembered && rerun(context, plans, query, remembered);
  return again ?? trial(context, plans, query, cache, key);
}

function rerun(
  context: ExecutionContext,
  plans: AccessPlan[],
  query: Query,
  remembered: RememberedChoice,
): Stage<Row> | undefined {
  const plan = plans.find(({ name }) => name === remembered.plan);
  return plan && run(context, plan, query, Math.max(remembered.steps, firstBudget) * replanFactor)?.stage;
}

function trial(
  context: ExecutionContext,
  plans: AccessPlan[],
  query: Query,
  cache: PlanCache,
  key: string,
): Stage<Row> {
  for (let budget = firstBudget; ; budget *= budgetGrowth) {
    let best: { stage: Stage<Row>; steps: number; name: string } | undefined;
    for (const plan of plans) {
      const outcome = run(
        context,
        plan,
        query,
        best === undefined ? budget : Math.min(budget, best.steps - 1),
      );
      if (outcome === undefined) continue;
      best?.stage.close();
      best = { ...outcome, name: plan.name };
    }
    if (best === undefined) continue;
    cache.set(key, { plan: best.name, steps: best.steps });
    return best.stage;
  }
}

/** The plan run until it has enough results or ended, or undefined when that takes more steps than the budget. */
function run(
  context: ExecutionContext,
  plan: AccessPlan,
  query: Query,
  limit: number,
): { stage: Stage<Row>; steps: number } | undefined {
  const budget: Budget = { remaining: limit };
  const stage = plan.open({ ...context, budget });
  const rows: Row[] = [];
  const enough = Math.min(decisiveResults, query.limit ?? decisiveResults);
  try {
    while (rows.length < enough) {
      const row = stage.next();
      if (row === undefined) break;
      rows.push(row);
    }
  } catch (error) {
    stage.close();
    if (error instanceof BudgetExhausted) return undefined;
    throw error;
  }
  const steps = limit - budget.remaining;
  budget.remaining = Number.POSITIVE_INFINITY;
  return { stage: new Resumed(rows, stage), steps };
}

/** Rows that a trial has already found, then the rest. */
class Resumed implements Stage<Row> {
  private readonly found: Row[];
  private readonly rest: Stage<Row>;
  private position = 0;

  constructor(found: Row[], rest: Stage<Row>) {
    this.found = found;
    this.rest = rest;
  }

  next(): Row | undefined {
    return this.position < this.found.length ? this.found[this.position++] : this.rest.next();
  }

  close(): void {
    this.rest.close();
  }

  report(): StageReport {
    return this.rest.report();
  }
}
