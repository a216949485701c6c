import { type Document, MongoBulkWriteError, MongoError, MongoServerError } from 'mongodb';
import type { ExpectedError } from './format.ts';
import { Mismatch, match, type NamedThings } from './match.ts';

/** Compares an error that came with what a file expects of it. Throws a Mismatch. */
export function expectError(error: unknown, expected: ExpectedError, things: NamedThings): void {
  if (!(error instanceof MongoError)) throw new Mismatch(`no error of the driver, but ${String(error)}`);
  const fail = (what: string): never => {
    throw new Mismatch(`the error ${what}: ${error.name} ${error.code}: ${error.message}`);
  };
  const isOfServer = error instanceof MongoServerError && cameFromServer(error);
  if (expected.isClientError === true && isOfServer) fail("is the server's");
  if (expected.isClientError === false && !isOfServer) fail("is the driver's");
  if (expected.isTimeoutError === true && !error.name.includes('Timeout')) fail('is no timeout');
  if (
    expected.errorContains !== undefined &&
    !error.message.toLowerCase().includes(expected.errorContains.toLowerCase())
  ) {
    fail(`does not say "${expected.errorContains}"`);
  }
  if (expected.errorCode !== undefined && error.code !== expected.errorCode) {
    fail(`is not ${expected.errorCode}`);
  }
  if (expected.errorCodeName !== undefined && codeNameOf(error) !== expected.errorCodeName) {
    fail(`is not ${expected.errorCodeName} but ${codeNameOf(error)}`);
  }
  for (const label of expected.errorLabelsContain ?? []) {
    if (!error.hasErrorLabel(label)) fail(`lacks the label ${label}`);
  }
  for (const label of expected.errorLabelsOmit ?? []) {
    if (error.hasErrorLabel(label)) fail(`has the label ${label}`);
  }
  if (expected.errorResponse !== undefined) match(expected.errorResponse, responseOf(error), things, 'error');
  if (expected.expectResult !== undefined) {
    match(expected.expectResult, error instanceof MongoBulkWriteError ? resultOf(error) : error, things);
  }
  if (expected.writeErrors !== undefined || expected.writeConcernErrors !== undefined) {
    fail('cannot be compared with writeErrors by this runner');
  }
}

/** A bulk write wraps what ended it, which may be the network. */
function cameFromServer(error: MongoServerError): boolean {
  if (!(error instanceof MongoBulkWriteError)) return true;
  const { cause } = error;
  return cause === undefined || !(cause instanceof MongoError) || cause instanceof MongoServerError;
}

function codeNameOf(error: MongoError): unknown {
  return (error as Document).codeName ?? (responseOf(error) as Document).codeName;
}

function responseOf(error: MongoError): Document {
  const response = (error as Document).errorResponse ?? {};
  return { ...response, code: response.code ?? error.code };
}

function resultOf({ result }: MongoBulkWriteError): Document {
  const fields = [
    'insertedCount',
    'matchedCount',
    'modifiedCount',
    'deletedCount',
    'upsertedCount',
    'upsertedIds',
    'insertedIds',
  ] as const;
  return Object.fromEntries(fields.map((field) => [field, result[field]]));
}
