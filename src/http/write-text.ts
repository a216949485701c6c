import type { Writable } from 'node:stream';

/** Whoever was read to has hung up, or has taken nothing for too long. */
export class ClientGoneError extends Error {
  override readonly name = 'ClientGoneError';
}

/**
 * Writes text, and waits until the reader has taken enough of it that more may follow: what is not taken is not gathered
 * in memory.
 *
 * @param stallMs So long is waited for a reader who takes nothing; then the stream is destroyed.
 * @throws ClientGoneError
 */
export async function writeText(stream: Writable, text: string, stallMs: number): Promise<void> {
  if (stream.destroyed || stream.closed) throw new ClientGoneError();
  if (stream.write(text)) return;
  let timer: NodeJS.Timeout | undefined;
  let settle = () => {};
  try {
    await new Promise<void>((resolve, reject) => {
      const onClose = () => reject(new ClientGoneError());
      settle = () => void stream.off('drain', resolve).off('close', onClose).off('error', onClose);
      stream.once('drain', resolve).once('close', onClose).once('error', onClose);
      timer = setTimeout(() => {
        stream.destroy();
        onClose();
      }, stallMs);
    });
  } finally {
    clearTimeout(timer);
    settle();
  }
}
