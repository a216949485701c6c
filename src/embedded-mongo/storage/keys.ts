import { type RecordId, recordIdBytes, writeRecordId } from '../index/record-id.ts';

/**
 * Everything lives in one ordered key space; the first byte says what a key is.
 * - catalog: `0x01` + name → the collection's definition
 * - count:   `0x02` + collection → number of documents
 * - session: `0x03` + session id → the last retryable write and its answer
 * - change:  `0x04` + time + number within it → what was committed then, for change streams
 * - remain:  `0x05` + the prefix of what a drop has left behind, to be removed → nothing
 * - record:  `0x10` + collection + record id → the document's BSON
 * - entry:   `0x20` + index + encoded fields + record id → nothing; in an `_id` index without the record id at
 *   the end of the key, which is the value instead
 */
export const keyKind = {
  meta: 0x00,
  catalog: 0x01,
  count: 0x02,
  session: 0x03,
  change: 0x04,
  remain: 0x05,
  record: 0x10,
  entry: 0x20,
} as const;

export function metaKey(name: string): Buffer {
  return Buffer.concat([Buffer.from([keyKind.meta]), Buffer.from(name)]);
}

export function catalogKey(namespace: string): Buffer {
  return Buffer.concat([Buffer.from([keyKind.catalog]), Buffer.from(namespace)]);
}

export function countKey(collectionId: number): Buffer {
  return prefixKey(keyKind.count, collectionId);
}

export function sessionKey(sessionId: string): Buffer {
  return Buffer.concat([Buffer.from([keyKind.session]), Buffer.from(sessionId, 'latin1')]);
}

export function remainKey(prefix: Buffer): Buffer {
  return Buffer.concat([Buffer.from([keyKind.remain]), prefix]);
}

export function recordPrefix(collectionId: number): Buffer {
  return prefixKey(keyKind.record, collectionId);
}

export function recordKey(collectionId: number, id: RecordId): Buffer {
  const key = Buffer.allocUnsafe(5 + recordIdBytes);
  key[0] = keyKind.record;
  key.writeUInt32BE(collectionId, 1);
  writeRecordId(key, 5, id);
  return key;
}

/** What every entry of an index begins with. */
export function entryPrefix(indexId: number): Buffer {
  return prefixKey(keyKind.entry, indexId);
}

/** The least key above every key that begins with `prefix`; see `valueTag` for why 255 is free. */
export function afterPrefix(prefix: Uint8Array): Buffer {
  const key = Buffer.allocUnsafe(prefix.length + 1);
  key.set(prefix);
  key[prefix.length] = 0xff;
  return key;
}

function prefixKey(kind: number, id: number): Buffer {
  const key = Buffer.allocUnsafe(5);
  key[0] = kind;
  key.writeUInt32BE(id, 1);
  return key;
}
