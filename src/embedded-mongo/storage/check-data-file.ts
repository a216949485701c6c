import { accessSync, closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';

const magic = 0xbeefc0de;
/** Where LMDB has what, from the beginning of each of its two first pages, which take turns as the newest state. */
const offset = { magic: 24, pageSize: 48, lastPage: 144, transaction: 152, end: 160 } as const;
const pageSizes = { least: 512, most: 65_536 } as const;

/**
 * Throws an Error that names the file when a data directory's file is there but is none: LMDB itself would take an
 * empty one for a new database, and end the process at the first page that is missing at the end of one cut short.
 */
export function checkDataFile(directory: string): void {
  const folder = join(directory, 'data');
  const file = join(folder, 'data.mdb');
  if (!exists(folder)) return;
  if (!statSync(folder).isDirectory()) throw damaged(folder, 'it is not a directory');
  if (!exists(file)) return;
  if (!statSync(file).isFile()) throw damaged(file, 'it is not a file');
  for (const path of [folder, file]) {
    try {
      accessSync(path, constants.R_OK | constants.W_OK);
    } catch {
      throw new Error(`The database ${path} may not be read and written by this user`);
    }
  }
  const problem = problemOf(file);
  if (problem !== undefined) throw damaged(file, problem);
}

function problemOf(file: string): string | undefined {
  const descriptor = openSync(file, 'r');
  try {
    const { size } = fstatSync(descriptor);
    if (size === 0) return 'it is empty';
    const head = Buffer.alloc(pageSizes.most * 2);
    const first = head.subarray(0, readSync(descriptor, head, 0, head.length, 0));
    const pageSize = first.length < offset.end ? 0 : first.readUInt32LE(offset.pageSize);
    if (!isMeta(first, 0) || pageSize < pageSizes.least || pageSize > pageSizes.most) {
      return 'its header is not that of a database';
    }
    const metas = [0, pageSize].filter((at) => isMeta(first, at));
    if (metas.length < 2) return 'its header is damaged';
    const newest = metas.reduce((a, b) => (transactionOf(first, b) > transactionOf(first, a) ? b : a));
    const needed = (Number(first.readBigUInt64LE(newest + offset.lastPage)) + 1) * pageSize;
    return size < needed ? `it has ${size} bytes of ${needed}` : undefined;
  } finally {
    closeSync(descriptor);
  }
}

function isMeta(bytes: Buffer, at: number): boolean {
  return bytes.length >= at + offset.end && bytes.readUInt32LE(at + offset.magic) === magic;
}

function transactionOf(bytes: Buffer, at: number): bigint {
  return bytes.readBigUInt64LE(at + offset.transaction);
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

function damaged(path: string, how: string): Error {
  return new Error(
    `The database ${path} is damaged: ${how}. Restore it from a backup, or remove it to begin anew.`,
  );
}
