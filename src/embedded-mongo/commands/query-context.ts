import { compileLet } from '../aggregate/expressions/compile-expression.ts';
import { compileCollation } from '../bson/collation.ts';
import type { BsonDocument, BsonValue } from '../bson/value.ts';
import type { ExecutionContext } from '../plan/stage.ts';
import type { QueryContext, Variables } from '../query/context.ts';
import { optionalDocument } from './arguments.ts';
import type { CommandContext } from './command.ts';

/** What a command's filter, sort and projection are compiled in: its `let`, its collation, its time. */
export function queryContextOf(context: CommandContext): QueryContext {
  return {
    collation: compileCollation(optionalDocument(context.body, context.name, 'collation')),
    let: letOf(optionalDocument(context.body, context.name, 'let'), context.now),
    now: context.now,
  };
}

/** The same for a statement with a collation, and constants (`c`), of its own. */
export function withCollation(
  context: QueryContext,
  collation: BsonDocument | undefined,
  constants?: BsonValue,
): QueryContext {
  if (collation === undefined && constants === undefined) return context;
  const own = constants instanceof Map ? compileLet(constants, context) : undefined;
  return {
    ...context,
    ...(collation ? { collation: compileCollation(collation) } : {}),
    ...(own ? { let: new Map([...(context.let ?? []), ...own]) } : {}),
  };
}

/** What a command's plan runs in. */
export function executionContextOf(context: CommandContext): ExecutionContext {
  return { reader: context.reader, deadline: context.deadline, budget: undefined };
}

function letOf(values: BsonDocument | undefined, now: Date): Variables | undefined {
  return values === undefined ? undefined : compileLet(values, { now });
}
