import { UnreadableFileError } from '../import/unreadable-file-error.ts';

/**
 * The bytes of a text in UTF-8, without the byte order mark.
 *
 * @throws UnreadableFileError when the first bytes are those of UTF-16, of a workbook or of another file that is no CSV.
 */
export async function* csvBytes(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let head: Buffer | null = Buffer.alloc(0);
  for await (const chunk of source) {
    if (head === null) {
      yield chunk;
      continue;
    }
    head = Buffer.concat([head, chunk]);
    if (head.length < signatureBytes) continue;
    yield head.subarray(textStart(head));
    head = null;
  }
  if (head !== null && head.length > 0) yield head.subarray(textStart(head));
}

function textStart(head: Buffer): number {
  const [first, second, third, fourth] = head;
  if (first === 0xef && second === 0xbb && third === 0xbf) return 3;
  if (first === 0x50 && second === 0x4b) throw refuse('a workbook (.xlsx, .ods) or another ZIP archive');
  if (first === 0xd0 && second === 0xcf) throw refuse('a workbook of old Excel (.xls)');
  if (first === 0x1f && second === 0x8b) {
    throw new UnreadableFileError('This file is compressed by gzip: unpack it first (gunzip FILE).');
  }
  const marked = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  // Without a mark, every second byte of Latin letters is NUL; no text in UTF-8 has one.
  if (marked || [first, second, third, fourth].includes(0)) {
    throw new UnreadableFileError(
      'This file is UTF-16, not UTF-8: save it as "CSV UTF-8", or convert it (iconv -f UTF-16 -t UTF-8 FILE).',
    );
  }
  return 0;
}

function refuse(what: string): UnreadableFileError {
  return new UnreadableFileError(`This file is ${what}: save it as "CSV UTF-8" first.`);
}

const signatureBytes = 4;
