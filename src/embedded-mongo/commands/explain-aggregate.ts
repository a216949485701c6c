import type { EncodableDocument } from '../bson/raw-document.ts';
import type { CommandContext } from './command.ts';
import { explainStage, type Verbosity } from './explain-stage.ts';
import type { PipelinePlan } from './plan-pipeline.ts';

/** How a pipeline would run: as a find where its beginning is all of it, else the stages with the plan first. */
export function explainAggregate(
  context: CommandContext,
  name: string,
  plan: PipelinePlan,
  verbosity: Verbosity,
): EncodableDocument {
  const rows = plan.openRows();
  if (verbosity !== 'queryPlanner') while (rows.next() !== undefined);
  rows.close();
  const explained = explainStage(`${context.database}.${name}`, plan.query.filter, rows.report(), verbosity);
  if (plan.rest.length === 0) return explained;
  return new Map([['stages', [new Map([['$cursor', explained]]), ...plan.rest]]]);
}
