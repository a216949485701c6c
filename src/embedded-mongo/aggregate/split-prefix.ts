import { isNumber, toNumber } from '../bson/numbers.ts';
import type { BsonDocument, BsonValue } from '../bson/value.ts';

/** The beginning of a pipeline that an index can serve, and the stages after it. */
export interface PipelinePrefix {
  /** The leading `$match` stages as one filter; absent when there is none. */
  filter: BsonDocument | undefined;
  sort: BsonDocument | undefined;
  /** Documents to pass over after sorting. */
  skip: number | undefined;
  /** Documents to stop after, counted after `skip`. */
  limit: number | undefined;
  rest: BsonValue[];
}

/**
 * Splits off the leading `$match`, `$sort`, `$skip` and `$limit` (in this order; a `$match` may also follow the
 * `$sort`, which changes nothing). Stages that are not well formed stay in `rest`, where compiling refuses them.
 */
export function splitPrefix(stages: readonly BsonValue[]): PipelinePrefix {
  const filters: BsonDocument[] = [];
  const prefix: PipelinePrefix = {
    filter: undefined,
    sort: undefined,
    skip: undefined,
    limit: undefined,
    rest: [],
  };
  let taken = 0;
  for (const stage of stages) {
    if (!takeStage(stage, prefix, filters)) break;
    taken++;
    if (prefix.limit !== undefined) break;
  }
  if (filters.length === 1) prefix.filter = filters[0];
  else if (filters.length > 1) prefix.filter = new Map([['$and', filters]]);
  prefix.rest = stages.slice(taken);
  return prefix;
}

function takeStage(stage: BsonValue, prefix: PipelinePrefix, filters: BsonDocument[]): boolean {
  if (!(stage instanceof Map) || stage.size !== 1) return false;
  const [[name, spec]] = [...stage] as [[string, BsonValue]];
  const isCut = prefix.skip !== undefined;
  if (name === '$match' && spec instanceof Map && !isCut) {
    filters.push(spec);
    return true;
  }
  if (name === '$sort' && spec instanceof Map && spec.size > 0 && !prefix.sort && !isCut) {
    prefix.sort = spec;
    return true;
  }
  const count = isNumber(spec) ? toNumber(spec) : Number.NaN;
  if (!Number.isSafeInteger(count) || count < 0) return false;
  if (name === '$skip' && !isCut) {
    prefix.skip = count;
    return true;
  }
  if (name === '$limit' && count > 0) {
    prefix.limit = count;
    return true;
  }
  return false;
}
