import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import type { Document } from 'mongodb';
import { DocumentSyntaxError, parseDocument } from './parse-document.ts';
import { decodeUtf8, SIGNATURE_BYTES, textStart } from './text-encoding.ts';
import { type SplitValue, ValueSplitter } from './value-splitter.ts';

/** A document with the text that it was read from, or a text that is none, and why. */
export type DocumentRow =
  | {
      /** Where it starts, from 1. */
      line: number;
      document: Document;
      text: string;
    }
  | { line: number; error: string; text: string };

/**
 * Reads documents from a file (a path) or a stream: one JSON list, on one line or many; one document a line;
 * or documents one after another, spread over lines. Which of these is seen from the first value. Values are
 * extended JSON, see {@link parseDocument}.
 *
 * Memory stays flat however long the file is. A row that cannot be read is named with its line and its text,
 * and the next ones follow.
 * @param options.onBytes told how many bytes were read, each time some were
 * @throws UnreadableFileError when the file is not UTF-8
 */
export async function* readDocuments(
  input: Readable | string,
  options: { onBytes?: (bytes: number) => void } = {},
): AsyncGenerator<DocumentRow> {
  const source = typeof input === 'string' ? createReadStream(input, { highWaterMark: 1 << 18 }) : input;
  const splitter = new ValueSplitter();
  // The first bytes tell the encoding, and a stream may hand them over one by one.
  let head: Buffer | null = Buffer.alloc(0);
  for await (const chunk of source) {
    let bytes = typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Buffer);
    options.onBytes?.(bytes.length);
    if (head) {
      head = Buffer.concat([head, bytes]);
      if (head.length < SIGNATURE_BYTES) continue;
      bytes = head.subarray(textStart(head));
      head = null;
    }
    for (const value of splitter.push(bytes)) yield toRow(value);
  }
  if (head) for (const value of splitter.push(head.subarray(textStart(head)))) yield toRow(value);
  for (const value of splitter.end()) yield toRow(value);
}

function toRow({ line, bytes, broken }: SplitValue): DocumentRow {
  const text = decodeUtf8(bytes, line).trim();
  // The comma behind a broken document parted it from the next one.
  if (broken !== null) return { line, error: broken, text: text.replace(/\s*,$/, '') };
  try {
    return { line, document: parseDocument(text), text };
  } catch (error) {
    if (error instanceof DocumentSyntaxError) return { line, error: error.message, text };
    throw error;
  }
}
