import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { type Binary, Timestamp } from 'bson';
import { type ChangeEvent, type ChangeKind, isDocumentChange } from '../storage/change-event.ts';
import { keyKind } from '../storage/keys.ts';
import { rawElements } from '../wire/raw-elements.ts';
import type { LogPosition } from './position.ts';

/**
 * A piece of the log: changes of one commit, one after another. Its key is the place of the first, so that keys sort
 * as time goes; a commit too large for one piece has several.
 *
 * A piece begins with how many bytes were ever logged before it (so that the log's size is known from its ends), the
 * machine's time, and the number of changes; the highest bit of that number says that the rest is deflated, as that of
 * long pieces is: documents that are written together are much alike. A change is its length, its kind, which parts it has, the collection's
 * uuid, the names of database and collection, each after its length, and its parts: encoded documents.
 */
export interface LogChunk {
  first: LogPosition;
  count: number;
  bytes: Buffer;
}

/** A change as it is logged. */
export interface LoggedChange {
  position: LogPosition;
  wallTime: Date;
  kind: ChangeKind;
  database: string;
  collection: string;
  uuid: Buffer;
  parts: ChangeParts;
}

/** Encoded documents, those that the kind of change has. */
export type ChangeParts = Partial<Record<PartName, Buffer>>;

type PartName = (typeof partNames)[number];

/** `key` is `{ _id }`; `document` the whole of an inserted one or a replacement; `to` the new name. */
const partNames = ['key', 'document', 'description', 'before', 'after', 'transaction', 'to'] as const;

const kinds: ChangeKind[] = ['insert', 'update', 'replace', 'delete', 'drop', 'rename', 'dropDatabase'];

const chunkHeadBytes = 18;
const changeHeadBytes = 24;
/** A piece grows up to this, or holds one change that is larger. */
const chunkBytes = 64 * 1024;
/** From here on deflating pays: a third of the space, for 0.1 ms. */
const deflatedFrom = 4 * 1024;
const deflatedBit = 0x8000_0000;
const noUuid = Buffer.alloc(16);

export function chunkKey({ time, index }: LogPosition): Buffer {
  const key = Buffer.allocUnsafe(13);
  key[0] = keyKind.change;
  key.writeUInt32BE(time.t, 1);
  key.writeUInt32BE(time.i, 5);
  key.writeUInt32BE(index, 9);
  return key;
}

export function positionOf(key: Buffer): LogPosition {
  const time = new Timestamp({ t: key.readUInt32BE(1), i: key.readUInt32BE(5) });
  return { time, index: key.readUInt32BE(9) };
}

/** Cuts a commit's changes into pieces. `before` is how many bytes were logged ever. */
export function* chunksOf(
  events: readonly ChangeEvent[],
  time: Timestamp,
  before: number,
  wallTime: number,
): Generator<LogChunk> {
  let pieces: Buffer[] = [];
  let size = 0;
  let first = 0;
  let written = before;
  const finish = (count: number): LogChunk => {
    const changes = Buffer.concat(pieces, size);
    const deflated = size >= deflatedFrom;
    const head = Buffer.allocUnsafe(chunkHeadBytes);
    head.writeUIntBE(written, 0, 6);
    head.writeDoubleBE(wallTime, 6);
    head.writeUInt32BE(deflated ? count + deflatedBit : count, 14);
    const bytes = Buffer.concat([head, deflated ? deflateRawSync(changes, { level: 1 }) : changes]);
    written += bytes.length;
    pieces = [];
    size = 0;
    return { first: { time, index: first }, count, bytes };
  };
  for (let i = 0; i < events.length; i++) {
    const added = addChange(pieces, events[i] as ChangeEvent);
    size += added;
    if (size < chunkBytes) continue;
    yield finish(i + 1 - first);
    first = i + 1;
  }
  if (first < events.length) yield finish(events.length - first);
}

/** How many bytes were logged before this piece. */
export function bytesBefore(chunk: Buffer): number {
  return chunk.readUIntBE(0, 6);
}

export function countOf(chunk: Buffer): number {
  return chunk.readUInt32BE(14) % deflatedBit;
}

/** The changes of a piece from a number on; parts are views of bytes. */
export function* changesIn(chunk: LogChunk, from: number): Generator<LoggedChange> {
  const { first } = chunk;
  const wallTime = new Date(chunk.bytes.readDoubleBE(6));
  const bytes = changeBytes(chunk.bytes);
  let at = 0;
  for (let i = 0; i < chunk.count; i++) {
    const end = at + bytes.readUInt32BE(at);
    if (first.index + i >= from) yield readChange(bytes, at, first, i, wallTime);
    at = end;
  }
}

