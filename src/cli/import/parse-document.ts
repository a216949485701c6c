import { type Document, Double, Int32, Long } from 'mongodb';
import { isTypeWrapper, readTypeWrapper } from './extended-json-types.ts';
import { fieldsToDocument } from './fields-to-document.ts';

/** The text is not one document in extended JSON; the message says what is wrong, and at which character. */
export class DocumentSyntaxError extends Error {
  override readonly name = 'DocumentSyntaxError';
}

/** MongoDB refuses documents nested deeper than 100 levels; a type wrapper takes up to two more. */
const MAX_DEPTH = 120;

const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const BLANKS = /[ \t\r\n]*/y;
const [INT32_MAX, INT64_MIN, INT64_MAX] = [2_147_483_647, -(2n ** 63n), 2n ** 63n - 1n];

/**
 * Reads one document of extended JSON version 2 (canonical or relaxed), or of the older forms of mongoexport
 * and PyMongo. Every value keeps its BSON type: `1` is an Int32, `1.0` a Double, a whole number beyond 32
 * bits a Long with all its digits; nulls, missing fields and the order of fields stay.
 *
 * bson's own EJSON.parse goes through JSON.parse, where `1.0` is the integer 1, a Long above 2^53 loses
 * digits, a field that stands twice loses one value, and `{"$undefined": true}` and bad dates change
 * silently; hence a parser of its own.
 * @throws DocumentSyntaxError
 */
export function parseDocument(text: string): Document {
  const parser = new Parser(text);
  return parser.topLevelDocument();
}

class Parser {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  topLevelDocument(): Document {
    this.#skipBlanks();
    if (this.#text[this.#at] !== '{') throw this.#error('it is not a document (no "{")');
    const document = this.#value();
    this.#skipBlanks();
    if (this.#at < this.#text.length) throw this.#error('something follows after the end of the document');
    const plain = document instanceof Map || Object.getPrototypeOf(document) === Object.prototype;
    if (!plain) throw new DocumentSyntaxError('it is a single value, not a document');
    return document as Document;
  }

  #value(): unknown {
    switch (this.#text[this.#at]) {
      case '{':
        return this.#nested(() => this.#object());
      case '[':
        return this.#nested(() => this.#list());
      case '"':
        return this.#string();
      case 't':
        return this.#word('true', true);
      case 'f':
        return this.#word('false', false);
      case 'n':
        return this.#word('null', null);
      default:
        return this.#number();
    }
  }

  #nested<T>(read: () => T): T {
    if (++this.#depth > MAX_DEPTH) throw this.#error(`it is nested deeper than ${MAX_DEPTH} levels`);
    this.#at++;
    const value = read();
    this.#depth--;
    return value;
  }

  #object(): unknown {
    const start = this.#at - 1;
    const fields = new Map<string, unknown>();
    this.#skipBlanks();
    if (this.#text[this.#at] === '}') {
      this.#at++;
      return {};
    }
    for (;;) {
      this.#skipBlanks();
      if (this.#text[this.#at] !== '"') throw this.#error('a field name in double quotes is missing');
      const name = this.#string();
      if (fields.has(name)) throw this.#error(`the field ${JSON.stringify(name)} stands twice`);
      if (name.includes('\0')) throw this.#error('a field name holds a NUL character');
      this.#skipBlanks();
      if (this.#text[this.#at] !== ':') throw this.#error('a colon is missing');
      this.#at++;
      this.#skipBlanks();
      fields.set(name, this.#value());
      if (this.#closes('}')) break;
    }
    if (!isTypeWrapper(fields)) return fieldsToDocument(fields);
    try {
      return readTypeWrapper(fields);
    } catch (error) {
      throw this.#error(error instanceof Error ? error.message : String(error), start);
    }
  }

  #list(): unknown[] {
    const list: unknown[] = [];
    this.#skipBlanks();
    if (this.#text[this.#at] === ']') {
      this.#at++;
      return list;
    }
    for (;;) {
      this.#skipBlanks();
      list.push(this.#value());
      if (this.#closes(']')) return list;
    }
  }

  /** After a member: true behind the closing bracket, false behind a comma. */
  #closes(bracket: '}' | ']'): boolean {
    this.#skipBlanks();
    const next = this.#text[this.#at];
    if (next !== ',' && next !== bracket) throw this.#error(`a comma or "${bracket}" is missing`);
    this.#at++;
    return next === bracket;
  }

  #string(): string {
    const start = this.#at;
    let end = this.#text.indexOf('"', start + 1);
    const plain = this.#text.slice(start + 1, end);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids them inside texts, so they are looked for
    if (end !== -1 && !/[\\\u0000-\u001f]/.test(plain)) {
      this.#at = end + 1;
      return plain;
    }
    for (end = start + 1; this.#text[end] !== '"'; end += this.#text[end] === '\\' ? 2 : 1) {
      if (end >= this.#text.length) throw this.#error('a text is not closed');
    }
    let value: string;
    try {
      value = JSON.parse(this.#text.slice(start, end + 1)) as string;
    } catch {
      throw this.#error('a text holds a bad escape or a control character');
    }
    // BSON is UTF-8: a half would become a question mark there.
    if (/\p{Surrogate}/u.test(value)) throw this.#error('a text holds half a character (a lone surrogate)');
    this.#at = end + 1;
    return value;
  }

  #word<T>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) throw this.#error('a value is missing or unknown');
    this.#at += word.length;
    return value;
  }

  #number(): Int32 | Long | Double {
    NUMBER.lastIndex = this.#at;
    const match = NUMBER.exec(this.#text);
    if (!match) throw this.#error('a value is missing or unknown');
    const [digits, fraction, exponent] = match;
    const value = Number(digits);
    if (!Number.isFinite(value)) throw this.#error('a number is too large');
    this.#at += digits.length;
    if (fraction !== undefined || exponent !== undefined || Object.is(value, -0)) return new Double(value);
    if (value <= INT32_MAX && value >= -INT32_MAX - 1) return new Int32(value);
    const exact = BigInt(digits);
    if (exact >= INT64_MIN && exact <= INT64_MAX) return Long.fromBigInt(exact);
    if (BigInt(value) !== exact) throw this.#error('a whole number is too large to keep all its digits');
    return new Double(value);
  }

  #skipBlanks(): void {
    // Compact JSON has none: spare it the regular expression.
    if (this.#text.charCodeAt(this.#at) > 0x20) return;
    BLANKS.lastIndex = this.#at;
    this.#at += BLANKS.exec(this.#text)?.[0].length ?? 0;
  }

  #error(reason: string, at = this.#at): DocumentSyntaxError {
    return new DocumentSyntaxError(`${reason}, at character ${at + 1}`);
  }
}
