import { badInput } from '../errors.ts';

/** Bounds of `perMinute`. */
export const releaseRates = { smallest: 1, largest: 100_000, standard: 60 } as const;

/** So many messages at once, and so long from one such piece to the next. */
export interface ReleaseSlot {
  readonly size: number;
  readonly spacingMs: number;
}

/**
 * Spreads messages evenly: one at a time up to 240 a minute, then four pieces a second and more. In no minute there are
 * more than `perMinute`, wherever it begins, since a piece that is not full takes its whole time.
 */
export function releaseSlot(perMinute: number): ReleaseSlot {
  const size = Math.min(largestPiece, Math.max(1, Math.floor(perMinute / fewestPieces)));
  return { size, spacingMs: Math.ceil(minuteMs / Math.floor(perMinute / size)) };
}

/** @throws AppError BAD_USER_INPUT naming `perMinute`. */
export function checkPerMinute(perMinute: number | null | undefined): number {
  const wanted = perMinute ?? releaseRates.standard;
  if (!Number.isInteger(wanted) || wanted < releaseRates.smallest || wanted > releaseRates.largest) {
    throw badInput(
      'perMinute',
      `perMinute is a whole number from ${releaseRates.smallest} to ${releaseRates.largest}.`,
    );
  }
  return wanted;
}

const minuteMs = 60_000;
const fewestPieces = 240;
/** Logins in one transaction. */
const largestPiece = 200;
