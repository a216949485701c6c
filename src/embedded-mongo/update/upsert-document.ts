import { BSONRegExp } from 'bson';
import { compareStrings } from '../bson/compare.ts';
import type { BsonDocument, BsonValue } from '../bson/value.ts';
import { MongoServerError } from '../errors.ts';
import { isOperatorDocument } from '../query/field-operators.ts';
import type { CompiledUpdate } from './compile-update.ts';
import { DocumentEditor } from './document-editor.ts';
import { checkId } from './replacement.ts';

/**
 * The document that an upsert inserts: what the filter says by equality (a replacement takes only `_id` of it),
 * with the update applied. `_id` comes first; it is absent when neither names it, and the caller generates one.
 */
export function upsertDocument(filter: BsonDocument, update: CompiledUpdate): BsonDocument {
  const equalities = new Map<string, BsonValue>();
  extractEqualities(filter, equalities, update.isReplacement);
  const editor = new DocumentEditor(new Map());
  for (const path of [...equalities.keys()].sort(compareStrings)) {
    editor.set(path.split('.'), equalities.get(path));
  }
  const { document } = update.apply(editor.root, undefined, true);
  if (document.has('_id')) checkId(document.get('_id'));
  if (!document.has('_id') || document.keys().next().value === '_id') return document;
  const ordered: BsonDocument = new Map([['_id', document.get('_id')]]);
  for (const [name, value] of document) ordered.set(name, value);
  return ordered;
}

function extractEqualities(filter: BsonDocument, found: Map<string, BsonValue>, onlyId: boolean): void {
  for (const [name, value] of filter) {
    if (name === '$expr') {
      throw new MongoServerError(224, '$expr is not allowed in the query predicate for an upsert');
    }
    // An $or of one branch is the branch.
    if (
      (name === '$and' || (name === '$or' && (value as BsonValue[]).length === 1)) &&
      Array.isArray(value)
    ) {
      for (const branch of value) extractEqualities(branch as BsonDocument, found, onlyId);
    } else if (!name.startsWith('$')) {
      for (const equal of equalValues(value)) addEquality(name, equal, found, onlyId);
    }
  }
}

/** The values that a condition asks a field to equal: `$eq`, `$in` and `$all` of one value, or the value itself. */
function equalValues(condition: BsonValue): BsonValue[] {
  if (condition instanceof BSONRegExp) return [];
  if (!isOperatorDocument(condition)) return [condition];
  const values: BsonValue[] = [];
  for (const [operator, operand] of condition) {
    if (operator === '$eq') values.push(operand);
    else if (operator === '$in' && Array.isArray(operand) && operand.length === 1) values.push(operand[0]);
    else if (operator === '$all' && Array.isArray(operand)) values.push(...operand);
  }
  return values.filter((value) => !(value instanceof BSONRegExp) && !isOperatorDocument(value));
}

function addEquality(path: string, value: BsonValue, found: Map<string, BsonValue>, onlyId: boolean): void {
  if (onlyId && path !== '_id' && !path.startsWith('_id.')) return;
  if (onlyId && path !== '_id') {
    throw new MongoServerError(
      111,
      `field at '_id' must be exactly specified, field at sub-path '${path}'found`,
    );
  }
  if (found.has(path)) {
    throw new MongoServerError(54, `cannot infer query fields to set, path '${path}' is matched twice`);
  }
  for (const other of found.keys()) {
    if (other.startsWith(`${path}.`) || path.startsWith(`${other}.`)) {
      throw new MongoServerError(
        54,
        `cannot infer query fields to set, both paths '${path}' and '${other}' are matched`,
      );
    }
  }
  found.set(path, value);
}
