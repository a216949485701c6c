const chunkLimit = 512;

/**
 * An ordered set of strings that stays cheap to grow while it is read: sorted chunks of bounded size.
 * The strings are keys as latin1 text, so JavaScript's string order is the order of their bytes.
 */
export class SortedKeys {
  private readonly chunks: string[][] = [];

  constructor(keys: Iterable<string>) {
    const sorted = [...keys].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    for (let i = 0; i < sorted.length; i += chunkLimit / 2) {
      this.chunks.push(sorted.slice(i, i + chunkLimit / 2));
    }
  }

  add(key: string): void {
    const at = Math.min(this.chunkFor(key), this.chunks.length - 1);
    const chunk = this.chunks[at];
    if (chunk === undefined) {
      this.chunks.push([key]);
      return;
    }
    const position = lowerBound(chunk, key);
    if (chunk[position] === key) return;
    chunk.splice(position, 0, key);
    if (chunk.length > chunkLimit) this.chunks.splice(at + 1, 0, chunk.splice(chunkLimit / 2));
  }

  delete(key: string): void {
    const at = this.chunkFor(key);
    const chunk = this.chunks[at];
    if (chunk === undefined) return;
    const position = lowerBound(chunk, key);
    if (chunk[position] !== key) return;
    chunk.splice(position, 1);
    if (chunk.length === 0) this.chunks.splice(at, 1);
  }

  /** The least key that is ≥ `key`. */
  ceiling(key: string): string | undefined {
    const chunk = this.chunks[this.chunkFor(key)];
    return chunk?.[lowerBound(chunk, key)];
  }

  /** The greatest key that is < `key`. */
  below(key: string): string | undefined {
    const at = this.chunkFor(key);
    const chunk = this.chunks[at];
    const position = chunk === undefined ? 0 : lowerBound(chunk, key);
    return position > 0 ? chunk?.[position - 1] : this.chunks[at - 1]?.at(-1);
  }

  /** The first chunk whose last key is ≥ `key`, or the number of chunks. */
  private chunkFor(key: string): number {
    let low = 0;
    let high = this.chunks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const last = this.chunks[middle]?.at(-1);
      if (last !== undefined && last < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function lowerBound(sorted: string[], key: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as string) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
