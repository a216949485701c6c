import type { Document } from 'mongodb';

/** A file of MongoDB's unified test format, as far as this runner reads it. */
export interface SpecFile {
  description: string;
  runOnRequirements?: Requirement[];
  createEntities?: EntityDescription[];
  initialData?: CollectionData[];
  tests: SpecTest[];
}

/** One test of a file. */
export interface SpecTest {
  description: string;
  skipReason?: string;
  runOnRequirements?: Requirement[];
  operations: Operation[];
  expectEvents?: ExpectedEvents[];
  outcome?: CollectionData[];
}

/** What a server has to be for a test; a list of them asks for one. */
export interface Requirement {
  minServerVersion?: string;
  maxServerVersion?: string;
  topologies?: string[];
  serverParameters?: Document;
  serverless?: 'require' | 'forbid' | 'allow';
  auth?: boolean;
  csfle?: unknown;
}

/** A collection's documents, before a test or after it. */
export interface CollectionData {
  databaseName: string;
  collectionName: string;
  createOptions?: Document;
  documents?: Document[];
}

/** One of the things that operations name: its kind is its only field. */
export interface EntityDescription {
  client?: { id: string; uriOptions?: Record<string, unknown>; observeEvents?: string[] } & Document;
  database?: { id: string; client: string; databaseName: string; databaseOptions?: Document };
  collection?: { id: string; database: string; collectionName: string; collectionOptions?: Document };
  session?: { id: string; client: string; sessionOptions?: Document };
}

/** One call, and what has to come of it. */
export interface Operation {
  name: string;
  object: string;
  arguments?: Document;
  ignoreResultAndError?: boolean;
  expectError?: ExpectedError;
  expectResult?: unknown;
  saveResultAsEntity?: string;
}

/** What is known of an error that has to come. */
export interface ExpectedError {
  isError?: boolean;
  isClientError?: boolean;
  isTimeoutError?: boolean;
  errorContains?: string;
  errorCode?: number;
  errorCodeName?: string;
  errorLabelsContain?: string[];
  errorLabelsOmit?: string[];
  errorResponse?: Document;
  expectResult?: unknown;
  writeErrors?: Document;
  writeConcernErrors?: Document;
}

/** The events that one client has to have seen, in order. */
export interface ExpectedEvents {
  client: string;
  eventType?: 'command' | 'cmap' | 'sdam';
  ignoreExtraEvents?: boolean;
  events: Document[];
}
