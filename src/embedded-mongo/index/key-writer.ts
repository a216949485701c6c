/**
 * A growing byte buffer for building keys. One instance is reused for every key, so `finish` copies.
 * Positions are byte offsets from the start of the key being built.
 */
export class KeyWriter {
  buffer: Buffer = Buffer.allocUnsafe(4096);
  length = 0;

  reset(): void {
    this.length = 0;
  }

  byte(value: number): void {
    if (this.length + 1 > this.buffer.length) this.reserve(1);
    this.buffer[this.length++] = value;
  }

  uint32(value: number): void {
    this.reserve(4);
    this.buffer.writeUInt32BE(value >>> 0, this.length);
    this.length += 4;
  }

  bytes(source: Uint8Array): void {
    this.reserve(source.length);
    this.buffer.set(source, this.length);
    this.length += source.length;
  }

  /**
   * Text as UTF-8 with a zero byte after it. The bytes 0 and 1 are written as a pair beginning with 1, so
   * that the terminator sorts below everything a string can hold and a prefix sorts before what extends it.
   */
  terminatedText(text: string): void {
    this.reserve(text.length * 3 + 1);
    const start = this.length;
    const end = start + this.writeUtf8(text, start);
    const buffer = this.buffer;
    for (let i = start; i < end; i++) {
      if ((buffer[i] as number) <= 1) {
        this.rewriteEscaped(start, end);
        this.buffer[this.length++] = 0;
        return;
      }
    }
    buffer[end] = 0;
    this.length = end + 1;
  }

  /** Flips every byte from `start` on: what makes a field of an index descending. */
  invertFrom(start: number): void {
    const buffer = this.buffer;
    for (let i = start; i < this.length; i++) buffer[i] = ~(buffer[i] as number) & 0xff;
  }

  finish(): Buffer {
    const copy = Buffer.allocUnsafe(this.length);
    this.buffer.copy(copy, 0, 0, this.length);
    return copy;
  }

  reserve(count: number): void {
    if (this.length + count <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.length + count));
    this.buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
  }

  private writeUtf8(text: string, start: number): number {
    const buffer = this.buffer;
    if (text.length > 40) return buffer.write(text, start, 'utf8');
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) return buffer.write(text, start, 'utf8');
      buffer[start + i] = code;
    }
    return text.length;
  }

  private rewriteEscaped(start: number, end: number): void {
    const plain = Buffer.from(this.buffer.subarray(start, end));
    this.length = start;
    this.reserve(plain.length * 2 + 1);
    for (const byte of plain) {
      if (byte <= 1) this.buffer[this.length++] = 1;
      this.buffer[this.length++] = byte <= 1 ? byte + 1 : byte;
    }
  }
}
