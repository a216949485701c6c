/** A map that forgets what was used longest ago when it is full. */
export class BoundedMap<Key, Value> {
  private readonly entries = new Map<Key, Value>();
  private readonly capacity: number;

  private readonly onDropped: (key: Key, value: Value) => void;

  /**
   * @param capacity Entries at most, 1 or more.
   * @param onDropped Told of an entry for which there is no room any more.
   */
  constructor(capacity: number, onDropped: (key: Key, value: Value) => void = () => {}) {
    this.capacity = capacity;
    this.onDropped = onDropped;
  }

  get size(): number {
    return this.entries.size;
  }

  get(key: Key): Value | undefined {
    const value = this.entries.get(key);
    if (value !== undefined) {
      this.entries.delete(key);
      this.entries.set(key, value);
    }
    return value;
  }

  set(key: Key, value: Value): void {
    this.entries.delete(key);
    this.entries.set(key, value);
    if (this.entries.size <= this.capacity) return;
    for (const [oldest, dropped] of this.entries) {
      this.entries.delete(oldest);
      this.onDropped(oldest, dropped);
      return;
    }
  }

  delete(key: Key): void {
    this.entries.delete(key);
  }
}
