import { encodeDocument } from '../bson/encode.ts';
import type { EncodableDocument, EncodableValue } from '../bson/raw-document.ts';
import type { BsonDocument, BsonValue } from '../bson/value.ts';
import { ValueMap } from '../bson/value-map.ts';
import { MongoServerError } from '../errors.ts';
import { openQuery } from '../plan/open-query.ts';
import { compileQuery, type Query } from '../plan/query.ts';
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
    const query = parseDistinct(context, context.body);
    const found = new ValueMap<true>(query.collation);
    const rows = openQuery(executionContextOf(context), collection, query);
    let bytes = 0;
    for (let row = rows.next(); row !== undefined; row = rows.next()) {
      collect(row.document, parts, 0, (value) => {
        if (found.has(value)) return;
        found.set(value, true);
        bytes += roughSize(value);
      });
      if (bytes > maxDocumentBytes) throw new MongoServerError(17217, 'distinct too big, 16mb cap');
    }
    rows.close();
    return new Map<string, EncodableValue>([['values', [...found.keys()]]]);
  },
};

export function parseDistinct(context: CommandContext, body: BsonDocument): Query {
  const filter = optionalDocument(body, 'distinct', 'query') ?? new Map();
  return compileQuery(filter, { hint: body.get('hint') }, queryContextOf(context));
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

function roughSize(value: BsonValue): number {
  if (typeof value === 'string') return value.length + 12;
  return value instanceof Map || Array.isArray(value) ? encodeDocument(new Map([['', value]])).length : 16;
}
