/**
 * Node's buffers carry direct encoders that skip the argument parsing of `toString` and `write`; they are public in
 * practice (the bson library uses them) but not in Node's published types.
 */
export interface NativeTextBuffer extends Buffer {
  utf8Slice(start: number, end: number): string;
  latin1Slice(start: number, end: number): string;
  utf8Write(text: string, offset: number): number;
  latin1Write(text: string, offset: number): number;
}
