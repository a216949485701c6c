import type { BsonDocument, BsonValue } from '../bson/value.ts';
import { MongoServerError, typeMismatch } from '../errors.ts';
import type { PipelineContext, Stage, StageCompiler } from './stage.ts';
import { basicStages } from './stages/basic-stages.ts';
import { compileFacet } from './stages/facet.ts';
import { compileGroup, compileSortByCount } from './stages/group.ts';
import { compileLookup } from './stages/lookup.ts';
import { shapeStages } from './stages/shape-stages.ts';
import { compileUnionWith } from './stages/union-with.ts';
import { compileUnwind } from './stages/unwind.ts';

/** Compiles a pipeline; an unknown stage is refused with 40324, a stage of several fields with 40323. */
export function compilePipeline(stages: readonly BsonValue[], context: PipelineContext): Stage[] {
  return stages.map((stage) => compileStage(stage, context));
}

/** Runs a compiled pipeline over the documents; what can be streamed is. */
export function runPipeline(stages: readonly Stage[], input: Iterable<BsonDocument>): Iterable<BsonDocument> {
  return stages.reduce((documents, stage) => stage.run(documents), input);
}

const stageCompilers: Readonly<Record<string, StageCompiler>> = {
  ...basicStages,
  ...shapeStages,
  $group: compileGroup,
  $sortByCount: compileSortByCount,
  $unwind: compileUnwind,
  $lookup: compileLookup,
  $unionWith: compileUnionWith,
  $facet: compileFacet,
};

/** Served where a pipeline begins; see `commands`. */
const onlyFirst: ReadonlySet<string> = new Set(['$changeStream', '$collStats', '$indexStats']);

function compileStage(stage: BsonValue, context: PipelineContext): Stage {
  if (!(stage instanceof Map)) throw typeMismatch("Each element of the 'pipeline' array must be an object");
  const [name] = stage.keys();
  if (name === undefined || stage.size !== 1) {
    throw new MongoServerError(
      40323,
      'A pipeline stage specification object must contain exactly one field.',
    );
  }
  if (onlyFirst.has(name)) {
    throw new MongoServerError(40602, `${name} is only valid as the first stage in a pipeline.`);
  }
  const compile = Object.hasOwn(stageCompilers, name) ? stageCompilers[name] : undefined;
  if (!compile) throw new MongoServerError(40324, `Unrecognized pipeline stage name: '${name}'`);
  return compile(stage.get(name), { context, compilePipeline }, name);
}
