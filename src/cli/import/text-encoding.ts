import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { UnreadableFileError } from './unreadable-file-error.ts';

/** How many bytes {@link textStart} wants to see, if the file has as many. */
export const SIGNATURE_BYTES = 4;

/**
 * Where the text starts: 3 after UTF-8's byte order mark, else 0.
 * @throws UnreadableFileError when the first bytes are those of another encoding, or of no text at all.
 */
export function textStart(head: Buffer): number {
  const [first, second, third, fourth] = head;
  if (first === 0xef && second === 0xbb && third === 0xbf) return 3;
  if (first === 0x1f && second === 0x8b) {
    throw new UnreadableFileError('this file is compressed by gzip: unpack it first (gunzip FILE)');
  }
  if (first === 0x50 && second === 0x4b) {
    throw new UnreadableFileError('this file is a ZIP archive: unpack it first');
  }
  const marked16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  // JSON starts with two ASCII characters, or one and a line end: a NUL among them is the other half of UTF-16.
  const bare16 = (first === 0 && second !== 0) || (first !== 0 && second === 0 && third !== 0);
  if (marked16 || bare16) throw new UnreadableFileError(notUtf8('UTF-16'));
  if ([first, second, third, fourth].includes(0)) {
    throw new UnreadableFileError(
      'this file is not text (a dump of mongodump?): import JSON, as mongoexport writes it',
    );
  }
  return 0;
}

/**
 * Reads a whole file once, with constant memory, to be sure that it is UTF-8.
 * @throws UnreadableFileError naming the first line that is not.
 */
export async function assertUtf8File(path: string): Promise<void> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = 1;
  let atStart = true;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 18 })) {
    const bytes = chunk as Buffer;
    if (atStart) textStart(bytes.subarray(0, SIGNATURE_BYTES));
    atStart = false;
    try {
      decoder.decode(bytes, { stream: true });
    } catch {
      throw new UnreadableFileError(`line ${line + linesBeforeFault(bytes)}: ${notUtf8()}`);
    }
    line += countLines(bytes);
  }
  try {
    decoder.decode();
  } catch {
    throw new UnreadableFileError(
      `line ${line}: the file ends in the middle of a character: is it complete?`,
    );
  }
}

/** Decodes one value. @throws UnreadableFileError naming the line when it is not UTF-8. */
export function decodeUtf8(bytes: Buffer, line: number): string {
  if (!isUtf8(bytes)) throw new UnreadableFileError(`line ${line + linesBeforeFault(bytes)}: ${notUtf8()}`);
  return bytes.toString('utf8');
}

function notUtf8(encoding = 'ISO-8859-1 or CP1252'): string {
  const from = encoding === 'UTF-16' ? 'UTF-16' : 'CP1252';
  return `this file is not UTF-8 (${encoding}, perhaps): convert it first (iconv -f ${from} -t UTF-8 FILE)`;
}

/** The lines before the first one that is not UTF-8. A chunk may start in the middle of a character. */
function linesBeforeFault(bytes: Buffer): number {
  let start = 0;
  while (start < 3 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start++;
  for (let lines = 0; start < bytes.length; lines++) {
    const end = bytes.indexOf(0x0a, start);
    if (end === -1) return lines;
    if (!isUtf8(bytes.subarray(start, end))) return lines;
    start = end + 1;
  }
  return 0;
}

function countLines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(0x0a); at !== -1; at = bytes.indexOf(0x0a, at + 1)) count++;
  return count;
}
