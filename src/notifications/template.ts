/** A text with placeholders, `{{name}}`. */
export interface Template {
  /** The first line of an e-mail's template, without `Subject: `; null for an SMS. */
  readonly subject: string | null;
  readonly body: string;
}

export type Values = Readonly<Record<string, string>>;

/**
 * Reads the text of a template: line ends become `\n`, white space around it goes.
 *
 * @returns The template, or null for an e-mail whose first line is no subject.
 */
export function parseTemplate(text: string, hasSubject: boolean): Template | null {
  const body = text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  if (!hasSubject) return { subject: null, body: body.trim() };
  const [, subject = '', rest = ''] = /^Subject:[ \t]*(\S[^\n]*)\n([\s\S]*)$/.exec(body) ?? [];
  return subject === '' ? null : { subject: subject.trim(), body: `${rest.trim()}\n` };
}

/** The names of the placeholders in a text, each once. */
export function placeholdersIn(text: string): string[] {
  return [...new Set([...text.matchAll(placeholder)].map((match) => match[2] ?? ''))];
}

/** A text without its placeholders. */
export function literalsOf(text: string): string {
  return text.replace(placeholder, '');
}

/**
 * Puts values in place, once: what a value holds is text, never a placeholder. An empty value takes the space before it
 * along, so that `Hello {{name}},` greets somebody without a name.
 */
export function fill(text: string, values: Values): string {
  return text.replace(placeholder, (_match, space: string, name: string) => {
    const value = values[name] ?? '';
    return value === '' ? '' : `${space}${value}`;
  });
}

const placeholder = /( ?)\{\{ *(\w+) *\}\}/g;
