import type { NativeTextBuffer } from '../bson/native-text.ts';

/** A key as latin1 text: a map key whose string order is the order of the bytes. */
export function keyText(key: Buffer): string {
  return (key as NativeTextBuffer).latin1Slice(0, key.length);
}
