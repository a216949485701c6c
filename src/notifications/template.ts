/** A text with placeholders, `{{name}}`, and sections, `{{#name}}…{{/name}}`. */
export interface Template {
  /** The first line of an e-mail's template, without `Subject: `; null for an SMS. */
  readonly subject: string | null;
  readonly body: string;
  /** In which it is written, such as `en` or `pt-BR`: by its rules sections tell one from several. */
  readonly language: string;
}

export type Values = Readonly<Record<string, string>>;

/**
 * Reads the text of a template: line ends become `\n`, white space around it goes, and so do the ends of lines that hold
 * nothing but the beginning or end of a section.
 *
 * @returns The template, or null for an e-mail whose first line is no subject.
 */
export function parseTemplate(text: string, hasSubject: boolean, language: string): Template | null {
  const body = text
    .replace(/^\uFEFF/, '')
    .replace(/\r\n?/g, '\n')
    .replace(/^[ \t]*(\{\{[#^/][^{}\n]*\}\})[ \t]*(?:\n|$)/gm, '$1');
  if (!hasSubject) return { subject: null, body: body.trim(), language };
  const [, subject = '', rest = ''] = /^Subject:[ \t]*(\S[^\n]*)\n([\s\S]*)$/.exec(body) ?? [];
  return subject === '' ? null : { subject: subject.trim(), body: `${rest.trim()}\n`, language };
}

/** The names of the placeholders in a text, each once. */
export function placeholdersIn(text: string): string[] {
  return [...new Set([...text.matchAll(placeholder)].map((match) => match[2] ?? ''))];
}

/** The names by which sections of a text are there or not, each once. */
export function conditionsIn(text: string): string[] {
  return [...new Set([...text.matchAll(sectionBegin)].map((match) => match[1] ?? ''))];
}

/** A text without its placeholders, and of its sections what is in them. */
export function literalsOf(text: string): string {
  return eachSection(text, ({ content }) => content).replace(placeholder, '');
}

/** The part of a text that is there whatever the values are. */
export function unconditionalPart(text: string): string {
  return eachSection(text, () => '');
}

/**
 * Puts values in place, once: what a value holds is text, never a placeholder. An empty value takes the space before it
 * along, so that `Hello {{name}},` greets somebody without a name. `{{#name}}…{{/name}}` is there where the value is
 * neither empty nor 0, `{{^name}}…{{/name}}` where it is; `{{#name one}}…{{/name}}` where the number asks for that form of
 * a word in the template's language (`zero`, `one`, `two`, `few`, `many`, `other`).
 */
export function fill(text: string, values: Values, language: string): string {
  const shown = eachSection(text, ({ kind, name, form, content }) => {
    const value = values[name] ?? '';
    const given = value !== '' && value !== '0';
    if (kind === '^') return given ? '' : content;
    return given && (form === null || form === pluralForm(value, language)) ? content : '';
  });
  return shown.replace(placeholder, (_match, space: string, name: string) => {
    const value = values[name] ?? '';
    return value === '' ? '' : `${space}${value}`;
  });
}

const placeholder = /( ?)\{\{ *(\w+) *\}\}/g;
const sectionBegin = /\{\{[#^] *(\w+)/g;
/** One that has no other in it. */
const innerSection =
  /\{\{([#^]) *(\w+)(?: +(zero|one|two|few|many|other))? *\}\}((?:(?!\{\{[#^/])[\s\S])*)\{\{\/ *\2 *\}\}/g;

interface Section {
  readonly kind: string;
  readonly name: string;
  readonly form: string | null;
  readonly content: string;
}

/** Replaces each section, from within. */
function eachSection(text: string, replace: (section: Section) => string): string {
  for (let before = text; ; ) {
    const after = before.replace(
      innerSection,
      (_match, kind: string, name: string, form: string | undefined, content: string) =>
        replace({ kind, name, form: form ?? null, content }),
    );
    if (after === before) return after;
    before = after;
  }
}

function pluralForm(value: string, language: string): Intl.LDMLPluralRule {
  const rules = pluralRules.get(language) ?? new Intl.PluralRules(language);
  pluralRules.set(language, rules);
  const number = Number(value);
  return Number.isFinite(number) ? rules.select(number) : 'other';
}

/** To make them takes longer than to fill a template. */
const pluralRules = new Map<string, Intl.PluralRules>();
