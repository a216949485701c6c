import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { StoredNotification } from '../database/collections.ts';
import { type NotificationKind, notificationKinds } from './notification-kinds.ts';
import { type RenderedMessage, renderEmail, renderSms, shortened, smsAlphabetOf } from './render-message.ts';
import {
  conditionsIn,
  literalsOf,
  parseTemplate,
  placeholdersIn,
  type Template,
  unconditionalPart,
  type Values,
} from './template.ts';

export type Channel = StoredNotification['channel'];

/** The texts of all messages. */
export interface Templates {
  /** Null when an SMS cannot be made to fit one segment. `values` and secrets together, without `business`. */
  render(kind: NotificationKind, channel: Channel, values: Values): RenderedMessage | null;
  /** A name as a message shows it: an SMS in the alphabet of SMS leaves out what that has not. */
  nameIn(kind: NotificationKind, channel: Channel, name: string): string;
}

export interface TemplatesOptions {
  /** The gateway's own templates, a folder for each language; the one of English is complete. */
  readonly directory: string;
  /** A folder of the same form whose files come first; null for none. */
  readonly overridingDirectory: string | null;
  /** Such as `en` or `pt-BR`: files of the language itself, and then English ones, stand in for missing ones. */
  readonly locale: string;
  /** `{{business}}` */
  readonly businessName: string;
}

/** Every problem of the templates at once, one line each. */
export class TemplateError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      `The templates have ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:\n${problems.map((problem) => `  ${problem}`).join('\n')}`,
    );
    this.name = 'TemplateError';
    this.problems = problems;
  }
}

/**
 * Reads and checks the templates of every kind and channel: each is there, shows known values only and every secret, and
 * every SMS fits one segment with the longest values.
 *
 * @throws TemplateError
 */
export async function loadTemplates(options: TemplatesOptions): Promise<Templates> {
  const { businessName } = options;
  const templates = new Map<string, Template>();
  const problems = await strayFiles(options);
  for (const kind of kinds) {
    for (const channel of channels) {
      const name = templateName(kind, channel);
      const found = await readFirst(options, name);
      if (found === null) {
        problems.push(`${name}: is missing`);
        continue;
      }
      const template = parseTemplate(found.text, channel === 'EMAIL', basename(dirname(found.path)));
      const wrong =
        template === null ? ['must begin with "Subject: …"'] : check(kind, channel, template, businessName);
      problems.push(...wrong.map((problem) => `${found.path}: ${problem}`));
      if (template !== null) templates.set(name, template);
    }
  }
  if (problems.length > 0) throw new TemplateError(problems);
  const templateOf = (kind: NotificationKind, channel: Channel) => {
    const template = templates.get(templateName(kind, channel));
    if (template === undefined) throw new Error(`There is no template ${templateName(kind, channel)}.`);
    return template;
  };
  return {
    render: (kind, channel, values) =>
      render(channel, templateOf(kind, channel), { ...values, business: businessName }),
    nameIn: (kind, channel, name) =>
      channel === 'SMS' ? smsAlphabetOf(templateOf(kind, channel))(name, '') : name,
  };
}

const kinds = Object.keys(notificationKinds) as NotificationKind[];
const channels: readonly Channel[] = ['EMAIL', 'SMS'];

/** Such as `credentials.email.txt`. */
function templateName(kind: NotificationKind, channel: Channel): string {
  return `${kind.toLowerCase().replaceAll('_', '-')}.${channel.toLowerCase()}.txt`;
}

function render(channel: Channel, template: Template, values: Values): RenderedMessage | null {
  return channel === 'EMAIL' ? renderEmail(template, values) : renderSms(template, values);
}

/** The folders in which a template is looked for, the first one first. */
function folders({ directory, overridingDirectory, locale }: TemplatesOptions): string[] {
  const languages = [...new Set([locale, locale.split('-', 1)[0] ?? locale])];
  const own = overridingDirectory === null ? [] : [overridingDirectory];
  return [
    ...languages.flatMap((language) => [...own, directory].map((folder) => join(folder, language))),
    ...[...own, directory].map((folder) => join(folder, 'en')),
  ];
}

