import { createHmac, timingSafeEqual } from 'node:crypto';
import { BSON } from 'mongodb';
import { badInput } from '../errors.ts';

/** A place in a list: the order key and the row's own key, bound to the list that it was made for. */
export interface CursorPlace {
  /** Which list and order, for example `customers:NAME:ASC`. */
  readonly list: string;
  readonly key: string | Date;
  readonly row: string;
}

/** Opaque cursors, sealed so that an edited one, or one of another list, is refused. */
export interface CursorCodec {
  encode(place: CursorPlace): string;
  /** @throws AppError BAD_USER_INPUT naming `after`. */
  decode(cursor: string, list: string): CursorPlace;
}

/** @param secrets The one to seal with, and then those of older keys, whose cursors are still read. */
export function createCursorCodec(secrets: Uint8Array | (() => readonly Uint8Array[])): CursorCodec {
  const known = () => (typeof secrets === 'function' ? secrets() : [secrets]);
  const sealWith = (secret: Uint8Array, text: string) =>
    createHmac('sha256', secret).update(text).digest().subarray(0, sealLength);
  return {
    encode({ list, key, row }) {
      const text = BSON.EJSON.stringify([list, key, row]);
      const [secret] = known();
      if (secret === undefined) throw new Error('There is no secret to seal cursors with.');
      return Buffer.concat([sealWith(secret, text), Buffer.from(text)]).toString('base64url');
    },
    decode(cursor, list) {
      const refused = badInput('after', 'after is not a cursor of this list.');
      if (cursor.length > maxCursorLength || !/^[\w-]+$/.test(cursor)) throw refused;
      const bytes = Buffer.from(cursor, 'base64url');
      if (bytes.toString('base64url') !== cursor || bytes.length <= sealLength) throw refused;
      const text = bytes.subarray(sealLength).toString();
      const seal = bytes.subarray(0, sealLength);
      if (!known().some((secret) => timingSafeEqual(seal, sealWith(secret, text)))) throw refused;
      const [madeFor, key, row] = BSON.EJSON.parse(text) as unknown as [string, string | Date, string];
      if (madeFor !== list) throw refused;
      return { list, key, row };
    },
  };
}

/** Bytes of the HMAC that are kept: enough that no guess succeeds, short enough for a URL. */
const sealLength = 12;
/** Longer than any that is made: names and areas are stored at any length, and a letter may have three bytes. */
const maxCursorLength = 50_000;
