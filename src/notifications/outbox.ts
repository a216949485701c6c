import { randomUUID } from 'node:crypto';
import type { AnyBulkWriteOperation, ClientSession } from 'mongodb';
import type { Database, DigestedChange, StoredNotification } from '../database/collections.ts';
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

/** What somebody's next digest has to tell. */
export interface DigestAddition {
  readonly kind: 'DELIVERIES_CHANGED';
  readonly to: Recipient;
  /** Record key of the login that is told. */
  readonly loginKey: string;
  readonly subjectIds: readonly string[];
  readonly values: { readonly name: string };
  /** In the order in which it happened; not empty. */
  readonly changes: readonly DigestedChange[];
  readonly now: Date;
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
  /**
   * Adds to the digest that waits for each reader, or begins one, in the transaction that causes it. One command, or none
   * for none, for readers who cannot be reached, and where digests are off.
   */
  addToDigests(additions: readonly DigestAddition[], session: ClientSession): Promise<void>;
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
  /** How long a digest waits for more to tell; null: nobody is sent any. Default: 10 minutes. */
  readonly digestMs?: number | null;
  /** Told by `wake`. */
  readonly onWake?: () => void;
}

export function createOutbox(options: OutboxOptions): Outbox {
  const { database, secrets, channels, useBothChannels } = options;
  const digestMs = options.digestMs === undefined ? standardDigestMs : options.digestMs;

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

    async addToDigests(additions, session) {
      if (digestMs === null) return;
      const writes = additions.flatMap((addition) =>
        destinations(addition.to).map((destination) => digestWrite(addition, destination, digestMs)),
      );
      if (writes.length > 0) await database.notifications.bulkWrite(writes, { session });
    },

    wake() {
      options.onWake?.();
    },
  };
}

const standardDigestMs = 10 * 60_000;
/** Afterwards the reader has seen for themself. */
const digestLifetimeMs = 2 * 24 * 60 * 60_000;
/** What happened before these is forgotten: nobody reads a message of thousands, and a document has its bounds. */
const maxDigestedChanges = 5_000;

/** The unique key makes whoever begins the same digest at the same time begin again, and then add to this one. */
function digestWrite(
  { kind, loginKey, subjectIds, values, changes, now }: DigestAddition,
  { channel, destination }: Pick<StoredNotification, 'channel' | 'destination'>,
  digestMs: number,
): AnyBulkWriteOperation<StoredNotification> {
  const digestKey = `${kind}/${loginKey}/${channel}/${destination}`;
  const fresh: Omit<StoredNotification, 'digestKey' | 'changes'> = {
    _id: randomUUID(),
    kind,
    channel,
    destination,
    loginKey,
    subjectIds: [...subjectIds],
    values,
    secrets: null,
    state: 'PENDING',
    attempts: 0,
    nextAttemptAt: new Date(now.getTime() + digestMs),
    holder: null,
    createdAt: now,
    sentAt: null,
    expiresAt: new Date(now.getTime() + digestMs + digestLifetimeMs),
    lastError: null,
  };
  return {
    updateOne: {
      filter: { digestKey },
      update: {
        $setOnInsert: fresh,
        $push: { changes: { $each: [...changes], $slice: -maxDigestedChanges } },
      },
      upsert: true,
    },
  };
}
