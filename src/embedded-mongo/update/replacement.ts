import { valuesEqual, valuesIdentical } from '../bson/equal.ts';
import { elementToText } from '../bson/to-text.ts';
import { typeNameOf } from '../bson/type-names.ts';
import type { BsonDocument, BsonValue } from '../bson/value.ts';
import { MongoServerError } from '../errors.ts';
import type { UpdateResult } from './update-result.ts';

/**
 * Replaces a document's fields: the old `_id` is kept when the new fields bring none, and may not be another
 * (ImmutableField, 66). `_id` comes first.
 */
export function replaceFields(document: BsonDocument, fields: BsonDocument): UpdateResult {
  const hadId = document.has('_id');
  if (hadId && fields.has('_id') && !valuesEqual(document.get('_id'), fields.get('_id'))) {
    throw new MongoServerError(
      66,
      `After applying the update, the (immutable) field '_id' was found to have been altered to ${elementToText('_id', fields.get('_id'))}`,
    );
  }
  const result: BsonDocument = new Map();
  if (hadId) result.set('_id', document.get('_id'));
  else if (fields.has('_id')) result.set('_id', fields.get('_id'));
  for (const [name, value] of fields) {
    if (name !== '_id') result.set(name, value);
  }
  // MongoDB compares with the replacement as it was sent, so one without _id always counts as a change.
  return valuesIdentical(document, fields)
    ? { document, modified: false }
    : { document: result, modified: true };
}

/** Refuses fields that begin with `$` at the top of a replacement (52), as MongoDB 5 and later do. */
export function checkReplacement(replacement: BsonDocument): void {
  for (const name of replacement.keys()) {
    if (!name.startsWith('$') || name === '$ref' || name === '$id' || name === '$db') continue;
    throw new MongoServerError(
      52,
      `The dollar ($) prefixed field '${name}' in '${name}' is not allowed in the context of an update's replacement document. Consider using an aggregation pipeline with $replaceWith.`,
    );
  }
}

/** Refuses values that may not be an `_id`: arrays, regular expressions, undefined (53), `$` names within (52). */
export function checkId(value: BsonValue): void {
  const type = typeNameOf(value);
  if (type === 'array' || type === 'regex' || type === 'undefined') {
    throw new MongoServerError(53, `The '_id' value cannot be of type ${type}`);
  }
  if (value instanceof Map) {
    for (const name of value.keys()) {
      if (name.startsWith('$')) {
        throw new MongoServerError(
          52,
          `_id fields may not contain '$'-prefixed fields: ${name} is not valid for storage.`,
        );
      }
    }
  }
}
