import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DigestedChange } from '../../src/database/collections.ts';
import { digestValues } from '../../src/notifications/digest-values.ts';
import { fitsOneSegment } from '../../src/notifications/render-message.ts';
import { loadTemplates, TemplateError, type Templates } from '../../src/notifications/templates.ts';

let folder: string;
let count = 0;
let templates: Templates;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gateway-templates-'));
  templates = await load();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function load(options: Partial<Parameters<typeof loadTemplates>[0]> = {}): Promise<Templates> {
  const standard = {
    directory: 'templates',
    overridingDirectory: null,
    locale: 'en',
    businessName: 'Milk & More',
  };
  return loadTemplates({ ...standard, ...options });
}

async function own(path: string, text: string, locale = 'en'): Promise<Templates> {
  const directory = join(folder, String(count++));
  await mkdir(join(directory, path, '..'), { recursive: true });
  await writeFile(join(directory, path), text);
  return load({ overridingDirectory: directory, locale });
}

function people(added: number, removed: number, fields: Partial<DigestedChange> = {}): DigestedChange[] {
  return Array.from({ length: added + removed }, (_, at) => ({
    change: at < added ? 'ADDED' : 'REMOVED',
    deliveryKey: `record-${at}`,
    name: `Asha Rao${at}`,
    area: 'Baner',
    ...fields,
  }));
}

function message(changes: readonly DigestedChange[], channel: 'EMAIL' | 'SMS', by = templates) {
  const kind = 'DELIVERIES_CHANGED';
  const values = digestValues(changes, (name) => by.nameIn(kind, channel, name));
  const rendered = values && by.render(kind, channel, { name: 'Ravi', ...values });
  if (rendered === null) throw new Error('There is nothing to send.');
  return rendered;
}

describe('the digest of a delivery boy', () => {
  it.each([
    [1, 0, '1 new customer'],
    [2, 0, '2 new customers'],
    [0, 1, '1 customer removed'],
    [0, 3, '3 customers removed'],
    [1, 1, '1 new customer, 1 removed'],
    [21, 10, '21 new customers, 10 removed'],
  ])('of %i new and %i removed says so, and nothing of what is zero', (added, removed, subject) => {
    const mail = message(people(added, removed), 'EMAIL');
    expect(mail.subject).toBe(subject);
    expect(mail.text.includes(`New (${added}):\n\n- Asha`)).toBe(added > 0);
    expect(mail.text.includes(`Not yours any more (${removed}):\n\n- Asha`)).toBe(removed > 0);
    expect(mail.text).not.toMatch(/\(0\)|^-$|\n\n\n|\{|\}/m);
    const sms = message(people(added, removed), 'SMS').text;
    expect(sms.startsWith(`${subject}: ${added > 0 ? '+' : '-'}Asha Rao0 (Baner)`)).toBe(true);
  });

  it('as an e-mail reads as a letter', () => {
    expect(message(people(1, 2), 'EMAIL').text).toBe(
      [
        'Hello Ravi,',
        'your customers of Milk & More have changed.',
        'New (1):',
        '- Asha Rao0 (Baner)',
        'Not yours any more (2):',
        '- Asha Rao1 (Baner)\n- Asha Rao2 (Baner)',
        'Log in to see your whole list with addresses and phones.',
        'Milk & More\n',
      ].join('\n\n'),
    );
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 20, 21, 52, 5_000])(
    'of %i customers is one SMS of whole entries, and says how many more there are',
    (number) => {
      for (const area of ['Baner', 'Kothrud', 'A Long Name Of An Area', null]) {
        const { text } = message(people(number, 0, { area }), 'SMS');
        expect(text).toSatisfy(fitsOneSegment);
        const [, list = '', more = '0'] =
          /^\d+ new customers?: (.*?)(?: and (\d+) more)?\. Milk & More$/.exec(text) ?? [];
        const shown = list.split(', ');
        for (const entry of shown) expect(entry).toMatch(/^\+Asha Rao\d+(?: \([^()]+\))?$/);
        expect(shown.length + Number(more)).toBe(number);
        // Another one would not have fitted.
        if (more !== '0') expect(text.length + (shown[0]?.length ?? 0) + 3).toBeGreaterThan(160);
      }
    },
  );

  it('says more of long names, too, by their beginnings, than that there are some', () => {
    const { text } = message(
      people(5, 0, { name: 'Maheshwari '.repeat(30), area: 'Area '.repeat(30) }),
      'SMS',
    );
    expect(text).toMatch(
      /^5 new customers: \+Maheshwari Maheshwari\.\.\. \(Area [Area ]+\.\.\.\), .* and \d more\. Milk & More$/,
    );
    expect(text).toSatisfy(fitsOneSegment);
  });

  it('as an e-mail lists 200 of each, and says how many more there are', () => {
    const { subject, text } = message(people(246, 201), 'EMAIL');
    expect(subject).toBe('246 new customers, 201 removed');
    expect(text).toContain('- Asha Rao199 (Baner)\nand 46 more\n\nNot yours');
    expect(text).toContain('- Asha Rao445 (Baner)\nand 1 more\n\nLog in');
  });
});

