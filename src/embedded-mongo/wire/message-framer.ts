/** The largest message MongoDB takes, in bytes. */
export const maxMessageBytes = 48_000_000;

const headerBytes = 16;

/**
 * Cuts a stream of bytes into wire messages, whatever pieces they arrive in. Pieces of a long message are kept
 * apart until it is whole, and joined once.
 */
export class MessageFramer {
  private pieces: Buffer[] = [];
  private available = 0;
  private needed = 4;

  /** The messages that this piece completes. Throws RangeError on a length no message may have. */
  push(piece: Buffer): Buffer[] {
    this.pieces.push(piece);
    this.available += piece.length;
    const messages: Buffer[] = [];
    while (this.available >= this.needed) {
      if (this.needed === 4) {
        this.needed = this.peekLength();
      } else {
        messages.push(this.take(this.needed));
        this.needed = 4;
      }
    }
    return messages;
  }

  private peekLength(): number {
    const first = this.pieces[0] as Buffer;
    const length = first.length >= 4 ? first.readInt32LE(0) : this.join().readInt32LE(0);
    if (length < headerBytes || length > maxMessageBytes) {
      throw new RangeError(`A message of ${length} bytes: it must have ${headerBytes} to ${maxMessageBytes}`);
    }
    return length;
  }

  private take(length: number): Buffer {
    const all = this.join();
    const rest = all.subarray(length);
    this.pieces = rest.length > 0 ? [rest] : [];
    this.available = rest.length;
    return all.subarray(0, length);
  }

  private join(): Buffer {
    const all = this.pieces.length === 1 ? (this.pieces[0] as Buffer) : Buffer.concat(this.pieces);
    this.pieces = [all];
    return all;
  }
}
