/** The delimiter that a header has most of, outside of quotes; a comma where it has none. */
export function detectDelimiter(header: string): string {
  const plain = header.replace(/"[^"]*"/g, '');
  let best = { delimiter: ',', count: 0 };
  for (const delimiter of [',', ';', '\t']) {
    const count = plain.split(delimiter).length - 1;
    if (count > best.count) best = { delimiter, count };
  }
  return best.delimiter;
}

/**
 * The delimiter that somebody typed: a character, or `tab`, `comma`, `semicolon`.
 *
 * @throws Error for what cannot part values.
 */
export function readDelimiter(typed: string): string {
  const delimiter = names[typed.toLowerCase()] ?? typed;
  if (!/^[^\p{L}\p{N}"\r\n ]$/u.test(delimiter) || delimiter.length !== 1) {
    throw new Error('It is one character, or tab, comma, semicolon.');
  }
  return delimiter;
}

const names: Readonly<Record<string, string>> = { tab: '\t', '\\t': '\t', comma: ',', semicolon: ';' };
