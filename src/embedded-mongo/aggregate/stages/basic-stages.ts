import type { Int32 } from 'bson';
import { isNumber, narrowestInteger, toNumber } from '../../bson/numbers.ts';
import { elementToText } from '../../bson/to-text.ts';
import type { BsonDocument, BsonValue } from '../../bson/value.ts';
import { MongoServerError } from '../../errors.ts';
import { compileFilter } from '../../query/compile-filter.ts';
import { compileSort } from '../../query/compile-sort.ts';
import { parseNonNegativeInteger } from '../../query/type-set.ts';
import type { Stage, StageCompiler } from '../stage.ts';

/** The stages that choose, order and count documents. */
export const basicStages: Readonly<Record<string, StageCompiler>> = {
  $match: compileMatch,
  $sort: compileSortStage,
  $skip: compileSkip,
  $limit: compileLimit,
  $count: compileCount,
  $sample: compileSample,
};

function compileMatch(spec: BsonValue, { context }: Parameters<StageCompiler>[1]): Stage {
  if (!(spec instanceof Map)) {
    throw new MongoServerError(15959, 'the match filter must be an expression in an object');
  }
  const filter = compileFilter(spec, context);
  return {
    name: '$match',
    *run(input) {
      for (const document of input) if (filter(document)) yield document;
    },
  };
}

function compileSortStage(spec: BsonValue, { context }: Parameters<StageCompiler>[1]): Stage {
  if (!(spec instanceof Map)) {
    throw new MongoServerError(15973, 'the $sort key specification must be an object');
  }
  if (spec.size === 0) throw new MongoServerError(15976, '$sort stage must have at least one sort key');
  const sorter = compileSort(spec, context);
  return {
    name: '$sort',
    *run(input) {
      yield* sorter.sort(input);
    },
  };
}

function compileSkip(spec: BsonValue): Stage {
  const count = countArgument('$skip', spec, 5107200);
  return {
    name: '$skip',
    *run(input) {
      let skipped = 0;
      for (const document of input) if (skipped++ >= count) yield document;
    },
  };
}

function compileLimit(spec: BsonValue): Stage {
  const count = countArgument('$limit', spec, 5107201);
  if (count === 0) throw new MongoServerError(15958, 'the limit must be positive');
  return {
    name: '$limit',
    *run(input) {
      let passed = 0;
      for (const document of input) {
        yield document;
        if (++passed >= count) return;
      }
    },
  };
}

function countArgument(stage: string, spec: BsonValue, code: number): number {
  const large = isNumber(spec) && toNumber(spec) > 2147483647 && Number.isSafeInteger(toNumber(spec));
  if (large) return toNumber(spec);
  const count = parseNonNegativeInteger(stage, spec);
  if (typeof count === 'object') {
    throw new MongoServerError(code, `invalid argument to ${stage} stage: ${count.reason}`);
  }
  return count;
}

function compileCount(spec: BsonValue): Stage {
  if (typeof spec !== 'string') {
    throw new MongoServerError(40156, 'the count field must be a non-empty string');
  }
  if (spec === '') throw new MongoServerError(40157, 'the count field must be a non-empty string');
  if (spec.startsWith('$')) throw new MongoServerError(40158, 'the count field cannot be a $-prefixed path');
  if (spec.includes('\0')) throw new MongoServerError(40159, 'the count field cannot contain a null byte');
  if (spec.includes('.')) throw new MongoServerError(40160, "the count field cannot contain '.'");
  return {
    name: '$count',
    *run(input) {
      let count = 0;
      for (const _ of input) count++;
      if (count > 0) yield new Map([[spec, narrowestInteger(BigInt(count)) as Int32]]);
    },
  };
}

function compileSample(spec: BsonValue): Stage {
  if (!(spec instanceof Map)) {
    throw new MongoServerError(28745, 'the $sample stage specification must be an object');
  }
  for (const name of spec.keys()) {
    if (name !== 'size') throw new MongoServerError(28748, `unrecognized option to $sample: ${name}`);
  }
  if (!spec.has('size')) throw new MongoServerError(28749, '$sample stage must specify a size');
  const size = spec.get('size');
  if (!isNumber(size)) throw new MongoServerError(28746, 'size argument to $sample must be a number');
  const count = Math.trunc(toNumber(size));
  if (count < 0) {
    throw new MongoServerError(
      28747,
      `size argument to $sample must not be negative: ${elementToText('size', size)}`,
    );
  }
  return {
    name: '$sample',
    *run(input) {
      yield* sampled(input, count);
    },
  };
}

/** Reservoir sampling: each document has the same chance. */
function sampled(input: Iterable<BsonDocument>, count: number): BsonDocument[] {
  const reservoir: BsonDocument[] = [];
  let seen = 0;
  for (const document of input) {
    seen++;
    if (reservoir.length < count) reservoir.push(document);
    else {
      const place = Math.floor(Math.random() * seen);
      if (place < count) reservoir[place] = document;
    }
  }
  return reservoir;
}
