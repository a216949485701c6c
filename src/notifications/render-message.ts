import { gsm7Septets, toGsm7 } from './gsm7.ts';
import { fill, literalsOf, placeholdersIn, type Template, type Values } from './template.ts';

export interface RenderedMessage {
  /** Null for an SMS. */
  readonly subject: string | null;
  readonly text: string;
}

/** No line of a value ends a header or begins another: each is one line, but for lists in the body. */
export function renderEmail(template: Template, values: Values): RenderedMessage {
  const inOneLine = (value: string) => cut(oneLine(value), longestEmailValue);
  const { subject, body, language } = template;
  const inline = inlineEntries(template, values, inOneLine);
  while (inline.text().length > longestEmailValue && inline.drop());
  const lines: Record<string, string> = { ...mapValues(values, inOneLine), ...inline.values() };
  const inBody = mapValues(values, (value, name) =>
    lists.includes(name) ? value.split('\n').map(inOneLine).join('\n') : (lines[name] ?? ''),
  );
  return { subject: fill(subject ?? '', lines, language), text: `${fill(body, inBody, language).trim()}\n` };
}

/** The values that have a line for each entry. */
const lists: readonly string[] = ['addedList', 'removedList', 'options'];

/**
 * Renders an SMS that fits one segment: 160 septets where the template is in the alphabet of SMS, and then its values are
 * brought into that alphabet too; 70 UTF-16 units where it is not. What is too long is shortened: names at their end,
 * addresses and what to log in with in the middle, and of entries as many as fit are shown whole. Secrets never are.
 *
 * @returns Null when it does not fit even so.
 */
export function renderSms(template: Template, values: Values): RenderedMessage | null {
  const inAlphabet = smsAlphabetOf(template);
  const inline = inlineEntries(template, values, (entry) => inAlphabet(oneLine(entry), ''));
  const shown: Record<string, string> = {
    ...mapValues(values, (value, name) =>
      name in substitutes ? inAlphabet(oneLine(value), substitutes[name] ?? '').trim() : oneLine(value),
    ),
    ...inline.values(),
  };
  const text = () => fill(template.body, shown, template.language);
  for (const [name, { least, shorten }] of Object.entries(shortened)) {
    if (name === 'customers') {
      while (!fitsOneSegment(text()) && inline.drop()) Object.assign(shown, inline.values());
      continue;
    }
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

/** How an SMS writes what people typed: in the alphabet of SMS where its template is in it, else as it was typed. */
export function smsAlphabetOf({ body }: Template): (text: string, substitute: string) => string {
  return gsm7Septets(literalsOf(body)) === null ? (text) => text : toGsm7;
}

/**
 * `customers`, a line for each, in one line, and how many `more` there are than it names. A template that does not show
 * `more` has the number at the end, so that nothing is missing without a sign.
 */
function inlineEntries(
  template: Template,
  { customers = '', more = '' }: Values,
  map: (entry: string) => string,
) {
  const entries = customers
    .split('\n')
    .filter((entry) => entry !== '')
    .map(map);
  const showsMore = placeholdersIn(template.body).includes('more');
  let rest = Number(more) || 0;
  const text = () => {
    const sign = showsMore || rest === 0 || entries.length === 0 ? [] : [`${ellipsis} +${rest}`];
    return [...entries, ...sign].join(', ');
  };
  return {
    text,
    values: () => ({ customers: text(), more: rest === 0 ? '' : String(rest) }),
    /** Leaves out the last entry; false when there is none. */
    drop(): boolean {
      if (entries.pop() === undefined) return false;
      rest += 1;
      return true;
    },
  };
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
  // By whole entries.
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
