import type { Database, StoredNotification } from '../database/collections.ts';
import { claimMs } from './claim-notification.ts';
import { digestValues } from './digest-values.ts';
import { type NotificationKind, notificationKinds } from './notification-kinds.ts';
import type { RenderedMessage } from './render-message.ts';
import type { SecretBox } from './secret-box.ts';
import { type Outcome, settleNotification } from './settle-notification.ts';
import { countSms, type SmsLimits, uncountSms } from './sms-limits.ts';
import type { Templates } from './templates.ts';
import { DeliveryError, type OutgoingMessage, type Transports } from './transport.ts';

export interface DeliveryDependencies {
  readonly database: Database;
  readonly transports: Transports;
  readonly templates: Templates;
  readonly secrets: SecretBox;
  readonly limits: SmsLimits;
  readonly now: () => Date;
  /** Told of messages that will not be sent. */
  readonly onDead: (letter: DeadLetter) => void;
}

/** What logs may know of a message that will not be sent. */
export interface DeadLetter {
  readonly id: string;
  readonly kind: string;
  readonly channel: StoredNotification['channel'];
  readonly code: string;
  readonly message: string;
}

/** Messages are tried so often, with these pauses in between; about 36 minutes in all. */
export const maxAttempts = 5;
/** No transport takes longer; so much of a claim has to be left. */
const sendingMs = claimMs / 2;
const pausesMs = [10_000, 60_000, 5 * 60_000, 30 * 60_000];

/**
 * Sends a claimed message and marks what came of it.
 *
 * @param givingUp Once it fires, the message is handed back to be sent by another.
 */
export async function deliverNotification(
  dependencies: DeliveryDependencies,
  row: StoredNotification,
  givingUp: AbortSignal,
): Promise<void> {
  const { database, now, onDead } = dependencies;
  const outcome = await attempt(dependencies, row, givingUp);
  const settled = await settleNotification(database, row, outcome, now);
  if (settled && outcome.state === 'DEAD') {
    const { _id: id, kind, channel } = row;
    onDead({ id, kind, channel, code: outcome.code, message: outcome.message });
  }
}

async function attempt(
  dependencies: DeliveryDependencies,
  row: StoredNotification,
  givingUp: AbortSignal,
): Promise<Outcome> {
  const { limits, now } = dependencies;
  if (row.expiresAt !== null && row.expiresAt <= now())
    return dead('EXPIRED', 'It could not be sent before it expired.', { eraseSecrets: true });
  if (row.attempts > maxAttempts)
    return dead(row.lastError?.code ?? 'INTERRUPTED', row.lastError?.message ?? 'Every try was interrupted.');
  const rendered = await renderRow(dependencies, row);
  if ('state' in rendered) return rendered;
  const counted = row.channel === 'SMS' ? await countSms(dependencies, limits, row.destination) : null;
  if (counted?.waitUntil != null) return { state: 'WAIT', until: counted.waitUntil };
  if (row.nextAttemptAt.getTime() - now().getTime() < sendingMs) {
    // The database or the process stood still: another may have claimed it by the time that it is sent.
    if (counted !== null) await uncountSms(dependencies, row.destination, counted.day);
    return { state: 'WAIT', until: now() };
  }
  const error = await send(dependencies, row, rendered, givingUp);
  if (error === null) return { state: 'SENT', at: now() };
  if (error.refused && counted !== null) await uncountSms(dependencies, row.destination, counted.day);
  if (givingUp.aborted && !error.refused) return { state: 'WAIT', until: now() };
  return afterFailure(row, error, now());
}

function afterFailure({ attempts }: StoredNotification, error: DeliveryError, at: Date): Outcome {
  const pauseMs = pausesMs[attempts - 1];
  if (error.permanent || attempts >= maxAttempts || pauseMs === undefined)
    return dead(error.code, error.message);
  const until = new Date(at.getTime() + pauseMs);
  return { state: 'RETRY', until, code: error.code, message: error.message };
}

interface ReadyMessage extends RenderedMessage {
  readonly confidential: readonly string[];
}

async function renderRow(
  { secrets, templates }: DeliveryDependencies,
  row: StoredNotification,
): Promise<ReadyMessage | Outcome> {
  const kind = row.kind as NotificationKind;
  const opened = row.secrets === null ? {} : await secrets.open(row.secrets);
  if (opened === null || notificationKinds[kind].secrets.some((name) => opened[name] === undefined)) {
    return dead(
      'SECRET_UNREADABLE',
      'What it says in confidence cannot be read: the key that it was encrypted with is gone.',
    );
  }
  const nameIn = (name: string) => templates.nameIn(kind, row.channel, name);
  const digested = row.changes === undefined ? {} : digestValues(row.changes, nameIn);
  if (digested === null) return { state: 'CANCELLED' };
  const rendered = templates.render(kind, row.channel, { ...row.values, ...digested, ...opened });
  if (rendered === null) return dead('TOO_LONG', 'It does not fit into one SMS.');
  return { ...rendered, confidential: Object.values(opened) };
}

async function send(
  { transports }: DeliveryDependencies,
  row: StoredNotification,
  ready: ReadyMessage,
  givingUp: AbortSignal,
): Promise<DeliveryError | null> {
  const message: OutgoingMessage = {
    id: row._id,
    kind: row.kind as NotificationKind,
    channel: row.channel,
    to: row.destination,
    createdAt: row.createdAt,
    ...ready,
  };
  try {
    await transports[row.channel]?.send(message, givingUp);
    return null;
  } catch (error) {
    if (error instanceof DeliveryError) return error;
    // Its text may hold anything.
    return new DeliveryError('UNREACHABLE', 'The transport failed in a way that it does not know.');
  }
}

function dead(code: string, message: string, { eraseSecrets = false } = {}): Outcome {
  return { state: 'DEAD', code, message, eraseSecrets };
}
