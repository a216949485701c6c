import type { BsonDocument, BsonValue } from '../bson/value.ts';
import type { QueryContext, Variables } from '../query/context.ts';

/** What a pipeline needs of the server. */
export interface PipelineContext extends QueryContext {
  /**
   * The documents of another collection, for `$lookup` and `$unionWith`; of those that match `filter`, when it is
   * given, which may use `variables`. A collection that does not exist has none.
   */
  readCollection(name: string, filter?: BsonDocument, variables?: Variables): Iterable<BsonDocument>;
  /**
   * Whether `readCollection` finds equality on this field by an index. Where it does not, `$lookup` reads the
   * collection once and joins in memory. Absent means that it always does.
   */
  canSeek?(name: string, field: string): boolean;
  /** Some stages cannot run within a transaction. Absent means that this is none. */
  readonly inTransaction?: boolean;
}

/** A compiled stage. */
export interface Stage {
  readonly name: string;
  /** Runs lazily where the stage allows; may be run again with other input. */
  run(input: Iterable<BsonDocument>): Iterable<BsonDocument>;
}

/** What a stage's compiler may use. */
export interface StageTools {
  readonly context: PipelineContext;
  compilePipeline(stages: BsonValue[], context: PipelineContext): Stage[];
}

/** Compiles one stage's specification; `name` is the stage with its `$`. */
export type StageCompiler = (spec: BsonValue, tools: StageTools, name: string) => Stage;

/** A stage that makes one document of each. */
export function mapping(name: string, change: (document: BsonDocument) => BsonDocument): Stage {
  return {
    name,
    *run(input) {
      for (const document of input) yield change(document);
    },
  };
}
