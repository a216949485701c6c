import { AppError, badInput } from '../errors.ts';
import type { PageArguments } from './connection.ts';
import type { CursorCodec, CursorPlace } from './cursor.ts';

/**
 * Where a page begins; null for an end of the list.
 *
 * @throws AppError BAD_USER_INPUT naming `after`, or `before` when the page is read backwards.
 */
export function pagePlace(cursors: CursorCodec, page: PageArguments, list: string): CursorPlace | null {
  if (page.after === null) return null;
  try {
    return cursors.decode(page.after, list);
  } catch (error) {
    if (page.backwards !== true || !(error instanceof AppError)) throw error;
    throw badInput('before', 'before is not a cursor of this list.');
  }
}
