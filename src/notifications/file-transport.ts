import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DeliveryError, type OutgoingMessage, type Transport } from './transport.ts';

/**
 * For development: each message becomes a JSON file, whole or not at all, that only its owner reads. The same message is
 * the same file.
 */
export function createFileTransport(directory: string): Transport {
  return {
    async send(message) {
      const draft = join(directory, `.${randomUUID()}.tmp`);
      try {
        await mkdir(directory, { recursive: true, mode: 0o700 });
        await writeFile(draft, `${JSON.stringify(contents(message), null, 2)}\n`, {
          mode: 0o600,
          flag: 'wx',
        });
        await rename(draft, join(directory, fileName(message)));
      } catch (error) {
        await rm(draft, { force: true }).catch(() => {});
        throw new DeliveryError(
          'FILE',
          `The file could not be written (${(error as { code?: string }).code}).`,
        );
      }
    },
    close() {},
  };
}

function contents({ id, kind, channel, to, subject, text, createdAt }: OutgoingMessage) {
  return { id, kind, channel, to, subject, text, createdAt: createdAt.toISOString() };
}

/** Sorted by name they are in the order of time. */
function fileName({ id, channel, createdAt }: OutgoingMessage): string {
  const time = createdAt.toISOString().replace(/[-:]/g, '');
  return `${time}-${channel.toLowerCase()}-${encodeURIComponent(id)}.json`;
}
