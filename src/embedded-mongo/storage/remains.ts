import { afterPrefix, keyKind, remainKey } from './keys.ts';
import type { Store } from './store.ts';

/** Looks at the clock after so many keys. */
const keysAtOnce = 256;

/** Keys that belong to nobody any more. */
interface Remain {
  /** What all of them begin with. */
  prefix: Buffer;
  /** The commit that dropped them: transactions whose snapshot is older may read them, and add to them. */
  since: number;
}

/**
 * What dropped collections and indexes leave behind. A drop stores one key that tells so; the documents and entries
 * are removed afterwards, a few at a time between commands, after a restart too. Nobody finds them: their prefixes
 * are never given out again.
 */
export class Remains {
  private readonly store: Store;
  private waiting: Remain[] = [];

  constructor(store: Store) {
    this.store = store;
    this.load();
  }

  /** How many prefixes have keys to be removed. */
  get size(): number {
    return this.waiting.length;
  }

  /** With the group's next commit all keys that begin with `prefix` are left to be removed. */
  add(prefix: Buffer): void {
    this.store.group.put(remainKey(prefix), Buffer.alloc(0));
    this.waiting.push({ prefix, since: this.store.sequence + 1 });
  }

  /**
   * Removes keys for some milliseconds and stores that in one write. `oldestSnapshot` is the last commit that every
   * open transaction sees. Answers with whether there is more that can be removed now.
   */
  removeSome(milliseconds: number, oldestSnapshot: number): boolean {
    const removable = this.waiting.filter(({ since }) => since <= oldestSnapshot);
    if (removable.length === 0) return false;
    const until = performance.now() + milliseconds;
    const finished = new Set<Remain>();
    this.store.write((files) => {
      for (const remain of removable) {
        let from = remain.prefix;
        do {
          const keys = this.keysFrom(from, afterPrefix(remain.prefix));
          for (const key of keys) files.remove(key);
          const last = keys.at(-1);
          if (last === undefined || keys.length < keysAtOnce) {
            files.remove(remainKey(remain.prefix));
            finished.add(remain);
            break;
          }
          from = last;
        } while (performance.now() < until);
        if (performance.now() >= until) break;
      }
    });
    this.waiting = this.waiting.filter((remain) => !finished.has(remain));
    return finished.size < removable.length;
  }

  /** Reads again what is stored: no transaction is open. */
  load(): void {
    this.waiting = [];
    const prefix = Buffer.from([keyKind.remain]);
    const cursor = this.store.files.range(prefix, afterPrefix(prefix), false, false);
    for (let key = cursor.next(); key !== undefined; key = cursor.next()) {
      this.waiting.push({ prefix: Buffer.from(key.subarray(1)), since: 0 });
    }
    cursor.close();
  }

  /** The first keys of a range. */
  private keysFrom(from: Buffer, to: Buffer): Buffer[] {
    const keys: Buffer[] = [];
    const cursor = this.store.files.range(from, to, false, false);
    while (keys.length < keysAtOnce) {
      const key = cursor.next();
      if (key === undefined) break;
      keys.push(key);
    }
    cursor.close();
    return keys;
  }
}
