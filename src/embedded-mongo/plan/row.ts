import { decodeDocument } from '../bson/decode.ts';
import type { BsonDocument } from '../bson/value.ts';
import type { RecordId } from '../index/record-id.ts';

/** A stored document on its way through a plan; decoded when somebody looks into it. */
export class Row {
  readonly id: RecordId;
  readonly raw: Buffer;
  private decoded: BsonDocument | undefined;

  constructor(id: RecordId, raw: Buffer) {
    this.id = id;
    this.raw = raw;
  }

  get document(): BsonDocument {
    this.decoded ??= decodeDocument(this.raw);
    return this.decoded;
  }
}
