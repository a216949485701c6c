import type { EncodableDocument } from '../bson/raw-document.ts';
import type { BsonDocument } from '../bson/value.ts';
import type { KeyReader } from '../storage/reader.ts';
import type { WriteUnit } from '../storage/write-unit.ts';
import type { Session } from '../transactions/session-registry.ts';
import type { Transaction } from '../transactions/transaction.ts';
import type { Engine } from './engine.ts';

/** What the server knows of a client's connection. */
export interface ClientConnection {
  id: number;
  /** This server's address as the client reached it: `host:port`, or the socket's path. */
  serverAddress: string;
  clientAddress: string;
  appName: string | undefined;
}

/** One command being run. */
export interface CommandContext {
  engine: Engine;
  connection: ClientConnection;
  name: string;
  database: string;
  body: BsonDocument;
  /** Encoded documents that came beside the body, by field. */
  sequences: Map<string, Buffer[]>;
  session: Session | undefined;
  transaction: Transaction | undefined;
  /** What this command sees: its transaction's view, or the newest state. */
  reader: KeyReader;
  /** Where it writes. */
  unit: WriteUnit;
  now: Date;
  /** Past this time (ms since 1970) it is to be given up with MaxTimeMSExpired. */
  deadline: number | undefined;
}

/** A command: the fields it takes beside those every command may have ('any' refuses none), and what it does. */
export interface CommandDefinition {
  fields: ReadonlySet<string> | 'any';
  run(context: CommandContext): EncodableDocument;
}

/** Shorthand for a definition's field list. */
export function fieldSet(...fields: string[]): ReadonlySet<string> {
  return new Set(fields);
}
