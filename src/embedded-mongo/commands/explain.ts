import type { EncodableDocument } from '../bson/raw-document.ts';
import type { BsonDocument } from '../bson/value.ts';
import { failedToParse, MongoServerError, typeMismatch } from '../errors.ts';
import { countRows } from '../plan/count-rows.ts';
import { openQuery } from '../plan/open-query.ts';
import { compileQuery, type Query } from '../plan/query.ts';
import { above } from '../plan/row-stages.ts';
import type { Stage } from '../plan/stage.ts';
import { compileProjection } from '../query/compile-projection.ts';
import { collectionName, optionalDocument, optionalString } from './arguments.ts';
import { readableCollection } from './collection-access.ts';
import { type CommandContext, type CommandDefinition, fieldSet } from './command.ts';
import { parseCount } from './count.ts';
import { parseDistinct } from './distinct.ts';
import { explainAggregate } from './explain-aggregate.ts';
import { explainStage, type Verbosity } from './explain-stage.ts';
import { parseFind } from './find.ts';
import { planPipeline } from './plan-pipeline.ts';
import { executionContextOf, queryContextOf } from './query-context.ts';

/** `explain` of find, count, distinct, aggregate, update, delete and findAndModify; nothing is changed by it. */
export const explain: CommandDefinition = {
  fields: fieldSet('explain', 'verbosity'),
  run(context) {
    const inner = optionalDocument(context.body, 'explain', 'explain');
    if (inner === undefined) throw typeMismatch('explain command requires a nested object');
    const verbosity = optionalString(context.body, 'explain', 'verbosity') ?? 'allPlansExecution';
    if (!isVerbosity(verbosity)) {
      throw failedToParse(
        "verbosity string must be one of {'queryPlanner', 'executionStats', 'allPlansExecution'}",
      );
    }
    const [command] = inner.keys();
    return explainCommand({ ...context, body: inner, name: command ?? '' }, command ?? '', verbosity);
  },
};

function isVerbosity(text: string): text is Verbosity {
  return ['queryPlanner', 'executionStats', 'allPlansExecution'].includes(text);
}

function explainCommand(context: CommandContext, command: string, verbosity: Verbosity): EncodableDocument {
  const name = collectionName(context.body, command, context.database);
  const collection = readableCollection(context, name);
  const execution = executionContextOf(context);
  if (command === 'aggregate') {
    const pipeline = context.body.get('pipeline');
    if (!Array.isArray(pipeline)) throw typeMismatch("'pipeline' option must be specified as an array");
    return explainAggregate(
      context,
      name,
      planPipeline(context, name, pipeline, context.body.get('hint')),
      verbosity,
    );
  }
  if (command === 'count') {
    const query = parseCount(context, context.body);
    return finish(context, name, query, countRows(execution, collection, query), verbosity);
  }
  if (command === 'find') {
    const { query } = parseFind(context, context.body);
    const rows = openQuery(execution, collection, query);
    const stage = projectionStage(context.body.get('projection'), rows);
    return finish(context, name, query, stage, verbosity);
  }
  const query = command === 'distinct' ? parseDistinct(context, context.body) : writeQuery(context, command);
  return finish(context, name, query, openQuery(execution, collection, query), verbosity);
}

function finish(
  context: CommandContext,
  name: string,
  query: Query,
  stage: Stage<unknown>,
  verbosity: Verbosity,
): EncodableDocument {
  const begun = Date.now();
  if (verbosity !== 'queryPlanner') while (stage.next() !== undefined);
  stage.close();
  return explainStage(
    `${context.database}.${name}`,
    query.filter,
    stage.report(),
    verbosity,
    Date.now() - begun,
  );
}

/** Shows a projection on top of the plan. */
function projectionStage(projection: unknown, rows: Stage<unknown>): Stage<unknown> {
  if (!(projection instanceof Map) || projection.size === 0) return rows;
  const spec = projection as BsonDocument;
  const isSimple = compileProjection(spec).includedPaths !== undefined;
  let returned = 0;
  return {
    next: () => {
      const row = rows.next();
      if (row !== undefined) returned += 1;
      return row;
    },
    close: () => rows.close(),
    report: () =>
      above(
        isSimple ? 'PROJECTION_SIMPLE' : 'PROJECTION_DEFAULT',
        new Map([['transformBy', spec]]),
        returned,
        rows,
      ),
  };
}

/** The query of the one statement of an update or delete, or of a findAndModify. */
function writeQuery(context: CommandContext, command: string): Query {
  const { body } = context;
  if (command === 'findAndModify' || command === 'findandmodify') {
    const filter = optionalDocument(body, command, 'query') ?? new Map();
    const sort = optionalDocument(body, command, 'sort') ?? new Map();
    return compileQuery(filter, { sort, hint: body.get('hint'), limit: 1 }, queryContextOf(context));
  }
  const field = command === 'update' ? 'updates' : command === 'delete' ? 'deletes' : undefined;
  if (field === undefined)
    throw new MongoServerError(59, `Explain failed due to unknown command: ${command}`);
  const statements = body.get(field);
  if (!Array.isArray(statements) || statements.length !== 1 || !(statements[0] instanceof Map)) {
    throw new MongoServerError(72, `Explain of ${command} takes exactly one statement`);
  }
  const statement = statements[0];
  const filter = optionalDocument(statement, command, 'q') ?? new Map();
  const single = statement.get('multi') !== true && command === 'update';
  return compileQuery(
    filter,
    { hint: statement.get('hint'), ...(single ? { limit: 1 } : {}) },
    queryContextOf(context),
  );
}
