import { type FileHandle, open } from 'node:fs/promises';
import { basename, join } from 'node:path';

/** Keeps the text of rows that were not imported. */
export type RejectedRows = {
  add: (text: string) => Promise<void>;
  /** Closes the file, and returns its path; null when nothing was rejected, or nothing is kept. */
  close: () => Promise<string | null>;
};

/**
 * Writes rejected rows to `FILE.rejected.ndjson` in a directory, as they stood: corrected there, the file can
 * be imported with `merge`. A row that spread over several lines still does. An earlier file is never
 * overwritten (`FILE.rejected.2.ndjson` follows). The file is only made for a first row, and readable by its
 * owner alone: it holds personal data.
 * @param directory null to keep nothing
 */
export function createRejectedRows(directory: string | null, file: string): RejectedRows {
  let opened: { handle: FileHandle; path: string } | null = null;
  return {
    add: async (text) => {
      if (directory === null || text === '') return;
      opened ??= await openNew(directory, basename(file));
      await opened.handle.write(`${text}\n`);
    },
    close: async () => {
      await opened?.handle.close();
      return opened?.path ?? null;
    },
  };
}

async function openNew(directory: string, name: string): Promise<{ handle: FileHandle; path: string }> {
  for (let number = 1; ; number++) {
    const path = join(directory, `${name}.rejected${number === 1 ? '' : `.${number}`}.ndjson`);
    try {
      return { handle: await open(path, 'wx', 0o600), path };
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
  }
}
