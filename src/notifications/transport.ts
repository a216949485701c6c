import type { StoredNotification } from '../database/collections.ts';
import type { NotificationKind } from './notification-kinds.ts';

/** A message as it leaves. */
export interface OutgoingMessage {
  /** The same at every try, by which a repetition can be recognised. */
  readonly id: string;
  readonly kind: NotificationKind;
  readonly channel: StoredNotification['channel'];
  /** An e-mail address, or a phone in E.164. */
  readonly to: string;
  /** Null for an SMS. */
  readonly subject: string | null;
  readonly text: string;
  /** What of the text nobody else may see: not even in what a provider says about it. */
  readonly confidential: readonly string[];
  readonly createdAt: Date;
}

/** Hands messages of one channel over to whoever delivers them. */
export interface Transport {
  /**
   * Settles once the provider has taken the message, within half a minute.
   *
   * @param signal Gives up: whether the message was taken is unknown then.
   * @throws DeliveryError
   */
  send(message: OutgoingMessage, signal: AbortSignal): Promise<void>;
  close(): void;
}

/** Of each channel; null where messages of this channel cannot leave. */
export type Transports = Readonly<Record<StoredNotification['channel'], Transport | null>>;

/** Why a message was not delivered. Code and message are kept and shown: neither may hold what the message says. */
export class DeliveryError extends Error {
  readonly code: DeliveryErrorCode;
  /** Whether trying again is of no use. */
  readonly permanent: boolean;
  /** Whether the provider has said that it did not take the message. */
  readonly refused: boolean;

  constructor(
    code: DeliveryErrorCode,
    message: string,
    { permanent = false, refused = permanent }: { permanent?: boolean; refused?: boolean } = {},
  ) {
    super(message);
    this.name = 'DeliveryError';
    this.code = code;
    this.permanent = permanent;
    this.refused = refused;
  }
}

export type DeliveryErrorCode = 'UNREACHABLE' | 'TIMEOUT' | 'REFUSED' | 'AUTHENTICATION' | 'FILE';
