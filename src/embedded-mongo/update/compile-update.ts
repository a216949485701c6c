import { compilePipeline, runPipeline } from '../aggregate/compile-pipeline.ts';
import { typeNameOf } from '../bson/type-names.ts';
import type { BsonDocument, BsonValue } from '../bson/value.ts';
import { failedToParse, MongoServerError } from '../errors.ts';
import type { QueryContext } from '../query/context.ts';
import { compileModifiers } from './compile-modifiers.ts';
import { checkReplacement, replaceFields } from './replacement.ts';
import type { UpdateResult } from './update-result.ts';

/** A compiled update. */
export interface CompiledUpdate {
  /**
   * Applies the update; the given document is not changed. `arrayIndex` is what `$` stands for (see
   * `matchedArrayIndex`); `isInsert` says that an upsert is making the document, which `$setOnInsert` waits for.
   */
  apply(document: BsonDocument, arrayIndex?: number, isInsert?: boolean): UpdateResult;
  /** A whole document instead of operators: not allowed for many documents. */
  readonly isReplacement: boolean;
}

/** Further options of an update. */
export interface UpdateOptions extends QueryContext {
  readonly arrayFilters?: readonly BsonValue[] | undefined;
  /** Refuses a replacement, as updates of many documents do. */
  readonly multi?: boolean | undefined;
}

/**
 * Compiles an update: operators, a replacement, or an aggregation pipeline. Mistakes in the update itself are found
 * here; those that depend on the document (types, paths, the immutable `_id`) when it is applied.
 */
export function compileUpdate(
  update: BsonDocument | BsonValue[],
  options: UpdateOptions = {},
): CompiledUpdate {
  const arrayFilters = options.arrayFilters ?? [];
  if (Array.isArray(update)) {
    if (arrayFilters.length > 0) {
      throw failedToParse('arrayFilters may not be specified for pipeline-style updates');
    }
    return compilePipelineUpdate(update, options);
  }
  const first = update.keys().next().value;
  if (first?.startsWith('$')) {
    return { isReplacement: false, ...compileModifiers(update, arrayFilters, options) };
  }
  if (options.multi) throw failedToParse('multi update is not supported for replacement-style update');
  checkReplacement(update);
  return { isReplacement: true, apply: (document) => replaceFields(document, update) };
}

const updateStages = new Set(['$addFields', '$set', '$unset', '$project', '$replaceRoot', '$replaceWith']);

function compilePipelineUpdate(stages: BsonValue[], options: UpdateOptions): CompiledUpdate {
  for (const stage of stages) {
    if (!(stage instanceof Map)) {
      throw new MongoServerError(
        14,
        `Each element of the 'pipeline' array must be an object, but found ${typeNameOf(stage)}`,
      );
    }
  }
  // Unknown stages and mistakes in them are found before stages that have no place here.
  const pipeline = compilePipeline(stages, { ...options, readCollection: () => [] });
  for (const stage of stages) {
    const name = (stage as BsonDocument).keys().next().value as string;
    if (updateStages.has(name)) continue;
    throw new MongoServerError(72, `${name} is not allowed to be used within an update`);
  }
  return {
    isReplacement: false,
    apply: (document) => {
      const [result] = runPipeline(pipeline, [document]);
      return replaceFields(document, result as BsonDocument);
    },
  };
}
