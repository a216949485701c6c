import { MongoServerError } from '../errors.ts';

const horizontal = '\\t \\xa0\\u1680\\u180e\\u2000-\\u200a\\u202f\\u205f\\u3000';
const vertical = '\\n-\\r\\x85\\u2028\\u2029';
/** Without PCRE's UCP, which MongoDB does not set, space is ASCII's; JavaScript's has these too. */
const space = '\\t-\\r ';
const otherSpaces = '\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff';

const outside: Readonly<Record<string, string>> = {
  A: '(?<![\\s\\S])',
  z: '(?![\\s\\S])',
  Z: '(?=\\n?(?![\\s\\S]))',
  h: `[${horizontal}]`,
  H: `[^${horizontal}]`,
  v: `[${vertical}]`,
  V: `[^${vertical}]`,
  R: `(?:\\r\\n|[${vertical}])`,
  N: '[^\\n]',
  s: `[${space}]`,
  S: `[^${space}]`,
  b: '\\b',
  B: '\\B',
};

const inClass: Readonly<Record<string, string>> = {
  h: horizontal,
  v: vertical,
  s: space,
  S: `\\S${otherSpaces}`,
  b: '\\b',
};

const anywhere: Readonly<Record<string, string>> = {
  e: '\\x1b',
  a: '\\x07',
  E: '',
  ...Object.fromEntries([...'dDwWnrtf'].map((letter) => [letter, `\\${letter}`])),
};

const posixClasses: Readonly<Record<string, string>> = {
  alpha: 'a-zA-Z',
  digit: '0-9',
  alnum: 'a-zA-Z0-9',
  upper: 'A-Z',
  lower: 'a-z',
  space,
  blank: ' \\t',
  punct: '!-\\/:-@\\[-`{-~',
  xdigit: '0-9A-Fa-f',
  word: '\\w',
  cntrl: '\\x00-\\x1f\\x7f',
  graph: '!-~',
  print: ' -~',
  ascii: '\\x00-\\x7f',
};

/** The escape at the beginning of PCRE's `source`: its length, and what it is in JavaScript. Throws 51091. */
export function escapeOutside(source: string): [number, string] {
  const named = /^\\k(?:<(\w+)>|\{(\w+)\}|'(\w+)')/.exec(source);
  if (named) return [named[0].length, `\\k<${named[1] ?? named[2] ?? named[3]}>`];
  return escapeWith(outside, '^$\\.*+?()[]{}|/', source);
}

/** The same within a character class. */
export function escapeInClass(source: string): [number, string] {
  return escapeWith(inClass, '^$\\.*+?()[]{}|/-', source);
}

/** What `[:name:]` stands for in a class. Throws 51091. */
export function posixClass(name: string): string {
  const found = Object.hasOwn(posixClasses, name) ? posixClasses[name] : undefined;
  if (found === undefined) throw notUnderstood(`[:${name}:]`);
  return found;
}

function escapeWith(
  letters: Readonly<Record<string, string>>,
  syntax: string,
  source: string,
): [number, string] {
  const next = source[1] ?? '';
  if (Object.hasOwn(letters, next)) return [2, letters[next] as string];
  if (Object.hasOwn(anywhere, next)) return [2, anywhere[next] as string];
  const hexadecimal = /^\\x(?:\{([0-9A-Fa-f]+)\}|([0-9A-Fa-f]{0,2}))/.exec(source);
  if (hexadecimal) {
    const [all, long, short = ''] = hexadecimal;
    return [all.length, long === undefined ? `\\x${short.padStart(2, '0')}` : `\\u{${long}}`];
  }
  const property = /^\\([pP])(?:([A-Z])|\{(\^?)(\w+)\})/.exec(source);
  if (property) return [property[0].length, propertyOf(property)];
  const control = /^\\c[A-Za-z]/.exec(source);
  if (control) return [3, control[0]];
  if (/\d/.test(next)) return [2, `\\${next}`];
  if (/[A-Za-z]/.test(next)) throw notUnderstood(`\\${next}`);
  // Any other character means itself, which Unicode mode lets be said only of those that could mean something else.
  return next === '' || syntax.includes(next) ? [2, `\\${next}`] : [2, next];
}

function propertyOf([, kind, letter, negation, name]: RegExpExecArray): string {
  const isNegated = (kind === 'P') !== (negation === '^');
  const value = letter ?? name ?? '';
  // Categories have one or two letters, scripts have more.
  const property = value.length > 2 && value !== 'Any' ? `Script=${value}` : value;
  return `\\${isNegated ? 'P' : 'p'}{${property}}`;
}

const notUnderstood = (what: string): MongoServerError =>
  new MongoServerError(
    51091,
    `Regular expression is invalid: ${what} is not understood by the embedded server`,
  );
