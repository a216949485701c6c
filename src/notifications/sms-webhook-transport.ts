import { createHmac } from 'node:crypto';
import { DeliveryError, type Transport } from './transport.ts';

export interface SmsWebhookOptions {
  readonly url: string;
  /** `whsec_` and a key of at least 24 bytes in base64. */
  readonly secret: string;
  /** Who the SMS comes from, for a receiver that can show it. */
  readonly sender: string;
  readonly now: () => Date;
  /** Default: 10,000. */
  readonly timeoutMs?: number;
}

/**
 * Posts each SMS as JSON to a receiver of the business's own, signed as Standard Webhooks 1.0 say
 * (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md): see docs/notifications.md.
 */
export function createSmsWebhookTransport(options: SmsWebhookOptions): Transport {
  const { url, sender, now, timeoutMs = 10_000 } = options;
  const key = Buffer.from(options.secret.replace(/^whsec_/, ''), 'base64');

  return {
    async send({ id, to, text, kind }, signal) {
      const body = JSON.stringify({ id, to, text, sender, kind });
      const timestamp = String(Math.floor(now().getTime() / 1000));
      const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
      const status = await post(url, {
        body,
        headers: {
          'content-type': 'application/json',
          'webhook-id': id,
          'webhook-timestamp': timestamp,
          'webhook-signature': `v1,${signature}`,
          'idempotency-key': id,
        },
        signal,
        timeoutMs,
      });
      if (status < 200 || status > 299) throw refusal(status);
    },
    close() {},
  };
}

interface Post {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

/** @returns The status; what else the receiver says is not read, since it may repeat the message. */
async function post(url: string, { body, headers, signal, timeoutMs }: Post): Promise<number> {
  const giveUp = new AbortController();
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    giveUp.abort();
  }, timeoutMs);
  const abort = () => giveUp.abort();
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  try {
    const response = await fetch(url, {
      method: 'POST',
      body,
      headers,
      redirect: 'manual',
      signal: giveUp.signal,
    });
    await response.body?.cancel();
    return response.status;
  } catch (error) {
    if (timedOut || signal.aborted) throw new DeliveryError('TIMEOUT', 'The SMS receiver took too long.');
    const { cause } = error as { cause?: { code?: string } };
    const code = cause?.code === undefined ? '' : ` (${cause.code})`;
    throw new DeliveryError('UNREACHABLE', `The SMS receiver could not be reached${code}.`);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}

/** Nobody may lead the gateway elsewhere, so a redirect is a mistake of the settings, like a refused signature. */
function refusal(status: number): DeliveryError {
  const message = `The SMS receiver answered ${status}.`;
  if (status === 401 || status === 403)
    return new DeliveryError('AUTHENTICATION', message, { refused: true });
  const permanent = status >= 400 && status < 500 && !transientStatuses.has(status);
  // After a server error nobody knows whether the SMS went out.
  return new DeliveryError('REFUSED', message, { permanent, refused: status < 500 });
}

const transientStatuses: ReadonlySet<number> = new Set([408, 425, 429]);
