import { MongoServerError } from '../errors.ts';
import { escapeInClass, escapeOutside, posixClass } from './pcre-escapes.ts';

/**
 * Compiles a PCRE pattern with MongoDB's options `i`, `m`, `s`, `x` (and `u`, which is always on) to a JavaScript
 * regular expression. What JavaScript has not, or understands otherwise, is translated: `$` may stand before a last line
 * feed, only a line feed ends a line, `\s` is ASCII, and `\A`, `\z`, `\Z`, `\Q..\E`, `(?P<name>`, comments, POSIX classes,
 * a leading `(?i)`. An invalid pattern, and one that cannot be translated, is refused with 51091, an unknown option with
 * 51108.
 */
export function compileRegex(pattern: string, options: string): RegExp {
  const flags = new Set<string>();
  for (const option of options) {
    if (!'imsxu'.includes(option)) {
      throw new MongoServerError(51108, `invalid flag in regex options: ${option}`);
    }
    flags.add(option);
  }
  const leading = /^\(\?([imsx]+)\)/.exec(pattern);
  const source = leading ? pattern.slice(leading[0].length) : pattern;
  for (const flag of leading?.[1] ?? '') flags.add(flag);
  const translated = translate(source, flags);
  // Not m: what it means is in the translation.
  const jsFlags = [...flags].filter((flag) => 'is'.includes(flag)).join('');
  try {
    return new RegExp(translated, `${jsFlags}u`);
  } catch (error) {
    // Some things, such as [\w-x], are errors in Unicode mode but not in PCRE. Others only Unicode mode understands.
    if (/\\[pPu]/.test(translated)) throw invalid(error);
  }
  try {
    return new RegExp(translated, jsFlags);
  } catch (error) {
    throw invalid(error);
  }
}

function invalid(error: unknown): MongoServerError {
  const reason = error instanceof Error ? error.message.replace(/^.*\/[a-z]*: /, '') : String(error);
  return new MongoServerError(51091, `Regular expression is invalid: ${reason}`);
}

function translate(source: string, flags: ReadonlySet<string>): string {
  let result = '';
  let at = 0;
  const take = (length: number, translation: string): void => {
    result += translation;
    at += length;
  };
  while (at < source.length) {
    const char = source[at] as string;
    const rest = source.slice(at);
    const quoted = /^\\Q(.*?)(?:\\E|$)/s.exec(rest);
    if (quoted) take(quoted[0].length, literal(quoted[1] ?? ''));
    else if (char === '\\') take(...escapeOutside(rest));
    else if (char === '[') take(...characterClass(rest));
    else if (flags.has('x') && /\s/.test(char)) at += 1;
    else if (flags.has('x') && char === '#') at += /^[^\n]*\n?/.exec(rest)?.[0].length ?? 1;
    else if (rest.startsWith('(?')) take(...group(rest));
    else if (char === '$') take(1, flags.has('m') ? '(?=\\n|$)' : '(?=\\n?$)');
    // Not after the line feed that is the last character.
    else if (char === '^' && flags.has('m')) take(1, '(?:^|(?<=\\n)(?!$))');
    else if (char === '.' && !flags.has('s')) take(1, '[^\\n]');
    else if (char === '{') take(...brace(rest));
    else if (char === '}' || char === ']') take(1, `\\${char}`);
    else take(1, char);
  }
  return result;
}

const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');

/** A character class: its length, and its translation. */
function characterClass(source: string): [number, string] {
  // A closing bracket that comes first belongs to the class.
  const [start, negated, first] = /^\[(\^?)(\]?)/.exec(source) as unknown as [string, string, string];
  let result = `[${negated}${first && '\\]'}`;
  let at = start.length;
  while (at < source.length && source[at] !== ']') {
    const rest = source.slice(at);
    const quoted = /^\\Q(.*?)(?:\\E|$)/s.exec(rest);
    const posix = /^\[:(\^?\w+):\]/.exec(rest);
    const [length, translation] = quoted
      ? [quoted[0].length, literal(quoted[1] ?? '').replaceAll('-', '\\-')]
      : posix
        ? [posix[0].length, posixClass(posix[1] ?? '')]
        : rest.startsWith('\\')
          ? escapeInClass(rest)
          : [1, rest.startsWith('[') ? '\\[' : (rest[0] as string)];
    result += translation;
    at += length;
  }
  // Without its end it is refused where it is compiled.
  return at < source.length ? [at + 1, `${result}]`] : [at, result];
}

/** What stands after `(?`: its length, and its translation. */
function group(source: string): [number, string] {
  const comment = /^\(\?#[^)]*\)?/.exec(source);
  if (comment) return [comment[0].length, ''];
  const backReference = /^\(\?P=(\w+)\)/.exec(source);
  if (backReference) return [backReference[0].length, `\\k<${backReference[1]}>`];
  if (source.startsWith('(?P<')) return [4, '(?<'];
  if (/^\(\?[\w^-]+[:)]/.test(source)) {
    throw new MongoServerError(
      51091,
      'Regular expression is invalid: the embedded server takes options only at the beginning',
    );
  }
  return [2, '(?'];
}

/** A quantifier, or a brace that means itself. */
function brace(source: string): [number, string] {
  const quantifier = /^\{\d+(?:,\d*)?\}/.exec(source)?.[0];
  return quantifier === undefined ? [1, '\\{'] : [quantifier.length, quantifier];
}
