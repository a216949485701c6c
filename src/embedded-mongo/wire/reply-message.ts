import { encodeDocument } from '../bson/encode.ts';
import type { EncodableDocument } from '../bson/raw-document.ts';
import { opcode } from './command-message.ts';

let nextRequestId = 1;

/** An answer framed as the request was: OP_MSG, or OP_REPLY for the old hello. */
export function replyMessage(
  protocol: 'message' | 'query',
  responseTo: number,
  reply: EncodableDocument,
): Buffer {
  const document = encodeDocument(reply);
  const headBytes = protocol === 'message' ? 21 : 36;
  const message = Buffer.allocUnsafe(headBytes + document.length);
  message.fill(0, 0, headBytes);
  message.set(document, headBytes);
  message.writeInt32LE(message.length, 0);
  message.writeInt32LE(nextRequestId++ & 0x7fffffff, 4);
  message.writeInt32LE(responseTo, 8);
  message.writeInt32LE(protocol === 'message' ? opcode.message : opcode.reply, 12);
  if (protocol === 'query') {
    message.writeInt32LE(8, 16);
    message.writeInt32LE(1, 32);
  }
  return message;
}
