import { open } from 'lmdb';

/**
 * Run as a process of its own on a directory that no server holds: spoils the first three collections behind the
 * server's back, each in its way. A collection's number is followed by its `_id` index's and its other index's.
 */
const db = open<Buffer, Buffer>({
  path: `${process.argv[2]}/data`,
  keyEncoding: 'binary',
  encoding: 'binary',
});
const keys = [...db.getKeys()];

function keysUnder(kind: number, id: number): Buffer[] {
  return keys.filter((key) => key[0] === kind && key.readUInt32BE(1) === id);
}

const entriesOf = (nth: number): Buffer[] => keysUnder(0x20, 3 + 3 * nth);
const recordsOf = (nth: number): Buffer[] => keysUnder(0x10, 1 + 3 * nth);

db.transactionSync(() => {
  db.remove(entriesOf(0).at(-1) as Buffer);

  const entry = entriesOf(1).at(-1) as Buffer;
  const other = Buffer.from(entry);
  other.writeUInt8(other.readUInt8(8) ^ 1, 8);
  db.remove(entry);
  db.put(other, Buffer.alloc(0));

  const [first, second] = recordsOf(2);
  db.remove(first as Buffer);
  db.put(second as Buffer, Buffer.from('no document'));
});
await db.close();
