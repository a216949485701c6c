import { DateTime } from 'luxon';
import { ObjectId } from 'mongodb';

/**
 * The moment that a stored `created_at` means. Texts without a zone are read in `zone` (an IANA name), as the older
 * application wrote them; texts that are no ISO 8601 or SQL time give null.
 */
export function parseLegacyTime(text: string | null, zone: string): Date | null {
  if (text === null) return null;
  const trimmed = text.trim();
  const iso = DateTime.fromISO(trimmed, { zone });
  const time = iso.isValid ? iso : DateTime.fromSQL(trimmed, { zone });
  return time.isValid ? time.toJSDate() : null;
}

/** `created_at`, else the time inside an ObjectId, else null. */
export function createdAt(record: { createdAtText: string | null; _id: unknown }, zone: string): Date | null {
  const stored = parseLegacyTime(record.createdAtText, zone);
  if (stored !== null) return stored;
  return record._id instanceof ObjectId ? record._id.getTimestamp() : null;
}
