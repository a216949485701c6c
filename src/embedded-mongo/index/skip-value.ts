import { valueTag } from './encode-value.ts';

/**
 * The offset just after the encoded value that begins at `offset`, or -1 when the key ends before it does (a key
 * too long to be stored was cut). `inverted` reads a descending field.
 */
export function skipValue(key: Uint8Array, offset: number, inverted: boolean): number {
  const flip = inverted ? 0xff : 0;
  if (offset >= key.length) return -1;
  const tag = (key[offset] as number) ^ flip;
  return skipPayload(key, offset + 1, tag, flip);
}

function skipPayload(key: Uint8Array, offset: number, tag: number, flip: number): number {
  switch (tag) {
    case valueTag.string:
    case valueTag.code:
      return skipText(key, offset, flip);
    case valueTag.number:
      return skipNumber(key, offset, flip);
    case valueTag.objectId:
      return within(key, offset + 12);
    case valueTag.boolean:
      return within(key, offset + 1);
    case valueTag.date:
    case valueTag.timestamp:
      return within(key, offset + 8);
    case valueTag.binary:
      return skipBinary(key, offset, flip);
    case valueTag.regex:
    case valueTag.codeWithScope:
      return skipText(key, skipText(key, offset, flip), flip);
    case valueTag.object:
      return skipMembers(key, offset, flip, true);
    case valueTag.array:
      return skipMembers(key, offset, flip, false);
    default:
      return within(key, offset);
  }
}

function within(key: Uint8Array, end: number): number {
  return end <= key.length ? end : -1;
}

function skipText(key: Uint8Array, offset: number, flip: number): number {
  if (offset < 0) return -1;
  const end = key.indexOf(flip, offset);
  return end < 0 ? -1 : end + 1;
}

function skipNumber(key: Uint8Array, offset: number, flip: number): number {
  const end = offset + 9;
  if (end > key.length) return -1;
  if (((key[end - 1] as number) ^ flip) === 0) return end;
  // Exact digits follow; those of a negative number are inverted once more.
  const negative = (((key[offset] as number) ^ flip) & 0x80) === 0;
  return skipText(key, end + 2, negative ? flip ^ 0xff : flip);
}

function skipBinary(key: Uint8Array, offset: number, flip: number): number {
  if (offset + 5 > key.length) return -1;
  let length = 0;
  for (let i = 0; i < 4; i++) length = length * 256 + ((key[offset + i] as number) ^ flip);
  return within(key, offset + 5 + length);
}

function skipMembers(key: Uint8Array, start: number, flip: number, named: boolean): number {
  let offset = start;
  while (offset >= 0 && offset < key.length) {
    const tag = (key[offset++] as number) ^ flip;
    if (tag === 0) return offset;
    if (named) offset = skipText(key, offset, flip);
    if (offset >= 0) offset = skipPayload(key, offset, tag, flip);
  }
  return -1;
}
