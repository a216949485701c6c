import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedPost {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** As it came over the wire. */
  readonly body: string;
}

/** A real HTTP endpoint, as a business puts before its SMS provider. */
export interface SmsReceiver {
  readonly url: string;
  readonly posts: ReceivedPost[];
  /** What it answers with from now on; `silent` never, `hangUp` by closing the connection. */
  answer: number | 'silent' | 'hangUp';
  close(): Promise<void>;
}

export async function startSmsReceiver(): Promise<SmsReceiver> {
  const posts: ReceivedPost[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      posts.push({ path: request.url ?? '', headers: request.headers, body });
      if (receiver.answer === 'hangUp') response.destroy();
      else if (receiver.answer !== 'silent') {
        response.writeHead(receiver.answer, { location: `${receiver.url}/elsewhere` });
        response.end(`You said ${body}`);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const receiver: SmsReceiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/sms`,
    posts,
    answer: 202,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return receiver;
}
