import { typeNameOf } from '../../bson/type-names.ts';
import type { BsonValue } from '../../bson/value.ts';
import { failedToParse, MongoServerError } from '../../errors.ts';
import { splitPrefix } from '../split-prefix.ts';
import type { Stage, StageTools } from '../stage.ts';

/** `$unionWith`: the documents of another collection, through a pipeline, after those of this one. */
export function compileUnionWith(spec: BsonValue, { context, compilePipeline }: StageTools): Stage {
  if (context.inTransaction === true) {
    throw new MongoServerError(
      263,
      'Operation not permitted in transaction :: caused by :: Aggregation stage $unionWith cannot run within a multi-document transaction',
    );
  }
  const { collection, pipeline } = parseUnionWith(spec);
  const stages = compilePipeline(pipeline, context);
  const { filter } = splitPrefix(pipeline);
  return {
    name: '$unionWith',
    *run(input) {
      yield* input;
      const documents = context.readCollection(collection, filter, context.let);
      yield* stages.reduce((current, stage) => stage.run(current), documents);
    },
  };
}

export function parseUnionWith(spec: BsonValue): { collection: string; pipeline: BsonValue[] } {
  if (typeof spec === 'string') return { collection: spec, pipeline: [] };
  if (!(spec instanceof Map)) {
    throw failedToParse(
      `the $unionWith stage specification must be an object or string, but found ${typeNameOf(spec)}`,
    );
  }
  for (const name of spec.keys()) {
    if (name !== 'coll' && name !== 'pipeline') {
      throw new MongoServerError(40415, `BSON field '$unionWith.${name}' is an unknown field.`);
    }
  }
  const collection = spec.get('coll');
  if (typeof collection !== 'string') {
    throw failedToParse(
      '$unionWith stage without explicit collection must have a pipeline with $documents as first stage',
    );
  }
  const pipeline = spec.get('pipeline') ?? [];
  if (!Array.isArray(pipeline)) {
    throw new MongoServerError(
      14,
      `BSON field '$unionWith.pipeline' is the wrong type '${typeNameOf(pipeline)}', expected type 'array'`,
    );
  }
  return { collection, pipeline };
}
