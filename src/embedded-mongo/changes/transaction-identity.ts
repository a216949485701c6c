import { createHash } from 'node:crypto';
import { Binary, Long } from 'bson';
import { encodeDocument } from '../bson/encode.ts';
import type { BsonValue } from '../bson/value.ts';

/** MongoDB's digest of the user; there is none here. */
const nobody = new Binary(createHash('sha256').digest());

/** What the changes of a transaction carry: the session and the number, encoded. `sessionKey` is the uuid's bytes as text. */
export function transactionIdentity(sessionKey: string, number: bigint): Buffer {
  const id = new Binary(Buffer.from(sessionKey, 'latin1'), Binary.SUBTYPE_UUID);
  const identity = encodeDocument(
    new Map<string, BsonValue>([
      [
        'lsid',
        new Map<string, BsonValue>([
          ['id', id],
          ['uid', nobody],
        ]),
      ],
      ['txnNumber', Long.fromBigInt(number)],
    ]),
  );
  return Buffer.from(identity.buffer, identity.byteOffset, identity.byteLength);
}
