import { createHash } from 'node:crypto';

/**
 * Remembers on which line of a file each phone and e-mail came first. It keeps 24 to 48 bytes for each, whatever their
 * length: a digest of 64 bits and the line. (Among ten million of them, two that differ pass for one with a chance of one
 * in three hundred thousand.)
 */
export class SeenContacts {
  #digests = new BigUint64Array(initialSlots);
  /** 0 where the slot is free. */
  #lines = new Uint32Array(initialSlots);
  #count = 0;

  /** The line on which it came first; null when it has not come yet. */
  lineOf(contact: string): number | null {
    return this.#lines[this.#slotOf(digestOf(contact))] || null;
  }

  /** To be told once of each. */
  remember(contact: string, line: number): void {
    const digest = digestOf(contact);
    const slot = this.#slotOf(digest);
    this.#digests[slot] = digest;
    this.#lines[slot] = line;
    this.#count++;
    if (this.#count > this.#lines.length / 2) this.#grow();
  }

  /** Where a digest is, or would be: the next free slot behind the one that it names. */
  #slotOf(digest: bigint): number {
    const mask = this.#lines.length - 1;
    let slot = Number(digest & BigInt(mask));
    while (this.#lines[slot] !== 0 && this.#digests[slot] !== digest) slot = (slot + 1) & mask;
    return slot;
  }

  #grow(): void {
    const [digests, lines] = [this.#digests, this.#lines];
    this.#digests = new BigUint64Array(lines.length * 2);
    this.#lines = new Uint32Array(lines.length * 2);
    for (const [index, line] of lines.entries()) {
      const digest = digests[index];
      if (line === 0 || digest === undefined) continue;
      const slot = this.#slotOf(digest);
      this.#digests[slot] = digest;
      this.#lines[slot] = line;
    }
  }
}

function digestOf(contact: string): bigint {
  return createHash('sha1').update(contact).digest().readBigUInt64LE();
}

/** A power of two, as every size is. */
const initialSlots = 1024;
