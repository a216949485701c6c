import { access, constants, mkdir, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Db } from 'mongodb';
import { importFile } from './import-file.ts';
import { ImportRefusedError } from './import-refused-error.ts';
import type { ImportProgress, ImportReport } from './import-report.ts';
import { assertUtf8File } from './text-encoding.ts';

/** At least one of the two files is needed. */
export type ImportOptions = {
  /** Documents for `users`, in any form that readDocuments takes. */
  usersFile?: string | undefined;
  /** Documents for `customers_v2`. */
  customersFile?: string | undefined;
  /**
   * false: both collections have to be empty. true: documents whose `_id` is stored already are left
   * untouched.
   */
  merge: boolean;
  /** Where the text of rows that failed is kept (made if it is missing); by default nowhere. */
  rejectedDirectory?: string | undefined;
  /** Told after every batch and at each file's end. */
  onProgress?: ((progress: ImportProgress) => void) | undefined;
  /** Ends the import after the batch at hand. */
  signal?: AbortSignal | undefined;
};

/**
 * Imports the two collections from files, documents exactly as they stand there. Rows that cannot be read or
 * stored are reported, each with its line, and the others go on; nothing stored is ever overwritten.
 * @throws ImportRefusedError or UnreadableFileError before anything is written: no file, one that cannot be
 * read or is not UTF-8, or (without `merge`) a database that is not empty
 */
export async function importFiles(db: Db, options: ImportOptions): Promise<ImportReport> {
  const plan = planOf(options);
  const sizes = new Map<string, number | null>();
  for (const { file } of plan) sizes.set(file, await checkFile(file));
  if (!options.merge) await assertEmpty(db);
  // Now, rather than at the first rejected row, with half of the file stored.
  if (options.rejectedDirectory !== undefined) await mkdir(options.rejectedDirectory, { recursive: true });

  const report: ImportReport = { files: [], interrupted: false };
  for (const { collection, file } of plan) {
    if (options.signal?.aborted) break;
    report.files.push(
      await importFile(db.collection(collection), file, { ...options, bytesTotal: sizes.get(file) ?? null }),
    );
  }
  report.interrupted = report.files.length < plan.length || report.files.some(({ complete }) => !complete);
  return report;
}

const USERS = 'users';
const CUSTOMERS = 'customers_v2';

function planOf({ usersFile, customersFile }: ImportOptions): { collection: string; file: string }[] {
  if (usersFile === undefined && customersFile === undefined) {
    throw new ImportRefusedError(
      'NO_FILE',
      'there is nothing to import: name a file of users, of customers, or both',
    );
  }
  if (
    usersFile !== undefined &&
    customersFile !== undefined &&
    resolve(usersFile) === resolve(customersFile)
  ) {
    throw new ImportRefusedError('SAME_FILE', `users and customers cannot both come from ${usersFile}`);
  }
  return [
    ...(usersFile === undefined ? [] : [{ collection: USERS, file: usersFile }]),
    ...(customersFile === undefined ? [] : [{ collection: CUSTOMERS, file: customersFile }]),
  ];
}

/** The file's size in bytes; null for a pipe, which can be read only once and is checked while it is. */
async function checkFile(file: string): Promise<number | null> {
  try {
    await access(file, constants.R_OK);
    const status = await stat(file);
    if (status.isDirectory()) throw new Error('it is a directory');
    if (!status.isFile()) return null;
    await assertUtf8File(file);
    return status.size;
  } catch (error) {
    const { message } = error instanceof Error ? error : new Error(String(error));
    throw new ImportRefusedError('FILE_UNREADABLE', `${file}: ${message}`);
  }
}

async function assertEmpty(db: Db): Promise<void> {
  const filled: string[] = [];
  for (const name of [USERS, CUSTOMERS]) {
    if (await db.collection(name).findOne({}, { projection: { _id: 1 } })) filled.push(name);
  }
  if (filled.length === 0) return;
  throw new ImportRefusedError(
    'NOT_EMPTY',
    `the database "${db.databaseName}" holds documents already (${filled.join(', ')}): ` +
      'merge adds those that are missing and leaves the others untouched',
  );
}