function changeBytes(chunk: Buffer): Buffer {
  const changes = chunk.subarray(chunkHeadBytes);
  return chunk.readUInt32BE(14) >= deflatedBit ? inflateRawSync(changes) : changes;
}

function addChange(pieces: Buffer[], event: ChangeEvent): number {
  const parts = partsOf(event);
  const databaseBytes = Buffer.byteLength(event.database);
  const collectionBytes = Buffer.byteLength(event.collection);
  const head = Buffer.allocUnsafe(changeHeadBytes + databaseBytes + collectionBytes);
  let length = head.length;
  let flags = 0;
  partNames.forEach((name, i) => {
    const part = parts[name];
    if (part === undefined) return;
    flags |= 1 << i;
    length += part.length;
  });
  head.writeUInt32BE(length, 0);
  head[4] = kinds.indexOf(event.kind);
  head[5] = flags;
  head.set(event.uuid === undefined ? noUuid : event.uuid.buffer.subarray(0, 16), 6);
  head[22] = databaseBytes;
  head[23] = collectionBytes;
  head.write(event.database, changeHeadBytes);
  head.write(event.collection, changeHeadBytes + databaseBytes);
  pieces.push(head);
  for (const name of partNames) {
    const part = parts[name];
    if (part !== undefined) pieces.push(part);
  }
  return length;
}

function partsOf(event: ChangeEvent): ChangeParts {
  if (!isDocumentChange(event)) {
    return event.to === undefined ? {} : { to: namespaceDocument(event.to.database, event.to.collection) };
  }
  const parts: ChangeParts = {};
  const { before, after } = event;
  if (event.kind === 'insert' || event.kind === 'replace') parts.document = after as Buffer;
  else parts.key = keyDocument(before as Buffer);
  if (event.description !== undefined) parts.description = event.description;
  if (event.keepsImages && before !== undefined) {
    parts.before = before;
    if (event.kind === 'update') parts.after = after as Buffer;
  }
  if (event.transaction !== undefined) parts.transaction = event.transaction;
  return parts;
}

/** `{ _id }` of an encoded document. */
export function keyDocument(raw: Buffer): Buffer {
  for (const element of rawElements(raw)) {
    if (element.name !== '_id') continue;
    return enclose(raw.subarray(element.start, element.end));
  }
  return enclose(Buffer.alloc(0));
}

function enclose(elements: Buffer): Buffer {
  const document = Buffer.alloc(elements.length + 5);
  document.writeInt32LE(document.length, 0);
  elements.copy(document, 4);
  return document;
}

function namespaceDocument(database: string, collection: string): Buffer {
  return enclose(Buffer.concat([stringElement('db', database), stringElement('coll', collection)]));
}

function stringElement(name: string, value: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32LE(Buffer.byteLength(value) + 1);
  return Buffer.concat([Buffer.from(`\x02${name}\0`), length, Buffer.from(`${value}\0`)]);
}

function readChange(
  bytes: Buffer,
  at: number,
  first: LogPosition,
  number: number,
  wallTime: Date,
): LoggedChange {
  const flags = bytes[at + 5] as number;
  const namesAt = at + changeHeadBytes;
  const databaseEnd = namesAt + (bytes[at + 22] as number);
  const collectionEnd = databaseEnd + (bytes[at + 23] as number);
  const parts: ChangeParts = {};
  let partAt = collectionEnd;
  partNames.forEach((name, i) => {
    if ((flags & (1 << i)) === 0) return;
    const end = partAt + bytes.readInt32LE(partAt);
    parts[name] = bytes.subarray(partAt, end);
    partAt = end;
  });
  return {
    position: { time: first.time, index: first.index + number },
    wallTime,
    kind: kinds[bytes[at + 4] as number] as ChangeKind,
    database: bytes.toString('utf8', namesAt, databaseEnd),
    collection: bytes.toString('utf8', databaseEnd, collectionEnd),
    uuid: bytes.subarray(at + 6, at + 22),
    parts,
  };
}

/** Whether the change is one of the collection that has this uuid. */
export function sameUuid(change: LoggedChange, uuid: Binary): boolean {
  return change.uuid.equals(uuid.buffer.subarray(0, 16));
}
