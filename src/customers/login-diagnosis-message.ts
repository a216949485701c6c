import type { Database, StoredNotification } from '../database/collections.ts';
import { maskEmail, maskPhone } from './mask.ts';

/** A message that carried somebody's credentials, without what was secret in it. */
export type CredentialsNotice = Omit<StoredNotification, 'secrets' | 'values'>;

/** The newest messages that carried a login's credentials: one for each channel that they took; none when none is known. */
export async function lastCredentials(database: Database, loginKey: string): Promise<CredentialsNotice[]> {
  const found = await database.notifications
    .find({ loginKey, kind: 'CREDENTIALS' }, { projection: { secrets: 0, values: 0 } })
    .sort({ createdAt: -1 })
    .limit(channels)
    .toArray();
  // Those of one message have been written at once.
  return found.filter(({ createdAt }) => createdAt.getTime() === found[0]?.createdAt.getTime());
}

const channels = 2;

/** What became of a message with credentials, in a sentence. */
export function fateOf(message: CredentialsNotice, masked: boolean): string {
  const { state, sentAt, attempts, lastError, nextAttemptAt, createdAt } = message;
  const to = `Credentials for ${destinationOf(message, masked)}`;
  if (state === 'SENT') {
    return `${to} were sent ${momentOf(sentAt ?? createdAt)}, and the provider took them.`;
  }
  if (state === 'CANCELLED')
    return `${to}, written ${momentOf(createdAt)}, were withdrawn before they were sent.`;
  const said = lastError === null ? '' : `: ${lastError.code}${masked ? '' : ` (${lastError.message})`}`;
  if (state === 'DEAD') {
    return `${to}, written ${momentOf(createdAt)}, could not be delivered${said}. They are not tried again by themselves.`;
  }
  if (lastError === null) return `${to} wait to be sent since ${momentOf(createdAt)}.`;
  return `${to} were refused ${momentOf(lastError.at)}${said}; tried ${attempts} times, next ${momentOf(nextAttemptAt)}.`;
}

/** Where a message goes, as far as the viewer may know. */
export function destinationOf(
  { channel, destination }: Pick<StoredNotification, 'channel' | 'destination'>,
  masked: boolean,
): string {
  if (!masked) return destination;
  return (channel === 'EMAIL' ? maskEmail(destination) : maskPhone(destination)) ?? '';
}

/** `2026-03-01 10:15 UTC`. */
export function momentOf(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
