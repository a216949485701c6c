import { elementToText, valueToText } from '../../bson/to-text.ts';
import { typeNameOf } from '../../bson/type-names.ts';
import type { BsonDocument, BsonValue } from '../../bson/value.ts';
import { MongoServerError } from '../../errors.ts';
import { checkFieldName } from '../expressions/field-path.ts';
import type { Stage, StageTools } from '../stage.ts';

/** `$facet`: several pipelines over the same documents, each to an array of one document. */
export function compileFacet(spec: BsonValue, { context, compilePipeline }: StageTools): Stage {
  if (!(spec instanceof Map) || spec.size === 0) {
    throw new MongoServerError(
      40169,
      `the $facet specification must be a non-empty object, but found: ${elementToText('$facet', spec)}`,
    );
  }
  const facets = [...spec].map(([name, stages]): [string, Stage[]] => {
    checkFieldName(name);
    return [name, compilePipeline(checkedStages(name, stages), context)];
  });
  return {
    name: '$facet',
    *run(input) {
      const documents = [...input];
      const result: BsonDocument = new Map();
      for (const [name, stages] of facets) {
        const outcome = stages.reduce<Iterable<BsonDocument>>(
          (current, stage) => stage.run(current),
          documents,
        );
        result.set(name, [...outcome]);
      }
      yield result;
    },
  };
}

const forbidden = new Set([
  '$facet',
  '$out',
  '$merge',
  '$geoNear',
  '$indexStats',
  '$collStats',
  '$changeStream',
]);

function checkedStages(name: string, stages: BsonValue): BsonValue[] {
  if (!Array.isArray(stages)) {
    throw new MongoServerError(
      40170,
      `arguments to $facet must be arrays, ${name} is type ${typeNameOf(stages)}`,
    );
  }
  for (const stage of stages) {
    if (!(stage instanceof Map) || stage.size === 0) {
      throw new MongoServerError(
        40171,
        `elements of arrays in $facet spec must be non-empty objects, ${name} argument contained an element of type ${typeNameOf(stage)}: ${valueToText(stage)}`,
      );
    }
    const [inner] = stage.keys();
    if (forbidden.has(inner as string)) {
      throw new MongoServerError(40600, `${inner} is not allowed to be used within a $facet stage`);
    }
  }
  return stages;
}