describe('templates of the business', () => {
  const path = (language: string, channel: string) => `${language}/deliveries-changed.${channel}.txt`;

  it('that show no number of further ones are given it at the end', async () => {
    const by = await own(path('en', 'sms'), '{{added}} neu, {{removed}} weg: {{customers}} {{business}}');
    expect(message(people(52, 0), 'SMS', by).text).toMatch(
      /^52 neu, 0 weg: (\+Asha Rao\d+ \(Baner\), ){6}\.\.\. \+46 Milk & More$/,
    );
  });

  it('may show both in one line of an e-mail', async () => {
    const by = await own(
      path('en', 'email'),
      'Subject: {{customers}}\n\n{{customers}} {{#more}}(+{{more}}){{/more}}',
    );
    const { text } = message(people(30, 0), 'EMAIL', by);
    expect(text.length).toBeLessThan(520);
    expect(text).toMatch(/^(\+Asha Rao\d+ \(Baner\)(, )?)+ \(\+10\)\n$/);
  });

  it('tell one from several by the rules of their language, and none', async () => {
    const text =
      '{{#added one}}a{{/added}}{{#added few}}b{{/added}}{{#added many}}c{{/added}}{{^added}}d{{/added}}{{^more}} e{{/more}}';
    const by = await own(path('pl', 'sms'), text, 'pl');
    expect([1, 3, 5, 0].map((added) => message(people(added, 1), 'SMS', by).text)).toEqual([
      'a e',
      'b e',
      'c e',
      'd e',
    ]);
  });

  it('take a line that only begins or ends a section along', async () => {
    const text =
      'Subject: x\n\none\n{{#removed}}\ntwo\n  {{#added}}  \nthree\n{{/added}}\n{{/removed}}\n{{^added}}\nfour\n{{/added}}';
    const by = await own(path('en', 'email'), text);
    expect(
      [
        [1, 0],
        [0, 1],
        [1, 1],
      ].map(([a = 0, r = 0]) => message(people(a, r), 'EMAIL', by).text),
    ).toEqual(['one\n', 'one\ntwo\nfour\n', 'one\ntwo\nthree\n']);
  });

  it('keep what a name holds from being a section', () => {
    const { text } = message(people(1, 0, { name: '{{#removed}}Eve{{/removed}} {{added}}' }), 'EMAIL');
    expect(text).toContain('- {{#removed}}Eve{{/removed}} {{added}} (Baner)');
  });

  it.each([
    ['{{#added}}no end', 'no placeholder and no section'],
    ['no beginning{{/added}}', 'no placeholder and no section'],
    ['{{#added}}{{#removed}}crossed{{/added}}{{/removed}}', 'no placeholder and no section'],
    ['{{#added some}}x{{/added}}', 'no placeholder and no section'],
    ['{{#ended}}x{{/ended}}', 'shows {{ended}}'],
    [`{{^added}}${'long '.repeat(40)}{{/added}}`, 'longer than one SMS'],
    [`{{#added one}}${'long '.repeat(40)}{{/added}}`, 'longer than one SMS'],
  ])('are refused at start: %s', async (text, problem) => {
    const error = await own(path('en', 'sms'), text).catch((failure) => failure);
    expect(error).toBeInstanceOf(TemplateError);
    expect((error as TemplateError).problems.join('\n')).toContain(problem);
  });

  it('cannot make a secret depend on another value', async () => {
    const error = await own('en/link-code.sms.txt', '{{#name}}{{code}}{{/name}}').catch((failure) => failure);
    expect((error as TemplateError).problems.join('\n')).toContain('does not show {{code}}');
  });
});
