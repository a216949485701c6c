/** The bytes of one top-level value, before anybody parsed it. */
export type SplitValue = {
  /** The line it starts on, from 1. */
  line: number;
  bytes: Buffer;
  /** Why it cannot be a whole value, or null: then only parsing tells. */
  broken: string | null;
};

/** No document is larger: 16 MiB of BSON, at most some 7 times as long in canonical extended JSON. */
const MAX_VALUE_BYTES = 128 * 1024 * 1024;

const [NEWLINE, QUOTE, BACKSLASH, COMMA, COLON] = [0x0a, 0x22, 0x5c, 0x2c, 0x3a];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/**
 * Cuts a stream of bytes into top-level JSON values: the elements of one list, or documents one after another
 * (one a line, or spread over lines). It knows strings and nesting and nothing else of JSON, holds one value
 * at a time, and after a value that never closes it goes on at the next line where a document can start.
 */
export class ValueSplitter {
  /**
   * `list`: between `[` and `]`. `lines`: one value a line, whatever is wrong with it. `values`: values that
   * may span lines. `after`: behind the list's end.
   */
  #mode: 'unknown' | 'list' | 'lines' | 'values' | 'after' = 'unknown';
  #state: 'between' | 'nested' | 'string' | 'scalar' | 'line' | 'broken' = 'between';
  /**
   * Set once the first value ended on the line it started on: if nothing else follows there, it is one a
   * line.
   */
  #firstOnOneLine = false;
  #anyValue = false;

  #line = 1;
  /** Bytes since the line's start; and whether all of them were blank. */
  #column = 0;
  #lineIsBlank = true;

  #parts: Buffer[] = [];
  #partBytes = 0;
  #valueLine = 1;
  #valueColumn = 0;
  #nesting: number[] = [];
  #previous = 0;
  #escaped = false;
  #broken: string | null = null;
  /**
   * A value that closed: whole only if what follows agrees. Then the blanks and commas since, and if one was
   * a comma.
   */
  #held: (SplitValue & { column: number }) | null = null;
  #gap = '';
  #gapHasComma = false;
  /** The value was reported as too large already; the rest of it is skipped. */
  #discarding = false;

