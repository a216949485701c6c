import type { Config } from '../config.ts';
import type { Database } from '../database/collections.ts';
import { type Dispatcher, startDispatcher } from './dispatcher.ts';
import { closeTransports, openTransports } from './open-transports.ts';
import type { SecretBox } from './secret-box.ts';
import { smsPerPhonePerDay } from './sms-limits.ts';
import type { Templates } from './templates.ts';
import type { Transports } from './transport.ts';

export interface SendingOptions {
  readonly config: Pick<Config, 'businessName' | 'notifications'>;
  readonly database: Database;
  readonly secrets: SecretBox;
  readonly templates: Templates;
  readonly now: () => Date;
  readonly log: {
    warn(details: object, message: string): void;
    error(details: object, message: string): void;
  };
}

/** Starts to send what is in the outbox, by the transports that the configuration names. */
export function startSending(options: SendingOptions): Dispatcher {
  const { config, database, secrets, templates, now, log } = options;
  const transports = openTransports(config.notifications, { sender: config.businessName, now });
  warnOfMissingTransports(transports, log);
  const dispatcher = startDispatcher({
    database,
    transports,
    templates,
    secrets,
    limits: { smsPerDay: config.notifications.smsDailyBudget, smsPerPhonePerDay },
    now,
    onDead: (letter) =>
      log.warn(
        letter,
        'a message was not delivered; failedNotifications lists it, resendNotification sends it',
      ),
    onError: (error) => log.error({ err: error }, 'the outbox could not be read or written'),
  });
  return {
    wake: () => dispatcher.wake(),
    async stop(grace) {
      await dispatcher.stop(grace);
      closeTransports(transports);
    },
  };
}

function warnOfMissingTransports(transports: Transports, log: SendingOptions['log']): void {
  const settings = { EMAIL: 'SMTP_URL', SMS: 'SMS_WEBHOOK_URL' } as const;
  for (const channel of ['EMAIL', 'SMS'] as const) {
    if (transports[channel] === null)
      log.warn(
        { channel },
        `nobody is sent anything by this channel: set ${settings[channel]}, or NOTIFICATIONS_DIR`,
      );
  }
}
