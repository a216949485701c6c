import type { EncodableDocument, EncodableValue } from '../bson/raw-document.ts';
import type { BsonDocument, BsonValue } from '../bson/value.ts';
import { MongoServerError } from '../errors.ts';
import { encodeValue } from '../index/encode-value.ts';
import { KeyWriter } from '../index/key-writer.ts';
import { openQuery } from '../plan/open-query.ts';
import { compileQuery, type Query } from '../plan/query.ts';
import { keyText } from '../storage/key-text.ts';
import { maxDocumentBytes } from '../storage/records.ts';
import { collectionName, missingField, optionalDocument, optionalString } from './arguments.ts';
import { readableCollection } from './collection-access.ts';
import { type CommandContext, type CommandDefinition, fieldSet } from './command.ts';
import { executionContextOf, queryContextOf } from './query-context.ts';

/** `distinct` */
export const distinct: CommandDefinition = {
  fields: fieldSet('distinct', 'key', 'query', 'collation', 'hint'),
  run(context): EncodableDocument {
    const collection = readableCollection(
      context,
      collectionName(context.body, 'distinct', context.database),
    );
    const path = optionalString(context.body, 'distinct', 'key');
    if (path === undefined) throw missingField('distinct', 'key');
    const parts = path.split('.');
    const found = new Map<string, BsonValue>();
    const rows = openQuery(executionContextOf(context), collection, parseDistinct(context, context.body));
    let bytes = 0;
    for (let row = rows.next(); row !== undefined; row = rows.next()) {
      collect(row.document, parts, 0, (value) => {
        const text = textOf(value);
        if (found.has(text)) return;
        found.set(text, value);
        bytes += text.length;
      });
      if (bytes > maxDocumentBytes) throw new MongoServerError(17217, 'distinct too big, 16mb cap');
    }
    rows.close();
    return new Map<string, EncodableValue>([['values', [...found.values()]]]);
  },
};

export function parseDistinct(context: CommandContext, body: BsonDocument): Query {
  const filter = optionalDocument(body, 'distinct', 'query') ?? new Map();
  return compileQuery(filter, { hint: body.get('hint') }, queryContextOf(context));
}

const writer = new KeyWriter();

/** Equal values, whatever their numeric types, have the same text. */
function textOf(value: BsonValue): string {
  writer.reset();
  encodeValue(writer, value);
  return keyText(writer.finish());
}

/** The values at a path, an array's elements one by one. */
function collect(
  value: BsonValue,
  parts: readonly string[],
  at: number,
  found: (value: BsonValue) => void,
): void {
  if (at === parts.length) {
    if (Array.isArray(value)) for (const element of value) found(element);
    else found(value);
    return;
  }
  const name = parts[at] as string;
  if (value instanceof Map) {
    if (value.has(name)) collect(value.get(name), parts, at + 1, found);
  } else if (Array.isArray(value)) {
    if (/^\d+$/.test(name) && Number(name) < value.length) collect(value[Number(name)], parts, at + 1, found);
    for (const element of value) if (element instanceof Map) collect(element, parts, at, found);
  }
}
