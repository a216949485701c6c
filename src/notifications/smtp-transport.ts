import { createTransport } from 'nodemailer';
import { redact } from './redact.ts';
import { DeliveryError, type Transport } from './transport.ts';

export interface SmtpTransportOptions {
  /** `smtp://user:password@host:port` or `smtps://…`; `?requireTLS=true` refuses a server without STARTTLS. */
  readonly url: string;
  /** Such as `Deliveries <no-reply@example.com>`. */
  readonly from: string;
  /** How long connecting, the greeting and each answer may take. Default: 10,000. */
  readonly timeoutMs?: number;
  /** How long a message may take in all, whatever the server does to draw it out. Default: 30,000. */
  readonly deadlineMs?: number;
}

/** E-mail as plain text over a pool of SMTP connections. The Message-ID is made of the message's id. */
export function createSmtpTransport(options: SmtpTransportOptions): Transport {
  const { url, from, timeoutMs = 10_000, deadlineMs = 30_000 } = options;
  const mailer = createTransport({
    url,
    pool: true,
    maxConnections: 4,
    // Trying again is the dispatcher's; once is for a connection that the server has let go meanwhile.
    maxRequeues: 1,
    idleTimeout: 30_000,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const password = passwordIn(url);
  const domain = /@([^\s<>@]+)>?$/.exec(from)?.[1] ?? 'localhost';

  return {
    async send({ id, to, subject, text, confidential }, signal) {
      const deadline = new AbortController();
      const timer = setTimeout(() => deadline.abort(), deadlineMs);
      const giveUp = () => deadline.abort();
      signal.addEventListener('abort', giveUp, { once: true });
      if (signal.aborted) giveUp();
      try {
        await mailer.sendMail({
          from,
          // An object is one address, whatever it holds; of text a comma would make two.
          to: { name: '', address: to },
          subject: subject ?? '',
          text,
          messageId: `<${id}@${domain}>`,
          headers: { 'Auto-Submitted': 'auto-generated' },
          signal: deadline.signal,
        });
      } catch (error) {
        throw deliveryError(error as SmtpError, [...confidential, password]);
      } finally {
        clearTimeout(timer);
        signal.removeEventListener('abort', giveUp);
      }
    },
    close() {
      mailer.close();
    },
  };
}

function passwordIn(url: string): string {
  const { password } = new URL(url);
  try {
    return decodeURIComponent(password);
  } catch {
    return password;
  }
}

interface SmtpError extends Error {
  /** nodemailer's own, such as `EENVELOPE`. */
  readonly code?: string;
  /** The server's, such as 550. */
  readonly responseCode?: number;
  readonly response?: string;
  /** What was being said when it went wrong. */
  readonly command?: string;
}

/**
 * A 5xx answer to the recipient or to the message is final; one to the log-in or the sender is about the gateway's own
 * settings, which somebody may mend. 503 speaks of the session, not of the message.
 */
function deliveryError(error: SmtpError, secrets: readonly string[]): DeliveryError {
  const { code, responseCode, command = '' } = error;
  if (code === 'EABORT' || code === 'ETIMEDOUT')
    return new DeliveryError('TIMEOUT', 'The mail server took too long.');
  if (code === 'EAUTH' || code === 'ENOAUTH' || command.startsWith('AUTH'))
    return new DeliveryError('AUTHENTICATION', `The mail server refused the log-in${answer(error)}.`, {
      refused: true,
    });
  if (responseCode !== undefined) {
    const final = responseCode >= 500 && responseCode !== 503 && !ownSettings.has(command);
    return new DeliveryError('REFUSED', `The mail server answered${explanation(error, secrets)}.`, {
      permanent: final,
      refused: true,
    });
  }
  if (code === 'EENVELOPE')
    return new DeliveryError('REFUSED', 'The address cannot be written to.', { permanent: true });
  return new DeliveryError('UNREACHABLE', `The mail server could not be reached (${code ?? error.name}).`);
}

const ownSettings: ReadonlySet<string> = new Set(['MAIL FROM', 'EHLO', 'HELO', 'STARTTLS', 'CONN']);

/** ` 535 5.7.8`, without what the server says: it may repeat what it was told. */
function answer({ responseCode, response = '' }: SmtpError): string {
  const enhanced = /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(response)?.[1];
  return [responseCode, enhanced].map((part) => (part === undefined ? '' : ` ${part}`)).join('');
}

/** The server's words too, as long as this try had not shown it the message, and without what it may know of others. */
function explanation(error: SmtpError, secrets: readonly string[]): string {
  if (error.command !== 'RCPT TO' && error.command !== 'MAIL FROM') return answer(error);
  return ` ${redact(error.response ?? String(error.responseCode), secrets)}`;
}
