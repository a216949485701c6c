import { createHash } from 'node:crypto';
import type { BsonDocument, BsonValue } from '../bson/value.ts';
import { MongoServerError } from '../errors.ts';
import { encodeValue } from './encode-value.ts';
import type { IndexField } from './index-definition.ts';
import { KeyWriter } from './key-writer.ts';

/** Longer keys are cut to this many bytes and a digest of the whole follows, so equal keys stay equal. */
export const keyBytesKept = 1880;

/** What one document contributes to one index. */
export interface ExtractedKeys {
  /** Entries without the record id at the end, distinct. */
  keys: Buffer[];
  /** Per field the number of leading path components that met an array, when any did. */
  multikey: Array<Set<number>> | undefined;
  /** A key was cut: the index no longer orders exactly. */
  overflow: boolean;
  /** No field of the index is in the document: a sparse index leaves it out. */
  allMissing: boolean;
}

const writer = new KeyWriter();

/**
 * The entries a document has in an index: one, or one per element of an array on the way (MongoDB's multikey
 * rules: at most one array path per document, an empty array counts as undefined, a missing field as null).
 * `prefix` is what all entries of the index begin with.
 */
export function extractKeys(
  fields: readonly IndexField[],
  document: BsonDocument,
  prefix: Buffer,
): ExtractedKeys {
  const result: ExtractedKeys = { keys: [], multikey: undefined, overflow: false, allMissing: true };
  const walks = fields.map(
    (field): Walk => ({ field, at: 0, value: document, missing: false, fixed: false }),
  );
  const emit = (done: Walk[]): void => {
    for (const walk of done) if (!walk.missing) result.allMissing = false;
    const key = encodeEntry(fields, done, prefix);
    if (key.overflow) result.overflow = true;
    result.keys.push(key.bytes);
  };
  expand(walks, result, emit);
  if (result.keys.length > 1) result.keys = distinct(result.keys);
  return result;
}

/** The field values of each entry, in the order `extractKeys` met them: for telling which value was a duplicate. */
export function extractValues(fields: readonly IndexField[], document: BsonDocument): BsonValue[][] {
  const tuples: BsonValue[][] = [];
  const ignored: ExtractedKeys = { keys: [], multikey: undefined, overflow: false, allMissing: true };
  const walks = fields.map(
    (field): Walk => ({ field, at: 0, value: document, missing: false, fixed: false }),
  );
  expand(walks, ignored, (done) => tuples.push(done.map((walk) => (walk.missing ? null : walk.value))));
  return tuples;
}

/** The bytes under which a tuple of values is stored in an index. */
export function entryKeyFor(
  fields: readonly IndexField[],
  values: readonly BsonValue[],
  prefix: Buffer,
): Buffer {
  const walks = fields.map(
    (field, i): Walk => ({ field, at: 0, value: values[i], missing: false, fixed: true }),
  );
  return encodeEntry(fields, walks, prefix).bytes;
}

/** One field's way into the document. */
interface Walk {
  field: IndexField;
  at: number;
  value: BsonValue;
  missing: boolean;
  /** The value is an array's element: an array in it is a value, not to be expanded again. */
  fixed: boolean;
}

function expand(walks: Walk[], result: ExtractedKeys, emit: (done: Walk[]) => void): void {
  let array: BsonValue[] | undefined;
  let owner: Walk | undefined;
  for (const walk of walks) {
    advance(walk);
    if (!Array.isArray(walk.value) || walk.fixed || walk.missing) continue;
    if (array === undefined) {
      array = walk.value;
      owner = walk;
    } else if (array !== walk.value && owner) {
      throw new MongoServerError(
        171,
        `cannot index parallel arrays [${lastComponent(walk)}] [${lastComponent(owner)}]`,
      );
    }
  }
  if (array === undefined) {
    emit(walks);
    return;
  }
  const paths = walks.map((walk) => walk.value === array && !walk.fixed && !walk.missing);
  noteMultikey(walks, paths, result);
  if (array.length === 0) {
    expand(
      walks.map((walk, i) => (paths[i] ? emptyArrayStep(walk) : { ...walk })),
      result,
      emit,
    );
    return;
  }
  for (const element of array) {
    expand(
      walks.map((walk, i) => (paths[i] ? elementStep(walk, element) : { ...walk })),
      result,
      emit,
    );
  }
}

function advance(walk: Walk): void {
  const { components } = walk.field;
  while (walk.at < components.length && !walk.missing && !walk.fixed) {
    const name = components[walk.at] as string;
    if (walk.value instanceof Map) {
      walk.missing = !walk.value.has(name);
      walk.value = walk.value.get(name);
      walk.at += 1;
    } else if (Array.isArray(walk.value)) {
      if (!/^\d+$/.test(name) || walk.value.some((element) => element instanceof Map && element.has(name)))
        return;
      walk.missing = Number(name) >= walk.value.length;
      walk.value = walk.value[Number(name)];
      walk.at += 1;
    } else {
      walk.missing = true;
    }
  }
}

function elementStep(walk: Walk, element: BsonValue): Walk {
  if (walk.at === walk.field.components.length) return { ...walk, value: element, fixed: true };
  return { ...walk, value: element, missing: !(element instanceof Map) };
}

function emptyArrayStep(walk: Walk): Walk {
  if (walk.at === walk.field.components.length) return { ...walk, value: undefined, fixed: true };
  return { ...walk, value: undefined, missing: true };
}

function noteMultikey(walks: Walk[], paths: boolean[], result: ExtractedKeys): void {
  result.multikey ??= walks.map(() => new Set());
  walks.forEach((walk, i) => {
    if (paths[i]) result.multikey?.[i]?.add(walk.at);
  });
}

function lastComponent(walk: Walk): string {
  return walk.field.components[walk.at - 1] ?? walk.field.path;
}

function encodeEntry(
  fields: readonly IndexField[],
  walks: Walk[],
  prefix: Buffer,
): { bytes: Buffer; overflow: boolean } {
  writer.reset();
  writer.bytes(prefix);
  for (let i = 0; i < fields.length; i++) {
    const walk = walks[i] as Walk;
    const start = writer.length;
    encodeValue(writer, walk.missing ? null : walk.value);
    if (walk.field.descending) writer.invertFrom(start);
  }
  if (writer.length <= keyBytesKept) return { bytes: writer.finish(), overflow: false };
  const whole = writer.buffer.subarray(0, writer.length);
  const digest = createHash('sha256').update(whole).digest().subarray(0, 16);
  // A first byte below 255 keeps the digest inside the ranges that `afterPrefix` makes.
  digest[0] = (digest[0] as number) & 0x7f;
  return { bytes: Buffer.concat([whole.subarray(0, keyBytesKept), digest]), overflow: true };
}

function distinct(keys: Buffer[]): Buffer[] {
  const seen = new Map<string, Buffer>();
  for (const key of keys) seen.set(key.toString('latin1'), key);
  return [...seen.values()];
}
