import { randomBytes } from 'node:crypto';
import { open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { print } from '../print.ts';
import { UsageError } from '../usage-error.ts';

/** Where an export goes. */
export interface ExportTarget {
  /** Waits until it is written. */
  write(text: string): Promise<void>;
  /** All of it is written. */
  complete(): Promise<void>;
  /** It ends in the middle. @returns The file in which what was written is kept; null where there is none. */
  breakOff(keep: boolean): Promise<string | null>;
}

/** To whoever reads stdout. */
export const standardOutput: ExportTarget = {
  write: print,
  complete: async () => {},
  breakOff: async () => null,
};

/**
 * A file, or whatever is at its path: a device or a pipe is written into as it is.
 *
 * @throws UsageError when it cannot be written there.
 */
export async function openExportFile(path: string): Promise<ExportTarget> {
  try {
    const present = await stat(path).catch(nothingThere);
    if (present?.isDirectory()) throw new Error('it is a directory');
    if (present !== null && !present.isFile()) return openInPlace(path);
    return await openBeside(await realpath(path).catch(() => path));
  } catch (error) {
    throw new UsageError(`${path} cannot be written: ${error instanceof Error ? error.message : error}`);
  }
}

/**
 * A file that only its owner reads, since it holds personal data. It is written beside its place and put there when it is
 * complete: until then what was there before stays, and nobody takes a part for the whole.
 */
async function openBeside(path: string): Promise<ExportTarget> {
  const partial = join(dirname(path), `.${basename(path)}.${randomBytes(4).toString('hex')}.partial`);
  const file = await open(partial, 'wx', 0o600);
  return {
    async write(text) {
      await file.writeFile(text);
    },
    async complete() {
      await file.sync();
      await file.close();
      await rename(partial, path);
    },
    async breakOff(keep) {
      await file.close().catch(() => {});
      if (keep) return partial;
      await rm(partial, { force: true });
      return null;
    },
  };
}

async function openInPlace(path: string): Promise<ExportTarget> {
  const file = await open(path, 'w');
  return {
    async write(text) {
      await file.writeFile(text);
    },
    complete: () => file.close(),
    async breakOff() {
      await file.close().catch(() => {});
      return null;
    },
  };
}

function nothingThere(error: NodeJS.ErrnoException): null {
  if (error.code !== 'ENOENT') throw error;
  return null;
}
