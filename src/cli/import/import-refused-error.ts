/** Why an import did not begin. */
export type ImportRefusal = 'NO_FILE' | 'SAME_FILE' | 'FILE_UNREADABLE' | 'NOT_EMPTY';

/** An import that did not begin: nothing was written. The message is for whoever typed the command. */
export class ImportRefusedError extends Error {
  override readonly name = 'ImportRefusedError';
  readonly code: ImportRefusal;

  constructor(code: ImportRefusal, message: string) {
    super(message);
    this.code = code;
  }
}
