import { compilePipeline, runPipeline } from '../aggregate/compile-pipeline.ts';
import { groupFields } from '../aggregate/group-fields.ts';
import { splitPrefix } from '../aggregate/split-prefix.ts';
import type { PipelineContext } from '../aggregate/stage.ts';
import { RawDocument } from '../bson/raw-document.ts';
import type { BsonDocument, BsonValue } from '../bson/value.ts';
import { countRows } from '../plan/count-rows.ts';
import { openCovered } from '../plan/covered-query.ts';
import { openQuery } from '../plan/open-query.ts';
import { compileQuery, type Query } from '../plan/query.ts';
import type { Row } from '../plan/row.ts';
import type { Stage } from '../plan/stage.ts';
import type { ResultSource } from '../transactions/cursor-registry.ts';
import { numberOf } from './arguments.ts';
import { readableCollection } from './collection-access.ts';
import type { CommandContext } from './command.ts';
import { sourceOf } from './cursor-reply.ts';
import { executionContextOf, queryContextOf } from './query-context.ts';
import { statisticsStage } from './statistics-stages.ts';

/** A pipeline, its beginning planned on indexes. */
export interface PipelinePlan {
  /** What the collection is asked for. */
  query: Query;
  /** The stages that run over its answer. */
  rest: BsonValue[];
  openRows(): Stage<unknown>;
  open(): ResultSource;
}

/** Plans a pipeline's beginning and compiles its stages. Their mistakes are thrown here. */
export function planPipeline(
  context: CommandContext,
  name: string,
  pipeline: BsonValue[],
  hint: BsonValue,
): PipelinePlan {
  const prefix = splitPrefix(pipeline);
  const compiling = pipelineContextOf(context);
  const query = compileQuery(
    prefix.filter ?? new Map(),
    {
      hint,
      ...(prefix.sort ? { sort: prefix.sort } : {}),
      ...(prefix.skip !== undefined ? { skip: prefix.skip } : {}),
      ...(prefix.limit !== undefined ? { limit: prefix.limit } : {}),
    },
    compiling,
  );
  const statistics = statisticsStage(context, name, pipeline[0]);
  const rest = statistics === undefined ? prefix.rest : prefix.rest.slice(1);
  const stages = compilePipeline(rest, compiling);
  const countsOnly = statistics === undefined && needsNoDocuments(rest[0]);
  const wanted = statistics === undefined && !countsOnly ? groupFields(rest[0]) : undefined;
  const openRows = (): Stage<unknown> => {
    const collection = readableCollection(context, name);
    const execution = executionContextOf(context);
    const covered = wanted && openCovered(execution, collection, query, wanted);
    return covered ?? (countsOnly ? countRows : openQuery)(execution, collection, query);
  };
  return {
    query,
    rest,
    openRows,
    open: () => {
      if (statistics !== undefined) return sourceOf(runPipeline(stages, statistics));
      const rows = openRows();
      if (stages.length === 0) return rawRows(rows as Stage<Row>);
      const documents = countsOnly ? emptyDocuments(rows) : documentsOf(rows as Stage<Documented>);
      const results = sourceOf(runPipeline(stages, documents));
      const close = (): void => {
        results.close();
        rows.close();
      };
      return { next: results.next, close };
    },
  };
}

/** What a pipeline's stages read other collections with: the same view, by index where there is one. */
function pipelineContextOf(context: CommandContext): PipelineContext {
  const compiling = queryContextOf(context);
  return {
    ...compiling,
    inTransaction: context.transaction !== undefined,
    *readCollection(name, filter, variables) {
      const query = compileQuery(filter ?? new Map(), {}, { ...compiling, let: variables ?? compiling.let });
      yield* documentsOf(openQuery(executionContextOf(context), readableCollection(context, name), query));
    },
    canSeek(name, field) {
      const collection = readableCollection(context, name);
      if (collection === undefined) return true;
      return collection.indexes.some(
        ({ definition }) =>
          definition.fields[0]?.path === field &&
          !definition.partialFilter &&
          !definition.sparse &&
          !definition.hidden,
      );
    },
  };
}

/** A row, or what an index has of one. */
type Documented = Pick<Row, 'document'>;

function* documentsOf(rows: Stage<Documented>): Generator<BsonDocument> {
  try {
    for (let row = rows.next(); row !== undefined; row = rows.next()) yield row.document;
  } finally {
    rows.close();
  }
}

const emptyDocument: BsonDocument = new Map();

function* emptyDocuments(rows: Stage<unknown>): Generator<BsonDocument> {
  try {
    while (rows.next() !== undefined) yield emptyDocument;
  } finally {
    rows.close();
  }
}

function rawRows(rows: Stage<Row>): ResultSource {
  return {
    next: () => {
      const row = rows.next();
      return row === undefined ? undefined : new RawDocument(row.raw);
    },
    close: () => rows.close(),
  };
}

/** `$count`, or a `$group` that only counts, as the driver's countDocuments sends it. */
function needsNoDocuments(stage: BsonValue): boolean {
  if (!(stage instanceof Map)) return false;
  if (stage.has('$count')) return true;
  const group = stage.get('$group');
  if (!(group instanceof Map)) return false;
  for (const [name, value] of group) {
    const isConstant = numberOf(value) !== undefined || value === null;
    const counts = value instanceof Map && value.size === 1 && numberOf(value.get('$sum')) !== undefined;
    if (name === '_id' ? !isConstant : !counts) return false;
  }
  return true;
}
