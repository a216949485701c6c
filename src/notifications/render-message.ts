import { gsm7Septets, toGsm7 } from './gsm7.ts';
import { fill, literalsOf, type Template, type Values } from './template.ts';

export interface RenderedMessage {
  /** Null for an SMS. */
  readonly subject: string | null;
  readonly text: string;
}

/** No line of a value ends a header or begins another: each is one line, but for lists in the body. */
export function renderEmail(template: Template, values: Values): RenderedMessage {
  const inOneLine = (value: string) => cut(oneLine(value), longestEmailValue);
  const lines = mapValues(values, inOneLine);
  const body = mapValues(values, (value, name) =>
    lists.includes(name) ? value.split('\n').map(inOneLine).join('\n') : inOneLine(value),
  );
  return { subject: fill(template.subject ?? '', lines), text: fill(template.body, body) };
}

/** The values that have a line for each entry. */
const lists: readonly string[] = ['addedList', 'removedList', 'options'];

/**
 * Renders an SMS that fits one segment: 160 septets where the template is in the alphabet of SMS, and then its values are
 * brought into that alphabet too; 70 UTF-16 units where it is not. What is too long is shortened: names at their end,
 * addresses and what to log in with in the middle. Secrets never are.
 *
 * @returns Null when it does not fit even so.
 */
export function renderSms(template: Template, values: Values): RenderedMessage | null {
  const inAlphabet = gsm7Septets(literalsOf(template.body)) !== null;
  const shown: Record<string, string> = mapValues(values, (value, name) =>
    inAlphabet && name in substitutes
      ? toGsm7(oneLine(value), substitutes[name] ?? '').trim()
      : oneLine(value),
  );
  const text = () => fill(template.body, shown);
  for (const [name, { least, shorten }] of Object.entries(shortened)) {
    const characters = Array.from(graphemes.segment(shown[name] ?? ''), ({ segment }) => segment);
    for (
      let length = Math.min(characters.length - 1, 160);
      length >= least && !fitsOneSegment(text());
      length--
    ) {
      shown[name] = shorten(characters, length);
    }
  }
  return fitsOneSegment(text()) ? { subject: null, text: text() } : null;
}

/** Whether a text is sent as one SMS. */
export function fitsOneSegment(text: string): boolean {
  const septets = gsm7Septets(text);
  return septets === null ? text.length <= 70 : septets <= 160;
}

/** In the order in which they give way, and how many characters at least stay. An id of a login is 36 long. */
export const shortened: Readonly<
  Record<string, { least: number; shorten: (characters: readonly string[], length: number) => string }>
> = {
  name: { least: 0, shorten: cutEnd },
  customers: { least: 0, shorten: cutEnd },
  newEmail: { least: 24, shorten: cutMiddle },
  loginName: { least: 36, shorten: cutMiddle },
  // Four logins with a letter, a space and a code each, and what stands between them.
  options: { least: 46, shorten: cutNames },
};

/**
 * The values that are brought into the alphabet of SMS, and what stands for a character without counterpart: nothing in a
 * name, something in an address, which whoever reads it knows. Anything else would not be the same when it is changed.
 */
const substitutes: Readonly<Record<string, string>> = {
  name: '',
  customers: '',
  business: '',
  loginName: '*',
  newEmail: '*',
};

/** White space for control characters, line and paragraph ends; nothing for what turns the direction of writing. */
function oneLine(value: string): string {
  return value
    .replace(/[\u202A-\u202E\u2066-\u2069]/g, '')
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .trim();
}

function cutEnd(characters: readonly string[], length: number): string {
  return characters.slice(0, length).join('').trim();
}

function cutMiddle(characters: readonly string[], length: number): string {
  const end = Math.ceil((length - ellipsis.length) / 2);
  return [
    ...characters.slice(0, length - ellipsis.length - end),
    ellipsis,
    ...characters.slice(characters.length - end),
  ].join('');
}

/** `Asha 7KQ2M9XP, Ravi AB3DWXKN`: the longest name gives way, to no less than a letter, and the codes never do. */
function cutNames(characters: readonly string[], length: number): string {
  const options = characters
    .join('')
    .split(', ')
    .map((option) => {
      const codeBegins = option.lastIndexOf(' ');
      return { name: [...option.slice(0, Math.max(codeBegins, 0))], code: option.slice(codeBegins + 1) };
    });
  const text = () => options.map(({ name, code }) => `${name.join('').trim()} ${code}`).join(', ');
  while ([...text()].length > length) {
    const longest = options.reduce((one, other) => (other.name.length > one.name.length ? other : one));
    if (longest.name.length <= 1) break;
    longest.name.pop();
  }
  return text();
}

function cut(value: string, length: number): string {
  const characters = [...value];
  return characters.length <= length ? value : `${characters.slice(0, length - 1).join('')}…`;
}

function mapValues(values: Values, map: (value: string, name: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, map(value, name)]));
}

/** What readers take for one character: none is cut into pieces. */
const graphemes = new Intl.Segmenter();

const ellipsis = '...';
const longestEmailValue = 500;
