import { keyText } from './key-text.ts';
import type { Overlay } from './overlay.ts';
import type { KeyCursor, KeyReader } from './reader.ts';

/**
 * The newest state: the store's files with the writes of the group that is being worked on. Its cursors let go of
 * storage at the end of each group (`release`) and find their place again by the last key they gave, so one
 * that a client leaves open for minutes pins nothing, and goes on over the data as it then is.
 */
export class LiveReader implements KeyReader {
  generation = 0;
  private readonly base: KeyReader;
  private readonly group: Overlay;
  private readonly open = new Set<ResumableCursor>();

  constructor(base: KeyReader, group: Overlay) {
    this.base = base;
    this.group = group;
  }

  get(key: Buffer): Buffer | undefined {
    return this.group.get(key);
  }

  range(from: Buffer, to: Buffer, reverse: boolean, withValues: boolean): KeyCursor {
    const seek = (low: Buffer, high: Buffer): KeyCursor => {
      this.open.add(cursor);
      return (this.group.size === 0 ? this.base : this.group).range(low, high, reverse, withValues);
    };
    const cursor = new ResumableCursor(seek, (closed) => this.open.delete(closed), from, to, reverse);
    return cursor;
  }

  count(from: Buffer, to: Buffer): number {
    return (this.group.size === 0 ? this.base : this.group).count(from, to);
  }

  release(): void {
    this.generation += 1;
    for (const cursor of this.open) cursor.detach();
    this.open.clear();
  }
}

class ResumableCursor implements KeyCursor {
  private readonly seek: (from: Buffer, to: Buffer) => KeyCursor;
  private readonly onClose: (cursor: ResumableCursor) => void;
  private readonly from: Buffer;
  private readonly to: Buffer;
  private readonly reverse: boolean;
  private inner: KeyCursor | undefined;
  private last: Buffer | undefined;
  private finished = false;

  constructor(
    seek: (from: Buffer, to: Buffer) => KeyCursor,
    onClose: (cursor: ResumableCursor) => void,
    from: Buffer,
    to: Buffer,
    reverse: boolean,
  ) {
    this.seek = seek;
    this.onClose = onClose;
    this.from = from;
    this.to = to;
    this.reverse = reverse;
  }

  next(): Buffer | undefined {
    if (this.finished) return undefined;
    this.inner ??= this.reopen();
    const key = this.inner.next();
    if (key === undefined) this.close();
    else this.last = key;
    return key;
  }

  value(): Buffer {
    if (this.inner === undefined) throw new Error('A value is read in the same turn as its key');
    return this.inner.value();
  }

  close(): void {
    this.finished = true;
    this.detach();
    this.onClose(this);
  }

  detach(): void {
    this.inner?.close();
    this.inner = undefined;
  }

  private reopen(): KeyCursor {
    if (this.last === undefined) return this.seek(this.from, this.to);
    if (this.reverse) return this.seek(this.from, this.last);
    return this.seek(Buffer.from(`${keyText(this.last)}\0`, 'latin1'), this.to);
  }
}
