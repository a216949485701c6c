import { invalidBson, MongoServerError } from '../errors.ts';

/** Where one element of an encoded document lies: the whole of it, and its value. */
export interface RawElement {
  name: string;
  type: number;
  start: number;
  valueStart: number;
  end: number;
}

/** A stored document's limit and 16 kB for the command around it: MongoDB's BSONObjMaxInternalSize. */
const maxBytes = 16 * 1024 * 1024 + 16 * 1024;

/** The top-level elements of the document that begins at `offset`, found without decoding their values. */
export function* rawElements(bytes: Buffer, offset = 0): Generator<RawElement> {
  const end = offset + documentLength(bytes, offset) - 1;
  let at = offset + 4;
  while (at < end) {
    const type = bytes[at] as number;
    const nameEnd = bytes.indexOf(0, at + 1);
    if (nameEnd < 0 || nameEnd >= end) throw invalidBson('Unterminated field name');
    const valueStart = nameEnd + 1;
    const elementEnd = valueStart + valueLength(bytes, type, valueStart);
    if (elementEnd > end) throw invalidBson('A field is longer than its document');
    yield { name: bytes.toString('utf8', at + 1, nameEnd), type, start: at, valueStart, end: elementEnd };
    at = elementEnd;
  }
}

/** The declared length of the document at `offset`, checked to lie within the buffer. */
export function documentLength(bytes: Buffer, offset: number): number {
  if (offset + 5 > bytes.length) throw invalidBson('A document is cut off');
  const length = bytes.readInt32LE(offset);
  if (length > maxBytes && offset + length <= bytes.length) {
    throw new MongoServerError(
      10334,
      `BSONObj size: ${length} (0x${length.toString(16).toUpperCase()}) is invalid. Size must be between 0 and ${maxBytes}(16MB)`,
    );
  }
  if (length < 5 || offset + length > bytes.length) throw invalidBson(`Invalid document length ${length}`);
  return length;
}

function valueLength(bytes: Buffer, type: number, offset: number): number {
  switch (type) {
    case 0x01:
    case 0x09:
    case 0x11:
    case 0x12:
      return 8;
    case 0x02:
    case 0x0d:
    case 0x0e:
      return 4 + lengthAt(bytes, offset);
    case 0x03:
    case 0x04:
      return documentLength(bytes, offset);
    case 0x05:
      return 5 + lengthAt(bytes, offset);
    case 0x07:
      return 12;
    case 0x08:
      return 1;
    case 0x0b:
      return regexLength(bytes, offset);
    case 0x0c:
      return 4 + lengthAt(bytes, offset) + 12;
    case 0x0f:
      return lengthAt(bytes, offset);
    case 0x10:
      return 4;
    case 0x13:
      return 16;
    case 0x06:
    case 0x0a:
    case 0xff:
    case 0x7f:
      return 0;
    default:
      throw invalidBson(`Unrecognized BSON type ${type}`);
  }
}

function lengthAt(bytes: Buffer, offset: number): number {
  if (offset + 4 > bytes.length) throw invalidBson('A field is cut off');
  const length = bytes.readInt32LE(offset);
  if (length < 0) throw invalidBson('A negative length');
  return length;
}

function regexLength(bytes: Buffer, offset: number): number {
  const patternEnd = bytes.indexOf(0, offset);
  const optionsEnd = patternEnd < 0 ? -1 : bytes.indexOf(0, patternEnd + 1);
  if (optionsEnd < 0) throw invalidBson('An unterminated regular expression');
  return optionsEnd + 1 - offset;
}
