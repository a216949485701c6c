/**
 * A document's place in its collection: an integer given in order of insertion, so that a scan without an index
 * answers in that order. Stored as six bytes, the last of every secondary index key.
 */
export type RecordId = number;

export const recordIdBytes = 6;

export function writeRecordId(buffer: Buffer, offset: number, id: RecordId): void {
  buffer.writeUIntBE(id, offset, recordIdBytes);
}

/** The record an index key points to. */
export function recordIdAtEnd(key: Buffer): RecordId {
  return key.readUIntBE(key.length - recordIdBytes, recordIdBytes);
}