  /** Takes the next bytes, and returns the values that ended in them. */
  push(chunk: Buffer): SplitValue[] {
    const found: SplitValue[] = [];
    // Where the current value's bytes begin in this chunk.
    let start = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] as number;
      switch (this.#state) {
        case 'between':
          if (this.#startsValue(found, byte)) start = at;
          break;
        case 'nested':
          if (byte === OPEN_OBJECT && this.#cannotBeNested()) {
            if (this.#column > this.#valueColumn) {
              // Indented: no document of its own, but a part of one in which a comma or a bracket is missing.
              this.#breakValue('a comma or a bracket is missing in it');
              break;
            }
            this.#broken = 'it is not closed before the next document starts';
            this.#emit(found, chunk.subarray(start, at));
            start = at;
            this.#begin('nested', byte);
          } else if (this.#endsNesting(byte)) {
            this.#hold(found, chunk.subarray(start, at + 1));
          }
          break;
        case 'string':
          if (this.#escaped) this.#escaped = false;
          else if (byte === BACKSLASH) this.#escaped = true;
          else if (byte === QUOTE) {
            this.#state = 'nested';
            this.#previous = QUOTE;
            if (this.#nesting.length === 0) this.#hold(found, chunk.subarray(start, at + 1));
          } else if (byte === NEWLINE) this.#breakValue('a text in it is not closed on its line');
          break;
        case 'scalar':
          if (byte === COMMA || byte === CLOSE_LIST || byte <= 0x20) {
            this.#emit(found, chunk.subarray(start, at));
            if (byte === CLOSE_LIST) this.#mode = 'after';
          }
          break;
        case 'line':
          if (byte === NEWLINE) this.#emit(found, chunk.subarray(start, at));
          break;
        case 'broken':
          if (byte === OPEN_OBJECT && this.#lineIsBlank && this.#column <= this.#valueColumn) {
            this.#emit(found, chunk.subarray(start, at));
            start = at;
            this.#begin('nested', byte);
          }
          break;
      }
      this.#countByte(byte);
    }
    if (this.#state !== 'between') this.#keep(found, chunk.subarray(start));
    return found;
  }

  /** The file is at its end: returns what was left open. */
  end(): SplitValue[] {
    const found: SplitValue[] = [];
    this.#release(found);
    const listIsOpen = this.#mode === 'list' && this.#state !== 'broken';
    if (this.#state === 'nested' || this.#state === 'string') {
      this.#broken = 'the file ends inside it';
    }
    if (this.#state !== 'between') this.#emit(found, Buffer.alloc(0));
    if (listIsOpen && found.every((value) => value.broken === null)) {
      const broken = 'the list is not closed (no "]"): the file may be cut off here';
      found.push({ line: this.#line, bytes: Buffer.alloc(0), broken });
    }
    return found;
  }

  /** Between values: true when this byte begins one, or shows that the one before was not whole. */
  #startsValue(found: SplitValue[], byte: number): boolean {
    if (byte === NEWLINE && this.#firstOnOneLine) {
      this.#mode = 'lines';
      this.#firstOnOneLine = false;
      this.#release(found);
    }
    if (byte <= 0x20 || (byte === COMMA && (this.#mode === 'list' || this.#mode === 'values'))) {
      if (this.#held) this.#gap += String.fromCharCode(byte);
      if (byte !== COMMA) return false;
      this.#gapHasComma = true;
      this.#firstOnOneLine = false;
      return false;
    }
    this.#firstOnOneLine = false;
    if (this.#held && this.#contradicts(byte)) {
      this.#reopen(this.#held);
      return true;
    }
    this.#release(found);
    if (this.#mode === 'unknown') {
      this.#mode = byte === OPEN_LIST ? 'list' : byte === OPEN_OBJECT ? 'values' : 'lines';
      if (byte === OPEN_LIST) return false;
    }
    if (this.#mode === 'list' && byte === CLOSE_LIST) {
      this.#mode = 'after';
      return false;
    }
    if (this.#mode === 'lines' || this.#mode === 'after') {
      this.#begin('line', byte);
      if (this.#mode === 'after') this.#broken = 'it stands after the end of the list';
    } else if (byte === OPEN_OBJECT || byte === OPEN_LIST) this.#begin('nested', byte);
    else if (byte === QUOTE) this.#begin('string', byte);
    else this.#begin(this.#mode === 'list' ? 'scalar' : 'line', byte);
    return true;
  }

  /**
   * True when this byte cannot follow a whole value: one bracket too many closed it early, and what follows
   * are its other fields. Without this, the first half of a document would pass for a document, and its
   * nested ones for others.
   */
  #contradicts(byte: number): boolean {
    if (byte === OPEN_OBJECT) return false;
    if (byte === QUOTE || byte === CLOSE_OBJECT || byte === COLON) return true;
    if (byte === CLOSE_LIST) return this.#mode === 'values';
    return !this.#gapHasComma && (this.#mode === 'list' || !this.#lineIsBlank);
  }

  #reopen(held: SplitValue & { column: number }): void {
    this.#parts = [held.bytes, Buffer.from(this.#gap)];
    this.#partBytes = held.bytes.length + this.#gap.length;
    this.#valueLine = held.line;
    this.#valueColumn = held.column;
    this.#discarding = false;
    this.#held = null;
    this.#breakValue('something follows its last bracket: one may be closed too early');
  }

  #begin(state: 'nested' | 'string' | 'scalar' | 'line', byte: number): void {
    this.#state = state;
    this.#valueLine = this.#line;
    this.#valueColumn = this.#column;
    this.#nesting = state === 'nested' ? [byte] : [];
    this.#previous = byte;
    this.#escaped = false;
    this.#broken = null;
    this.#discarding = false;
  }

  /** Inside a value, outside its texts: true when this byte closes it. */
  #endsNesting(byte: number): boolean {
    if (byte <= 0x20) return false;
    if (byte === QUOTE) {
      this.#state = 'string';
    } else if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
      this.#nesting.push(byte);
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
      const opened = this.#nesting.pop();
      if ((opened === OPEN_OBJECT) !== (byte === CLOSE_OBJECT)) {
        this.#breakValue('its brackets do not match');
        return false;
      }
      if (this.#nesting.length === 0) return true;
    }
    this.#previous = byte;
    return false;
  }

  /** A `{` at the start of a line, where JSON allows none: the value before it was never closed. */
  #cannotBeNested(): boolean {
    if (!this.#lineIsBlank || this.#line === this.#valueLine) return false;
    const inside = this.#nesting.at(-1);
    if (inside === OPEN_OBJECT) return this.#previous !== COLON;
    return this.#previous !== OPEN_LIST && this.#previous !== COMMA;
  }

  #breakValue(reason: string): void {
    this.#broken = reason;
    this.#state = 'broken';
  }

  #countByte(byte: number): void {
    if (byte === NEWLINE) {
      this.#line++;
      this.#column = 0;
      this.#lineIsBlank = true;
    } else {
      this.#column++;
      if (byte > 0x20) this.#lineIsBlank = false;
    }
  }

  /** The chunk ended inside a value. */
  #keep(found: SplitValue[], bytes: Buffer): void {
    if (this.#discarding) return;
    this.#parts.push(bytes);
    this.#partBytes += bytes.length;
    if (this.#partBytes <= MAX_VALUE_BYTES) return;
    const broken = `it is longer than ${MAX_VALUE_BYTES / 1024 / 1024} MiB`;
    found.push({ line: this.#valueLine, bytes: this.#takeBytes(), broken });
    this.#discarding = true;
  }

  #emit(found: SplitValue[], lastBytes: Buffer): void {
    if (!this.#discarding) {
      this.#parts.push(lastBytes);
      found.push({ line: this.#valueLine, bytes: this.#takeBytes(), broken: this.#broken });
    }
    this.#firstOnOneLine =
      !this.#anyValue && this.#mode === 'values' && this.#valueLine === this.#line && !this.#broken;
    this.#anyValue = true;
    this.#state = 'between';
  }

  /** The value's brackets are closed: what follows decides. */
  #hold(found: SplitValue[], lastBytes: Buffer): void {
    const before = found.length;
    this.#emit(found, lastBytes);
    const value = found.length > before ? found.pop() : undefined;
    this.#held = value ? { ...value, column: this.#valueColumn } : null;
    this.#gap = '';
    this.#gapHasComma = false;
  }

  #release(found: SplitValue[]): void {
    if (!this.#held) return;
    const { line, bytes, broken } = this.#held;
    found.push({ line, bytes, broken });
    this.#held = null;
  }

  #takeBytes(): Buffer {
    const [only] = this.#parts;
    const bytes = this.#parts.length === 1 && only ? only : Buffer.concat(this.#parts);
    this.#parts = [];
    this.#partBytes = 0;
    return bytes;
  }
}
