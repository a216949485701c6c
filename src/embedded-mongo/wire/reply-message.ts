import { encodeDocument } from '../bson/encode.ts';
import type { EncodableDocument } from '../bson/raw-document.ts';
import { opcode } from './command-message.ts';

let nextRequestId = 1;

/** An answer framed as the request was: OP_MSG, or OP_REPLY for the old hello. Two buffers, to be written in order. */
export function replyMessage(
  protocol: 'message' | 'query',
  responseTo: number,
  reply: EncodableDocument,
): [head: Buffer, document: Uint8Array] {
  const document = encodeDocument(reply);
  const head = Buffer.alloc(protocol === 'message' ? 21 : 36);
  head.writeInt32LE(head.length + document.length, 0);
  head.writeInt32LE(nextRequestId++ & 0x7fffffff, 4);
  head.writeInt32LE(responseTo, 8);
  head.writeInt32LE(protocol === 'message' ? opcode.message : opcode.reply, 12);
  if (protocol === 'query') {
    head.writeInt32LE(8, 16);
    head.writeInt32LE(1, 32);
  }
  return [head, document];
}
