import type { EncodableDocument } from '../bson/raw-document.ts';
import { MongoServerError } from '../errors.ts';
import { noSuchTransaction, sessionKeyOf } from '../transactions/session-registry.ts';
import { type CommandContext, type CommandDefinition, fieldSet } from './command.ts';

/** Commands on sessions and transactions. */
export const sessionCommands: Record<string, CommandDefinition> = {
  startSession: { fields: fieldSet('startSession'), run: () => refuseStart() },
  endSessions: { fields: fieldSet('endSessions'), run: (context) => endListed(context, 'endSessions') },
  killSessions: { fields: fieldSet('killSessions'), run: (context) => endListed(context, 'killSessions') },
  refreshSessions: { fields: fieldSet('refreshSessions'), run: refresh },
  killAllSessions: { fields: fieldSet('killAllSessions'), run: endAll },
  killAllSessionsByPattern: { fields: fieldSet('killAllSessionsByPattern'), run: endAll },
  commitTransaction: {
    fields: fieldSet('commitTransaction', 'recoveryToken', 'maxCommitTimeMS'),
    run: commit,
  },
  abortTransaction: { fields: fieldSet('abortTransaction', 'recoveryToken'), run: abort },
};

function refuseStart(): EncodableDocument {
  throw new MongoServerError(
    238,
    'startSession is not implemented by the embedded server; clients make their own ids',
  );
}

function endListed(context: CommandContext, field: string): EncodableDocument {
  const listed = context.body.get(field);
  if (!Array.isArray(listed)) {
    throw new MongoServerError(14, `BSON field '${field}' is the wrong type, expected type 'array'`);
  }
  for (const lsid of listed) if (lsid instanceof Map) context.engine.sessions.end(sessionKeyOf(lsid));
  return new Map();
}

function refresh(context: CommandContext): EncodableDocument {
  const listed = context.body.get('refreshSessions');
  if (Array.isArray(listed))
    for (const lsid of listed)
      if (lsid instanceof Map) context.engine.sessions.use(lsid, context.connection.id);
  return new Map();
}

function endAll(context: CommandContext): EncodableDocument {
  context.engine.sessions.endAll();
  return new Map();
}

function commit(context: CommandContext): EncodableDocument {
  const { engine, session, transaction } = context;
  requireAdmin(context);
  if (session === undefined || session.state === 'none' || session.state === 'retryable') {
    throw new MongoServerError(125, 'commitTransaction must be run within a transaction');
  }
  if (session.state === 'committed') return new Map();
  if (transaction === undefined) {
    throw noSuchTransaction(`Transaction with { txnNumber: ${session.number} } has been aborted.`);
  }
  engine.commitTransaction(transaction, session);
  engine.sessions.committed(session);
  return new Map();
}

function abort(context: CommandContext): EncodableDocument {
  const { engine, session, transaction } = context;
  requireAdmin(context);
  if (session === undefined || session.state === 'none' || session.state === 'retryable') {
    throw new MongoServerError(125, 'abortTransaction must be run within a transaction');
  }
  if (session.state === 'committed') {
    throw new MongoServerError(256, `Transaction with { txnNumber: ${session.number} } has been committed.`);
  }
  if (transaction === undefined) {
    throw noSuchTransaction(`Transaction with { txnNumber: ${session.number} } has been aborted.`);
  }
  engine.sessions.abort(session);
  return new Map();
}

function requireAdmin(context: CommandContext): void {
  if (context.database !== 'admin') {
    throw new MongoServerError(13, `${context.name} may only be run against the admin database.`);
  }
}
