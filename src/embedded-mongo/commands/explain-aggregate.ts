import { parseUnionWith } from '../aggregate/stages/union-with.ts';
import type { EncodableDocument, EncodableValue } from '../bson/raw-document.ts';
import type { BsonValue } from '../bson/value.ts';
import type { CommandContext } from './command.ts';
import { explainStage, type Verbosity } from './explain-stage.ts';
import { type PipelinePlan, planPipeline } from './plan-pipeline.ts';

/**
 * How a pipeline would run: as a find where its beginning is all of it, else the stages with the plan first; of a
 * `$unionWith`, the plan of its own pipeline.
 */
export function explainAggregate(
  context: CommandContext,
  name: string,
  plan: PipelinePlan,
  verbosity: Verbosity,
): EncodableDocument {
  const beginning = explainBeginning(context, name, plan, verbosity);
  if (plan.rest.length === 0) return beginning;
  return new Map([['stages', explainStages(context, beginning, plan, verbosity)]]);
}

function explainBeginning(
  context: CommandContext,
  name: string,
  plan: PipelinePlan,
  verbosity: Verbosity,
): EncodableDocument {
  const rows = plan.openRows();
  if (verbosity !== 'queryPlanner') while (rows.next() !== undefined);
  rows.close();
  return explainStage(`${context.database}.${name}`, plan.query.filter, rows.report(), verbosity);
}

function explainStages(
  context: CommandContext,
  beginning: EncodableDocument,
  plan: PipelinePlan,
  verbosity: Verbosity,
): EncodableValue[] {
  const rest = plan.rest.map((stage) => {
    const union = stage instanceof Map ? stage.get('$unionWith') : undefined;
    return union === undefined ? stage : explainUnion(context, union, verbosity);
  });
  return [new Map([['$cursor', beginning]]), ...rest];
}

function explainUnion(context: CommandContext, spec: BsonValue, verbosity: Verbosity): EncodableDocument {
  const { collection, pipeline } = parseUnionWith(spec);
  const plan = planPipeline(context, collection, pipeline, undefined);
  const beginning = explainBeginning(context, collection, plan, verbosity);
  const explained = new Map<string, EncodableValue>([
    ['coll', collection],
    ['pipeline', explainStages(context, beginning, plan, verbosity)],
  ]);
  return new Map([['$unionWith', explained]]);
}
