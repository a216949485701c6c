import { Int32 } from 'bson';
import type { EncodableDocument } from '../bson/raw-document.ts';
import type { CommandMessage } from '../wire/command-message.ts';

/** The kinds of `serverStatus.opcounters`. */
export type OperationKind = 'insert' | 'query' | 'update' | 'delete' | 'getmore' | 'command';

const kindOfCommand: Readonly<Record<string, OperationKind>> = {
  insert: 'insert',
  find: 'query',
  update: 'update',
  delete: 'delete',
  getMore: 'getmore',
};

/** Where a write command keeps its statements, of which each counts. */
const statementsOf: Readonly<Record<string, string>> = {
  insert: 'documents',
  update: 'updates',
  delete: 'deletes',
};

/** What `serverStatus` counts since the start, as far as commands tell it. */
export class ServerMetrics {
  readonly operations: Record<OperationKind, number> = {
    insert: 0,
    query: 0,
    update: 0,
    delete: 0,
    getmore: 0,
    command: 0,
  };
  readonly documents = { deleted: 0, inserted: 0, returned: 0, updated: 0 };
  /** Runs and failures by command; those of commands that do not exist are one number. */
  readonly commands = new Map<string, { total: number; failed: number }>();
  unknownCommands = 0;
  writeConflicts = 0;
  readonly expiry = { deletedDocuments: 0, passes: 0 };
  connectionsCreated = 0;
  requests = 0;

  /** A command was run to its answer. */
  count(message: CommandMessage, reply: EncodableDocument, known: boolean): void {
    this.requests += 1;
    if (!known) {
      this.unknownCommands += 1;
      return;
    }
    const { name } = message;
    const command = this.commands.get(name) ?? { total: 0, failed: 0 };
    this.commands.set(name, command);
    command.total += 1;
    this.operations[kindOfCommand[name] ?? 'command'] += statementCount(message);
    const failed = reply.has('code');
    if (failed) command.failed += 1;
    else this.countDocuments(name, reply);
  }

  private countDocuments(name: string, reply: EncodableDocument): void {
    const { documents } = this;
    const upserted = reply.get('upserted');
    if (name === 'insert') documents.inserted += numberAt(reply, 'n');
    else if (name === 'delete') documents.deleted += numberAt(reply, 'n');
    else if (name === 'update') {
      documents.updated += numberAt(reply, 'nModified');
      documents.inserted += Array.isArray(upserted) ? upserted.length : 0;
    } else if (name === 'findAndModify' || name === 'findandmodify') this.countModified(reply);
    const cursor = reply.get('cursor');
    if (!(cursor instanceof Map)) return;
    const batch = cursor.get('firstBatch') ?? cursor.get('nextBatch');
    if (Array.isArray(batch)) documents.returned += batch.length;
  }

  private countModified(reply: EncodableDocument): void {
    const outcome = reply.get('lastErrorObject');
    if (!(outcome instanceof Map)) return;
    if (outcome.has('upserted')) this.documents.inserted += 1;
    else if (outcome.has('updatedExisting')) this.documents.updated += numberAt(outcome, 'n');
    else this.documents.deleted += numberAt(outcome, 'n');
  }
}

function statementCount({ name, body, sequences }: CommandMessage): number {
  const field = statementsOf[name];
  if (field === undefined) return 1;
  const statements = sequences.get(field) ?? body.get(field);
  return Array.isArray(statements) ? statements.length : 1;
}

function numberAt(document: ReadonlyMap<string, unknown>, field: string): number {
  const value = document.get(field);
  return value instanceof Int32 ? value.value : 0;
}
