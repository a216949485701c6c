/** Thrown to a getMore that finds nothing yet: it is run again when `whenOver` calls back. */
export class WaitForChanges extends Error {
  readonly whenOver: (resume: () => void) => void;

  constructor(whenOver: (resume: () => void) => void) {
    super('There is no change yet');
    this.whenOver = whenOver;
  }
}
