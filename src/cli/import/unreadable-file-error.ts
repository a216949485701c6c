/** A file that is no UTF-8 text at all: nothing of it can be imported. The message says what to do. */
export class UnreadableFileError extends Error {
  override readonly name = 'UnreadableFileError';
}
