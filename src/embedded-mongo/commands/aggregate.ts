import { failedToParse, MongoServerError, typeMismatch } from '../errors.ts';
import {
  collectionName,
  missingField,
  numberOf,
  optionalArray,
  optionalBoolean,
  optionalDocument,
} from './arguments.ts';
import { isChangeStream, openChangeStream } from './change-streams.ts';
import { type CommandContext, type CommandDefinition, fieldSet } from './command.ts';
import { openCursor } from './cursor-reply.ts';
import { explainAggregate } from './explain-aggregate.ts';
import { planPipeline } from './plan-pipeline.ts';

/** `aggregate` */
export const aggregate: CommandDefinition = {
  fields: fieldSet(
    'aggregate',
    'pipeline',
    'explain',
    'allowDiskUse',
    'cursor',
    'bypassDocumentValidation',
    'hint',
    'collation',
    'let',
  ),
  run(context) {
    const pipeline = optionalArray(context.body, 'aggregate', 'pipeline');
    if (pipeline === undefined) throw missingField('aggregate', 'pipeline');
    if (isChangeStream(pipeline)) {
      return openChangeStream(context, optionalCollection(context), pipeline, batchSizeOf(context));
    }
    const name = collectionOf(context);
    const plan = planPipeline(context, name, pipeline, context.body.get('hint'));
    if (optionalBoolean(context.body, 'aggregate', 'explain') === true) {
      return explainAggregate(context, name, plan, 'queryPlanner');
    }
    const batchSize = batchSizeOf(context);
    return openCursor(context, plan.open(), { namespace: `${context.database}.${name}`, batchSize });
  },
};

function batchSizeOf(context: CommandContext): number | undefined {
  const cursor = optionalDocument(context.body, 'aggregate', 'cursor');
  if (cursor === undefined) {
    throw failedToParse("The 'cursor' option is required, except for aggregate with the explain argument");
  }
  const batchSize = cursor.get('batchSize');
  if (batchSize !== undefined && numberOf(batchSize) === undefined) {
    throw typeMismatch('cursor.batchSize field must be a number');
  }
  return numberOf(batchSize);
}

/** The collection, or undefined for `{ aggregate: 1 }`, which is about the database. */
function optionalCollection(context: CommandContext): string | undefined {
  const value = context.body.get('aggregate');
  if (typeof value !== 'string' && numberOf(value) === 1) return undefined;
  return collectionName(context.body, 'aggregate', context.database);
}

function collectionOf(context: CommandContext): string {
  const name = optionalCollection(context);
  if (name === undefined) {
    throw new MongoServerError(
      73,
      '{aggregate: 1} is not valid for the embedded server; a collection is required.',
    );
  }
  return name;
}
