import type { BsonDocument } from '../bson/value.ts';
import { MongoServerError, queryPlanKilled } from '../errors.ts';
import type { Collection, IndexState } from '../storage/collection.ts';
import { LiveReader } from '../storage/live-reader.ts';
import type { KeyReader } from '../storage/reader.ts';

/** A step of a plan, pulled by the step above it. */
export interface Stage<T> {
  next(): T | undefined;
  /** Lets go of storage; `next` is not called afterwards. */
  close(): void;
  /** For `explain`. */
  report(): StageReport;
}

/** What a step is and has done. */
export interface StageReport {
  /** MongoDB's name for it. */
  stage: string;
  /** Fields of the plan: filter, index, bounds... */
  details: BsonDocument;
  returned: number;
  keysExamined: number;
  docsExamined: number;
  inputs: StageReport[];
}

/** What a plan runs in. */
export interface ExecutionContext {
  reader: KeyReader;
  /** See CommandContext. */
  deadline: number | undefined;
  /** Steps that may still be taken before a trial ends. */
  budget: Budget | undefined;
}

/** Bounds a trial run. */
export interface Budget {
  remaining: number;
}

/** Thrown when a trial's budget is used up. */
export class BudgetExhausted extends Error {}

/** Index keys and documents that plans have looked at since the start. */
export const examined = { keys: 0, documents: 0 };

const deadlineCheckEvery = 128;
let steps = 0;

/** Called for every key or document looked at. Throws MaxTimeMSExpired (50), or BudgetExhausted. */
export function countStep(context: ExecutionContext): void {
  if (context.budget !== undefined && --context.budget.remaining < 0) throw new BudgetExhausted();
  if (context.deadline === undefined) return;
  steps += 1;
  if (steps % deadlineCheckEvery === 0 || steps === 1) checkDeadline(context);
}

export function checkDeadline(context: ExecutionContext): void {
  if (context.deadline !== undefined && Date.now() > context.deadline) {
    throw new MongoServerError(50, 'operation exceeded time limit');
  }
}

/**
 * Throws QueryPlanKilled (175) when what a plan reads has been dropped since it began, in an earlier batch; what is left
 * of it is being removed. A transaction's snapshot has it still.
 */
export function checkThere({ reader }: ExecutionContext, read: Collection | IndexState): void {
  if (!read.dropped || !(reader instanceof LiveReader)) return;
  throw queryPlanKilled(
    'definition' in read
      ? `query plan killed :: index '${read.definition.name}' dropped`
      : `collection dropped. UUID ${read.uuid.toUUID().toString()}`,
  );
}
