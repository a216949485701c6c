import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A message as the gateway's file transport writes it. */
export interface ReceivedMessage {
  readonly id: string;
  readonly kind: string;
  readonly channel: 'EMAIL' | 'SMS';
  readonly to: string;
  /** Null for an SMS. */
  readonly subject: string | null;
  readonly text: string;
  readonly createdAt: string;
}

/** Reads what a gateway has sent into a folder. */
export interface Inbox {
  /** Everything that was sent so far, oldest first. */
  messages(): Promise<ReceivedMessage[]>;
  /**
   * The oldest message to a destination, as typed or in E.164, that was not answered with before; waits for it. Fails
   * after `timeoutMs`, 5 seconds by default.
   */
  messageTo(destination: string, options?: { kind?: string; timeoutMs?: number }): Promise<ReceivedMessage>;
}

/** What a message says in confidence: the password, the code or the link. */
export function secretIn({ kind, text }: Pick<ReceivedMessage, 'kind' | 'text'>): string {
  const patterns: Record<string, RegExp> = {
    CREDENTIALS: /password:? +(\S+)/,
    LINK_CODE: /^(?: {4}|)([A-Z0-9]{6,})\b/m,
    CONFIRM_EMAIL: /(https?:\S+)/,
    PASSWORD_RESET: /(https?:\S+)/,
    PASSWORD_RESET_CODE: /\b([A-Z0-9]{8})\b/,
  };
  const secret = patterns[kind]?.exec(text)?.[1];
  if (secret === undefined) throw new Error(`This ${kind} holds no secret: ${text}`);
  return secret;
}

export function openInbox(directory: string): Inbox {
  const read = new Set<string>();

  async function messages(): Promise<ReceivedMessage[]> {
    const names = await readdir(directory).catch(() => []);
    const files = names.filter((name) => name.endsWith('.json')).sort();
    const texts = await Promise.all(files.map((name) => readFile(join(directory, name), 'utf8')));
    return texts.map((text) => JSON.parse(text) as ReceivedMessage);
  }

  return {
    messages,
    async messageTo(destination, { kind, timeoutMs = 5_000 } = {}) {
      const deadline = performance.now() + timeoutMs;
      for (;;) {
        const all = await messages();
        const found = all.find(
          (message) =>
            message.to === destination &&
            (kind === undefined || message.kind === kind) &&
            !read.has(message.id),
        );
        if (found !== undefined) {
          read.add(found.id);
          return found;
        }
        if (performance.now() >= deadline) {
          const others = all.map((message) => `${message.kind} to ${message.to}`).join(', ');
          throw new Error(
            `No ${kind ?? 'message'} came to ${destination} in ${timeoutMs} ms; sent were: ${others || 'none'}.`,
          );
        }
        await sleep(25);
      }
    },
  };
}
