import { AppError } from '../errors.ts';
import type { Viewer } from './viewer.ts';

/**
 * The viewer, if they are an admin who has chosen a password.
 *
 * @throws AppError UNAUTHENTICATED, PASSWORD_CHANGE_REQUIRED, FORBIDDEN.
 */
export function requireAdmin(viewer: Viewer | null): Viewer {
  if (viewer === null) throw new AppError('UNAUTHENTICATED', 'Log in first.');
  if (viewer.mustChangePassword) {
    throw new AppError('PASSWORD_CHANGE_REQUIRED', 'Choose a new password first.');
  }
  if (viewer.role !== 'ADMIN') throw new AppError('FORBIDDEN', 'Only admins may do this.');
  return viewer;
}
