import { Int32 } from 'bson';
import { fromJs } from '../bson/from-js.ts';
import type { EncodableDocument, EncodableValue } from '../bson/raw-document.ts';
import type { BsonDocument } from '../bson/value.ts';
import type { StageReport } from '../plan/stage.ts';

export type Verbosity = 'queryPlanner' | 'executionStats' | 'allPlansExecution';

/** A plan, and what it did, in the shape of MongoDB's explain. */
export function explainStage(
  namespace: string,
  filter: BsonDocument,
  report: StageReport,
  verbosity: Verbosity,
  elapsedMs = 0,
): EncodableDocument {
  const planner: EncodableDocument = new Map<string, EncodableValue>([
    ['namespace', namespace],
    ['indexFilterSet', false],
    ['parsedQuery', filter],
    ['maxIndexedOrSolutionsReached', false],
    ['maxIndexedAndSolutionsReached', false],
    ['maxScansToExplodeReached', false],
    ['winningPlan', planTree(report, false)],
    ['rejectedPlans', []],
  ]);
  const reply: EncodableDocument = new Map<string, EncodableValue>([
    ['explainVersion', '1'],
    ['queryPlanner', planner],
  ]);
  if (verbosity !== 'queryPlanner') reply.set('executionStats', executionStats(report, elapsedMs));
  return reply;
}

function executionStats(report: StageReport, elapsedMs: number): EncodableDocument {
  return new Map<string, EncodableValue>([
    ['executionSuccess', true],
    ['nReturned', new Int32(report.returned)],
    ['executionTimeMillis', new Int32(Math.round(elapsedMs))],
    ['totalKeysExamined', new Int32(total(report, 'keysExamined'))],
    ['totalDocsExamined', new Int32(total(report, 'docsExamined'))],
    ['executionStages', planTree(report, true)],
  ]);
}

function planTree(report: StageReport, withFigures: boolean): EncodableDocument {
  const tree: EncodableDocument = new Map<string, EncodableValue>([['stage', report.stage]]);
  if (withFigures) {
    tree.set('nReturned', new Int32(report.returned));
    for (const [name, value] of fromJs({ executionTimeMillisEstimate: 0 })) tree.set(name, value);
    if (report.keysExamined > 0 || report.stage === 'IXSCAN')
      tree.set('keysExamined', new Int32(report.keysExamined));
    if (report.docsExamined > 0 || report.stage === 'FETCH')
      tree.set('docsExamined', new Int32(report.docsExamined));
  }
  for (const [name, value] of report.details) tree.set(name, value);
  const inputs = report.inputs.map((input) => planTree(input, withFigures));
  if (inputs.length === 1) tree.set('inputStage', inputs[0]);
  else if (inputs.length > 1) tree.set('inputStages', inputs);
  return tree;
}

function total(report: StageReport, figure: 'keysExamined' | 'docsExamined'): number {
  return report.inputs.reduce((sum, input) => sum + total(input, figure), report[figure]);
}