async function readFirst(
  options: TemplatesOptions,
  name: string,
): Promise<{ path: string; text: string } | null> {
  for (const folder of folders(options)) {
    const path = join(folder, name);
    const bytes = await readFile(path).catch(nullIfMissing);
    if (bytes !== null) return { path, text: bytes.toString('utf8') };
  }
  return null;
}

/** Files of the business that nothing would ever read: a name was mistyped. */
async function strayFiles(options: TemplatesOptions): Promise<string[]> {
  const { overridingDirectory } = options;
  if (overridingDirectory === null) return [];
  if ((await readdir(overridingDirectory).catch(nullIfMissing)) === null)
    return [`${overridingDirectory}: there is no such folder`];
  const known = new Set(kinds.flatMap((kind) => channels.map((channel) => templateName(kind, channel))));
  const problems: string[] = [];
  for (const folder of new Set(folders({ ...options, directory: overridingDirectory }))) {
    const files = (await readdir(folder).catch(nullIfMissing)) ?? [];
    for (const file of files.filter((name) => name.endsWith('.txt') && !known.has(name)))
      problems.push(`${join(folder, file)}: is the name of no template`);
  }
  return problems;
}

function nullIfMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
  throw error;
}

function check(kind: NotificationKind, channel: Channel, template: Template, business: string): string[] {
  const { values, secrets } = notificationKinds[kind];
  const text = `${template.subject ?? ''}\n${template.body}`;
  const shown = [...new Set([...placeholdersIn(text), ...conditionsIn(text)])];
  const allowed: readonly string[] = [...values, ...secrets, 'business'];
  const problems = shown
    .filter((name) => !allowed.includes(name))
    .map((name) => `shows {{${name}}}, which this message does not have (${allowed.join(', ')})`);
  problems.push(
    ...secrets
      .filter((name) => !placeholdersIn(unconditionalPart(template.body)).includes(name))
      .map((name) => `does not show {{${name}}}`),
    ...secrets
      .filter((name: string) => placeholdersIn(template.subject ?? '').includes(name))
      .map((name) => `shows {{${name}}} in the subject, which servers write into their logs`),
  );
  if ([template.subject ?? '', template.body].some((part) => /\{\{|\}\}/.test(literalsOf(part))))
    problems.push('has {{ or }} that belong to no placeholder and no section');
  if (text.includes('\uFFFD')) problems.push('is not written in UTF-8');
  if (channel === 'SMS' && problems.length === 0 && !fitsWithLongest(template, allowed, business))
    problems.push('is longer than one SMS (160 characters of its alphabet, else 70) with the longest values');
  return problems;
}

/** What can be shortened counts as short as it gets, so that every message fits, also where a number is 0 or 1. */
function fitsWithLongest(template: Template, names: readonly string[], business: string): boolean {
  const longest = Object.fromEntries(
    names.map((name) => [
      name,
      mostOf.get(name) ?? 'x'.repeat(shortened[name]?.least ?? longestValues[name] ?? 0),
    ]),
  );
  const counts = names.filter((name) => mostOf.has(name));
  const variants = [{}, ...counts.flatMap((name) => ['0', '1'].map((few) => ({ [name]: few })))];
  return variants.every((variant) => renderSms(template, { ...longest, ...variant, business }) !== null);
}

/** Numbers, as many as there can be. */
const mostOf: ReadonlyMap<string, string> = new Map(
  ['added', 'removed', 'more', 'addedMore', 'removedMore'].map((name) => [name, '99999']),
);

/** Of values that are never shortened. A longer link is not sent by SMS. */
const longestValues: Readonly<Record<string, number>> = {
  expiresOn: 10,
  password: 12,
  code: 10,
  link: 100,
  minutes: 2,
};
