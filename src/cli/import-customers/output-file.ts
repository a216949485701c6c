import { createHash } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { UsageError } from '../usage-error.ts';

/** How far a file was written when a batch was. */
export interface FileCheckpoint {
  readonly path: string;
  readonly bytes: number;
  /** Where the last part that was written begins, and its digest: by these the file is known again. */
  readonly tailStart: number;
  readonly tailDigest: string;
}

/** A file that grows with every batch, and can be cut back to what it was at a checkpoint. */
export interface OutputFile {
  readonly checkpoint: FileCheckpoint;
  /** The checkpoint once this was written. */
  after(text: Buffer): FileCheckpoint;
  /** Writes behind the checkpoint, in place of whatever stands there: what was given up may be written again. */
  write(text: Buffer): Promise<void>;
  /** The part that was written last stays. */
  keep(checkpoint: FileCheckpoint): void;
  /** @returns The path; null when there was nothing but the header, and the file was to be removed then. */
  close(options: { readonly removeIfEmpty: boolean }): Promise<string | null>;
}

export interface NewFileOptions {
  /** Named by whoever calls; otherwise the first free of `FILE.2.csv`, `FILE.3.csv` … is taken. */
  readonly explicit: boolean;
  readonly header: Buffer;
  /** An earlier file with the same header may be overwritten, when it was named. */
  readonly replace: boolean;
}

/**
 * Makes a file that only its owner reads, since it holds personal data. What is there already is not overwritten.
 *
 * @throws UsageError for a file that was named and exists.
 */
export async function createOutputFile(path: string, options: NewFileOptions): Promise<OutputFile> {
  const { explicit, header, replace } = options;
  for (let number = 1; ; number++) {
    const candidate = resolve(number === 1 ? path : path.replace(/(\.[^./\\]*)?$/, `.${number}$1`));
    const handle = await openNew(candidate);
    if (handle !== null) return startFile(handle, candidate, header);
    const there = await open(candidate, 'r+').catch((error) => {
      throw cannotWrite(candidate, error);
    });
    if (await mayReplace(there, header, explicit && replace)) return startFile(there, candidate, header);
    await there.close();
    if (explicit) throw new UsageError(`${path} exists already: name another file`);
  }
}

/**
 * Opens a file where a checkpoint left it; what was written since is cut off by the next write, and not before: it may
 * be that of another process which is still at work.
 *
 * @throws UsageError when it is not that file any more.
 */
export async function reopenOutputFile(checkpoint: FileCheckpoint, path: string): Promise<OutputFile> {
  const handle = await open(path, 'r+').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw notTheSame(path);
    throw error;
  });
  const tail = Buffer.alloc(checkpoint.bytes - checkpoint.tailStart);
  const { bytesRead } = await handle.read(tail, 0, tail.length, checkpoint.tailStart);
  if (bytesRead < tail.length || digestOf(tail) !== checkpoint.tailDigest) {
    await handle.close();
    throw notTheSame(path);
  }
  const { size } = await handle.stat();
  return outputFile(handle, { ...checkpoint, path: resolve(path) }, size);
}

async function startFile(handle: FileHandle, path: string, header: Buffer): Promise<OutputFile> {
  const start = { path, bytes: 0, tailStart: 0, tailDigest: '' };
  const file = outputFile(handle, start, (await handle.stat()).size);
  await file.write(header);
  file.keep(file.after(header));
  return file;
}

function outputFile(handle: FileHandle, start: FileCheckpoint, size: number): OutputFile {
  let current = start;
  let end = size;
  return {
    get checkpoint() {
      return current;
    },
    after(text) {
      const { path, bytes } = current;
      if (text.length === 0) return current;
      return { path, bytes: bytes + text.length, tailStart: bytes, tailDigest: digestOf(text) };
    },
    async write(text) {
      const { bytes } = current;
      if (end > bytes) await handle.truncate(bytes);
      end = bytes + text.length;
      for (let done = 0; done < text.length; ) {
        done += (await handle.write(text, done, text.length - done, bytes + done)).bytesWritten;
      }
      // A checkpoint must not be on the disk before what it tells of.
      if (text.length > 0) await handle.datasync();
    },
    keep(checkpoint) {
      current = checkpoint;
    },
    async close({ removeIfEmpty }) {
      await handle.close();
      // The header is the first part of every file.
      if (!removeIfEmpty || current.tailStart > 0) return current.path;
      await rm(current.path, { force: true });
      return null;
    },
  };
}

async function openNew(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, 'wx+', 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return null;
    throw cannotWrite(path, error);
  }
}

/** One that holds nothing but the header was left by an import that did not come to its first row. */
async function mayReplace(handle: FileHandle, header: Buffer, anyLength: boolean): Promise<boolean> {
  const { size } = await handle.stat();
  if (size === 0) return true;
  const head = Buffer.alloc(header.length);
  await handle.read(head, 0, head.length, 0);
  return head.equals(header) && (anyLength || size === header.length);
}

function cannotWrite(path: string, error: unknown): UsageError {
  return new UsageError(
    `${path} cannot be written: ${error instanceof Error ? error.message : String(error)}`,
  );
}

function notTheSame(path: string): UsageError {
  return new UsageError(
    `${path} is not as the interrupted import left it: put it back, or start anew with --again and another name`,
  );
}

function digestOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('base64url');
}
