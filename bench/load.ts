import { Agent, request } from 'node:http';

/** One request, sent over and over, and the only right answer to it. */
export interface Call {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent by POST; without one the request is a GET. */
  readonly body: string | null;
}

/** Sends a call once, by the connections that are kept open for `sendMany` unless others are given. @throws Error unless it is answered with status 200. */
export function send(call: Call, by: Agent = agent): Promise<string> {
  const { url, headers, body } = call;
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent: by, method: body === null ? 'GET' : 'POST', headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part) => {
        text += part;
      });
      response.on('end', () => {
        if (response.statusCode === 200) resolve(text);
        else reject(new Error(`${url} answered ${response.statusCode}: ${text}`));
      });
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body ?? undefined);
  });
}

/**
 * Sends a call `requests` times over `connections` connections that are kept open, for `maxMs` at most.
 *
 * @returns How many were answered.
 * @throws Error as soon as an answer is not `expected`.
 */
export async function sendMany(call: Call, expected: string, requests: number): Promise<number> {
  const until = Date.now() + maxMs;
  let begun = 0;
  let answered = 0;
  const worker = async (): Promise<void> => {
    while (begun < requests && Date.now() < until) {
      begun++;
      if ((await send(call)) !== expected) throw new Error(`${call.url} did not answer as before.`);
      answered++;
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
  return answered;
}

export function closeConnections(): void {
  agent.destroy();
}

const connections = 4;
const maxMs = 20_000;
const agent = new Agent({ keepAlive: true, maxSockets: connections });
