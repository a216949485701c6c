import { Int32 } from 'bson';
import type { EncodableDocument, EncodableValue } from '../bson/raw-document.ts';
import { MongoServerError } from '../errors.ts';
import type { CommandContext } from './command.ts';

/**
 * Runs the statements of a write command and collects what failed, as `writeErrors` has it: an ordered command
 * stops at the first. Errors that end the whole command (a conflict, a wait) go through.
 */
export function runStatements<T>(
  context: CommandContext,
  statements: readonly T[],
  ordered: boolean,
  run: (statement: T, index: number) => void,
): EncodableDocument[] {
  const errors: EncodableDocument[] = [];
  for (const [index, statement] of statements.entries()) {
    try {
      run(statement, index);
    } catch (error) {
      if (!(error instanceof MongoServerError) || endsCommand(error, context)) throw error;
      errors.push(writeError(index, error));
      if (ordered || context.transaction !== undefined) break;
    }
  }
  return errors;
}

function endsCommand(error: MongoServerError, context: CommandContext): boolean {
  return error.code === 112 || (context.transaction !== undefined && error.code !== 11000);
}

function writeError(index: number, error: MongoServerError): EncodableDocument {
  const document: EncodableDocument = new Map<string, EncodableValue>([
    ['index', new Int32(index)],
    ['code', new Int32(error.code)],
    ['errmsg', error.message],
  ]);
  for (const [name, value] of error.extra ?? []) document.set(name, value);
  return document;
}
