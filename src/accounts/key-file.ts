import { randomUUID } from 'node:crypto';
import { chown, link, mkdir, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { KeySetError } from './key-set.ts';

/** The text of a file; null when there is none. */
export async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** What changes whenever a file is replaced or written; null when there is none. */
export async function fileVersion(path: string): Promise<string | null> {
  try {
    const { ino, size, mtimeNs } = await stat(path, { bigint: true });
    return `${ino} ${size} ${mtimeNs}`;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/**
 * Makes a file that only its owner reads. It appears whole or not at all; of two processes that make it at once, both use
 * the one that came first.
 *
 * @returns What the file holds now.
 */
export async function makeKeyFile(path: string, text: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  const draft = await writeDraft(path, text);
  try {
    await link(draft, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(draft, { force: true });
  }
  return readFile(path, 'utf8');
}

/**
 * Replaces a file at once: whoever is killed midway leaves the old one, and whoever reads gets the old one or the new one.
 * It stays its owner's, whoever replaces it, and nobody else reads it.
 *
 * @param before What it held when the new text was made of it.
 * @throws KeySetError when it holds something else by now.
 */
export async function replaceKeyFile(path: string, before: string, text: string): Promise<void> {
  const target = await realpath(path);
  const { uid, gid } = await stat(target);
  const draft = await writeDraft(target, text);
  try {
    if (process.getuid?.() !== uid) await chown(draft, uid, gid);
    if ((await readFile(target, 'utf8')) !== before) {
      throw new KeySetError(`${path} has just been changed by somebody else. Look again.`);
    }
    await rename(draft, target);
  } finally {
    await rm(draft, { force: true });
  }
  // The name is durable once the directory is.
  const directory = await open(dirname(target), 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

async function writeDraft(path: string, text: string): Promise<string> {
  const draft = `${path}.${randomUUID()}`;
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  return draft;
}
