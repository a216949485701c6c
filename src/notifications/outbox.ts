import { randomUUID } from 'node:crypto';
import type { ClientSession } from 'mongodb';
import type { Database, StoredNotification } from '../database/collections.ts';
import { maskDestination } from './mask-destination.ts';
import type { NotificationKind, SecretsOf, ValuesOf } from './notification-kinds.ts';
import type { SecretBox } from './secret-box.ts';

/** Where somebody can be reached. */
export interface Recipient {
  /** To which something can be sent: no placeholder. As typed; null for none. */
  readonly email: string | null;
  /** E.164 of a phone that receives SMS; null for none. */
  readonly phoneE164: string | null;
}

export interface NewNotification<Kind extends NotificationKind> {
  readonly kind: Kind;
  readonly to: Recipient;
  /** Record key of the login that it is about. */
  readonly loginKey: string | null;
  readonly subjectIds: readonly string[];
  readonly values: ValuesOf<Kind>;
  readonly secrets: SecretsOf<Kind>;
  /** After this it is of no use. */
  readonly expiresAt: Date | null;
  readonly now: Date;
}

/** Messages ready to be written by the transaction that causes them. */
export interface PreparedNotification {
  /** Of one message, one for each channel that it takes; none when the recipient cannot be reached. */
  readonly rows: readonly StoredNotification[];
  /** Where it will go, masked. */
  readonly sentTo: readonly string[];
}

export interface Outbox {
  /** Whether there is a channel by which the recipient can be reached. */
  reaches(to: Recipient): boolean;
  /** The channels that a message to the recipient would take; none when there is no way. */
  channelsTo(to: Recipient): StoredNotification['channel'][];
  /** Chooses the channels and encrypts the secrets: before the transaction, since it writes nothing. */
  prepare<Kind extends NotificationKind>(message: NewNotification<Kind>): Promise<PreparedNotification>;
  /** Writes messages in the transaction that causes them. One command, or none for none. */
  add(prepared: readonly PreparedNotification[], session: ClientSession): Promise<void>;
  /** After the transaction: there is something to send. */
  wake(): void;
}

export interface OutboxOptions {
  readonly database: Database;
  readonly secrets: SecretBox;
  /** Channels that a transport is configured for. */
  readonly channels: { readonly email: boolean; readonly sms: boolean };
  /** Use every channel that reaches the recipient, rather than e-mail alone where there is an address. */
  readonly useBothChannels: boolean;
  /** Told by `wake`. */
  readonly onWake?: () => void;
}

export function createOutbox(options: OutboxOptions): Outbox {
  const { database, secrets, channels, useBothChannels } = options;

  const destinations = ({ email, phoneE164 }: Recipient) => {
    const reachable = [
      ...(email !== null && channels.email ? [{ channel: 'EMAIL' as const, destination: email }] : []),
      ...(phoneE164 !== null && channels.sms ? [{ channel: 'SMS' as const, destination: phoneE164 }] : []),
    ];
    return useBothChannels ? reachable : reachable.slice(0, 1);
  };

  return {
    reaches: (to) => destinations(to).length > 0,

    channelsTo: (to) => destinations(to).map(({ channel }) => channel),

    async prepare({ kind, to, loginKey, subjectIds, values, expiresAt, now, ...message }) {
      const found = destinations(to);
      const hasSecrets = Object.keys(message.secrets).length > 0;
      const rows = await Promise.all(
        found.map(
          async (destination): Promise<StoredNotification> => ({
            _id: randomUUID(),
            kind,
            ...destination,
            loginKey,
            subjectIds: [...subjectIds],
            values,
            secrets: hasSecrets ? await secrets.seal(message.secrets) : null,
            state: 'PENDING',
            attempts: 0,
            nextAttemptAt: now,
            holder: null,
            createdAt: now,
            sentAt: null,
            expiresAt,
            lastError: null,
          }),
        ),
      );
      return { rows, sentTo: found.map(({ destination }) => maskDestination(destination)) };
    },

    async add(prepared, session) {
      const rows = prepared.flatMap((notification) => notification.rows);
      if (rows.length > 0) await database.notifications.insertMany([...rows], { session });
    },

    wake() {
      options.onWake?.();
    },
  };
}
