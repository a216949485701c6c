/** The command was given what it cannot work with: exit code 2, and nothing was written. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
