import type { BsonValue } from './value.ts';

/** An encoded document that is copied into a reply as it is, without being decoded. */
export class RawDocument {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

/** What the encoder takes: any BSON value, with raw documents at any depth. */
export type EncodableValue = BsonValue | RawDocument | EncodableDocument | EncodableValue[];

/** A document that may hold raw documents. */
export type EncodableDocument = Map<string, EncodableValue>;
