import type { NotificationConfig } from '../config.ts';
import { createFileTransport } from './file-transport.ts';
import { createSmsWebhookTransport } from './sms-webhook-transport.ts';
import { createSmtpTransport } from './smtp-transport.ts';
import type { Transports } from './transport.ts';

/** The transports that the configuration asks for: files stand in where a channel has none of its own. */
export function openTransports(
  config: NotificationConfig,
  { sender, now }: { sender: string; now: () => Date },
): Transports {
  const files = config.directory === null ? null : createFileTransport(config.directory);
  return {
    EMAIL:
      config.smtpUrl === null ? files : createSmtpTransport({ url: config.smtpUrl, from: config.mailFrom }),
    SMS:
      config.smsWebhook === null ? files : createSmsWebhookTransport({ ...config.smsWebhook, sender, now }),
  };
}

/** Lets go of connections. */
export function closeTransports(transports: Transports): void {
  for (const transport of Object.values(transports)) transport?.close();
}
