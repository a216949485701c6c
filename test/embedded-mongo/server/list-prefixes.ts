import { open } from 'lmdb';

/**
 * Run as a process of its own on a directory that no server holds: prints how many keys there are by kind and, of
 * documents and index entries, by number: `{"16:1": 3, "32:2": 3}`. What is to be removed is told by its kind alone.
 */
const db = open<Buffer, Buffer>({
  path: `${process.argv[2]}/data`,
  keyEncoding: 'binary',
  encoding: 'binary',
});
const found: Record<string, number> = {};
for (const key of db.getKeys()) {
  const kind = key[0] as number;
  const name = kind >= 0x10 ? `${kind}:${key.readUInt32BE(1)}` : `${kind}`;
  found[name] = (found[name] ?? 0) + 1;
}
console.log(JSON.stringify(found));
await db.close();
