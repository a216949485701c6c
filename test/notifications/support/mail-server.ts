import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

export interface ReceivedMail {
  readonly messageId: string;
  readonly from: string;
  readonly to: string[];
  /** As it came over the wire. */
  readonly raw: string;
}

/** What the server does with the next sessions; nothing set: it takes everything. */
export interface MailServerBehaviour {
  /** Answers to MAIL FROM, RCPT TO and the message, such as `450 4.2.0 Greylisted`. */
  mailFrom?: string;
  rcptTo?: string;
  data?: string;
  /** Says nothing after the connection was made, or after the message. */
  silentAt?: 'greeting' | 'data';
  /** Hangs up instead of answering to the message. */
  hangUpAt?: 'data';
}

/** A real SMTP server on this machine. */
export interface MailServer {
  /** With the user and password that it asks for. */
  readonly url: string;
  readonly mails: ReceivedMail[];
  readonly behaviour: MailServerBehaviour;
  close(): Promise<void>;
}

export const smtpPassword = 'p@ss/wörd-81';

export async function startMailServer(): Promise<MailServer> {
  const mails: ReceivedMail[] = [];
  const behaviour: MailServerBehaviour = {};
  const server = new SMTPServer({
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    closeTimeout: 100,
    onAuth(auth, _session, callback) {
      if (auth.username === 'gateway' && auth.password === smtpPassword) callback(null, { user: 'gateway' });
      else callback(refusal(`535 5.7.8 ${auth.password} is not the password`));
    },
    onConnect(_session, callback) {
      if (behaviour.silentAt !== 'greeting') callback();
    },
    onMailFrom(_address, _session, callback) {
      callback(behaviour.mailFrom === undefined ? null : refusal(behaviour.mailFrom));
    },
    onRcptTo(_address, _session, callback) {
      callback(behaviour.rcptTo === undefined ? null : refusal(behaviour.rcptTo));
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        if (behaviour.data !== undefined) return callback(refusal(behaviour.data));
        const raw = Buffer.concat(chunks).toString('utf8');
        const { mailFrom, rcptTo } = session.envelope;
        mails.push({
          messageId: /^Message-ID: (.*)$/im.exec(raw)?.[1]?.trim() ?? '',
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          raw,
        });
        if (behaviour.hangUpAt === 'data') return hangUp();
        if (behaviour.silentAt !== 'data') callback();
      });
    },
  });
  const sockets = new Set<{ destroy(): void }>();
  server.server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('error', () => {});
  const hangUp = () => {
    for (const socket of sockets) socket.destroy();
  };
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://gateway:${encodeURIComponent(smtpPassword)}@127.0.0.1:${port}`,
    mails,
    behaviour,
    async close() {
      hangUp();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** An answer with a code and a text of its own. */
function refusal(answer: string): Error {
  const [, code, text] = /^(\d{3}) ([\s\S]*)$/.exec(answer) ?? [];
  return Object.assign(new Error(text), { responseCode: Number(code) });
}
