import { AppError } from '../errors.ts';

/**
 * Tells why a command failed, in as few lines as it takes: what a person can mend is said without a stack.
 *
 * @returns The exit code.
 */
export function reportFailure(error: unknown): number {
  const expected =
    error instanceof AppError ||
    (error instanceof Error && (expectedErrors.has(error.name) || isOfSystem(error)));
  if (expected) console.error(`customer-gateway: ${(error as Error).message}`);
  else console.error('customer-gateway:', error);
  return 1;
}

/** A full disk, a directory without permission: Node's message names what was tried, and where. */
function isOfSystem(error: Error): boolean {
  return 'syscall' in error && 'code' in error;
}

const expectedErrors = new Set([
  'CannotListenError',
  'ConfigError',
  'DatabaseUnreachableError',
  'ImportRefusedError',
  'ImportTakenError',
  'KeySetError',
  'SchemaOutdatedError',
  'TemplateError',
  'UnreadableFileError',
]);
