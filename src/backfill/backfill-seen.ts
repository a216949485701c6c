import { createHash } from 'node:crypto';

/**
 * Texts that were seen, by digests of 53 bits: 16 bytes each at most, where a set of the texts themselves takes a hundred.
 * That of a million two are taken for one has a chance of 1 in 18,000.
 */
export class SeenTexts {
  private digests = new Float64Array(1 << 10);
  private count = 0;

  has(text: string): boolean {
    return this.digests[this.placeOf(digestOf(text))] !== 0;
  }

  add(text: string): void {
    if (this.count * 2 >= this.digests.length) this.grow();
    const digest = digestOf(text);
    const place = this.placeOf(digest);
    if (this.digests[place] !== 0) return;
    this.digests[place] = digest;
    this.count += 1;
  }

  /** Where it is, or would be: the next free place from where its digest points. */
  private placeOf(digest: number): number {
    const mask = this.digests.length - 1;
    let place = digest % this.digests.length;
    while (this.digests[place] !== 0 && this.digests[place] !== digest) place = (place + 1) & mask;
    return place;
  }

  private grow(): void {
    const before = this.digests;
    this.digests = new Float64Array(before.length * 2);
    for (const digest of before) if (digest !== 0) this.digests[this.placeOf(digest)] = digest;
  }
}

/** From 1 to 2^53 - 1: 0 is a free place. */
function digestOf(text: string): number {
  const digest = createHash('sha1').update(text).digest();
  return digest.readUIntBE(0, 6) * 32 + (digest.readUInt8(6) & 31) || 1;
}
