import { MongoServerError } from '../errors.ts';

/**
 * Compiles a PCRE pattern with MongoDB's options `i`, `m`, `s`, `x` (and `u`, which is always on) to a JavaScript
 * regular expression. What JavaScript has not (`\A`, `\z`, `\Z`, `\Q..\E`, `(?P<name>`, comments, POSIX classes, a
 * leading `(?i)`) is translated. An invalid pattern is refused with 51091, an unknown option with 51108.
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
  const translated = translate(source, flags.has('x'));
  const jsFlags = [...flags].filter((flag) => 'ims'.includes(flag)).join('');
  try {
    return new RegExp(translated, `${jsFlags}u`);
  } catch {
    // Identity escapes such as \- or \_ are errors in Unicode mode but not in PCRE.
  }
  try {
    return new RegExp(translated, jsFlags);
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^.*\/: /, '') : String(error);
    throw new MongoServerError(51091, `Regular expression is invalid: ${reason}`);
  }
}

const posixClasses: Record<string, string> = {
  alpha: 'a-zA-Z',
  digit: '0-9',
  alnum: 'a-zA-Z0-9',
  upper: 'A-Z',
  lower: 'a-z',
  space: '\\s',
  blank: ' \\t',
  punct: '!-\\/:-@\\[-`{-~',
  xdigit: '0-9A-Fa-f',
  word: '\\w',
};

const escapes: Record<string, string> = {
  A: '(?<![\\s\\S])',
  z: '(?![\\s\\S])',
  Z: '(?=\\n?(?![\\s\\S]))',
  h: '[ \\t]',
  R: '(?:\\r\\n|\\n|\\r)',
  e: '\\x1b',
  a: '\\x07',
};

function translate(source: string, extended: boolean): string {
  let result = '';
  let inClass = false;
  for (let i = 0; i < source.length; i++) {
    const char = source[i] as string;
    if (char === '\\') {
      const next = source[i + 1] ?? '';
      if (next === 'Q') {
        const end = source.indexOf('\\E', i + 2);
        const literal = source.slice(i + 2, end < 0 ? undefined : end);
        result += literal.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
        i = end < 0 ? source.length : end + 1;
        continue;
      }
      result += inClass ? char + next : (escapes[next] ?? char + next);
      i++;
    } else if (inClass) {
      const posix = char === '[' && /^\[:(\^?)(\w+):\]/.exec(source.slice(i));
      if (posix && posix[1] === '' && posixClasses[posix[2] as string]) {
        result += posixClasses[posix[2] as string];
        i += posix[0].length - 1;
      } else {
        if (char === ']') inClass = false;
        result += char === '[' ? '\\[' : char;
      }
    } else if (char === '[') {
      inClass = true;
      result += char;
      // A closing bracket that comes first belongs to the class.
      const first = /^\^?\]/.exec(source.slice(i + 1));
      if (first) {
        result += first[0].replace(']', '\\]');
        i += first[0].length;
      }
    } else if (extended && /\s/.test(char)) {
      // Extended mode: white space and comments are left out.
    } else if (extended && char === '#') {
      const end = source.indexOf('\n', i);
      i = end < 0 ? source.length : end;
    } else if (source.startsWith('(?#', i)) {
      const end = source.indexOf(')', i);
      i = end < 0 ? source.length : end;
    } else if (source.startsWith('(?P<', i)) {
      result += '(?<';
      i += 3;
    } else {
      result += char;
    }
  }
  return result;
}
