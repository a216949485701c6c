import { Int32, Long } from 'bson';
import type { EncodableDocument, EncodableValue } from '../bson/raw-document.ts';
import { MongoServerError } from '../errors.ts';
import { type CollectionCheck, checkCollection, type IndexFault } from '../storage/check-collection.ts';
import type { Collection, IndexState } from '../storage/collection.ts';
import { collectionName, optionalBoolean } from './arguments.ts';
import { requireCollection } from './collections.ts';
import { type CommandContext, type CommandDefinition, fieldSet } from './command.ts';

/** So many faults of one kind are listed; the warnings tell how many there are. */
const listedFaults = 100;

/** `validate`: always the full check, of every document against every index and the other way round. */
export const validate: CommandDefinition = {
  fields: fieldSet('validate', 'full', 'repair', 'metadata', 'checkBSONConformance', 'background'),
  run(context): EncodableDocument {
    const name = collectionName(context.body, 'validate', context.database);
    refuseOptions(context);
    const collection = requireCollection(context, name);
    const check = checkCollection(context.reader, collection);
    const errors = errorsOf(collection, check);
    return new Map<string, EncodableValue>([
      ['ns', collection.namespace],
      ['uuid', collection.uuid],
      ['nInvalidDocuments', Long.fromNumber(check.corrupt.length)],
      ['nNonCompliantDocuments', Long.ZERO],
      ['nrecords', Long.fromNumber(check.documents)],
      ['nIndexes', new Int32(collection.indexes.length)],
      ['keysPerIndex', perIndex(collection, (index) => Long.fromNumber(check.keys.get(index) ?? 0))],
      ['indexDetails', perIndex(collection, (index) => new Map([['valid', !inconsistent(index, check)]]))],
      ['valid', errors.length === 0],
      ['repaired', false],
      ['warnings', warningsOf(check)],
      ['errors', errors],
      ['extraIndexEntries', check.extra.slice(0, listedFaults).map(describe)],
      ['missingIndexEntries', check.missing.slice(0, listedFaults).map(describe)],
      ['corruptRecords', check.corrupt.slice(0, listedFaults).map((id) => Long.fromNumber(id))],
    ]);
  },
};

function refuseOptions(context: CommandContext): void {
  for (const option of ['full', 'metadata', 'checkBSONConformance', 'background']) {
    optionalBoolean(context.body, 'validate', option);
  }
  if (optionalBoolean(context.body, 'validate', 'repair') === true) {
    throw new MongoServerError(
      72,
      'Running the validate command with { repair: true } can only be performed in standalone mode.',
    );
  }
}

function perIndex(collection: Collection, value: (index: IndexState) => EncodableValue): EncodableDocument {
  return new Map(collection.indexes.map((index) => [index.definition.name, value(index)]));
}

function inconsistent(index: IndexState, check: CollectionCheck): boolean {
  const ofIndex = (fault: IndexFault): boolean => fault.index === index;
  return check.missing.some(ofIndex) || check.extra.some(ofIndex) || check.notMultikey.has(index);
}

function errorsOf(collection: Collection, check: CollectionCheck): string[] {
  const errors: string[] = [];
  if (check.corrupt.length > 0) errors.push(`Detected ${check.corrupt.length} corrupt records.`);
  // MongoDB corrects its count silently; here it is stored with each commit and cannot be off.
  if (check.documents !== collection.count) {
    errors.push(`The stored count is ${collection.count}, there are ${check.documents} documents.`);
  }
  for (const index of collection.indexes) {
    if (inconsistent(index, check)) {
      errors.push(`Index with name '${index.definition.name}' has inconsistencies.`);
    }
  }
  return errors;
}

function warningsOf(check: CollectionCheck): string[] {
  const warnings: string[] = [];
  if (check.missing.length > 0) warnings.push(`Detected ${check.missing.length} missing index entries.`);
  if (check.extra.length > 0) warnings.push(`Detected ${check.extra.length} extra index entries.`);
  return warnings;
}

function describe({ index, recordId, document }: IndexFault): EncodableDocument {
  const described: EncodableDocument = new Map<string, EncodableValue>([
    ['indexName', index.definition.name],
    ['recordId', Long.fromNumber(recordId)],
  ]);
  if (document !== undefined) {
    described.set('idKey', new Map([['_id', document.id]]));
    described.set(
      'indexKey',
      new Map(index.definition.fields.map((field, i) => [field.path, document.values[i] ?? null])),
    );
  }
  return described;
}
