import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type NotificationKind, notificationKinds } from '../../src/notifications/notification-kinds.ts';
import { loadTemplates, TemplateError, type Templates } from '../../src/notifications/templates.ts';

const kinds = Object.keys(notificationKinds) as NotificationKind[];

/** The alphabet of SMS, written down once more from 3GPP TS 23.038, by ranges. */
const gsm = /^[A-Za-z0-9 \n\r@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ!"#¤%&'()*+,\-./:;<=>?¡ÄÖÑÜ§¿äöñüà]*$/;
const gsmExtension = /[\f^{}\\[~\]|€]/g;

function fitsOneSms(text: string): boolean {
  const extended = text.match(gsmExtension)?.length ?? 0;
  if (gsm.test(text.replace(gsmExtension, ''))) return text.length + extended <= 160;
  return text.length <= 70;
}

describe('templates', () => {
  let folder: string;
  let templates: Templates;
  let count = 0;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gateway-templates-'));
    templates = await load();
  });
  afterAll(() => rm(folder, { recursive: true }));

  function load(options: Partial<Parameters<typeof loadTemplates>[0]> = {}): Promise<Templates> {
    return loadTemplates({
      directory: 'templates',
      overridingDirectory: null,
      locale: 'en',
      businessName: 'Milk & More',
      ...options,
    });
  }

  /** A folder with these files, such as `{'hi/credentials.sms.txt': '…'}`. */
  async function folderOf(files: Readonly<Record<string, string | Buffer>>): Promise<string> {
    const own = join(folder, String(count++));
    for (const [path, text] of Object.entries(files)) {
      await mkdir(join(own, path, '..'), { recursive: true });
      await writeFile(join(own, path), text);
    }
    return own;
  }

  async function problemsWith(files: Readonly<Record<string, string | Buffer>>): Promise<string> {
    const error = await load({ overridingDirectory: await folderOf(files) }).catch((failure) => failure);
    expect(error).toBeInstanceOf(TemplateError);
    return (error as TemplateError).problems.join('\n').replaceAll(`${folder}/`, '');
  }

  const credentials = {
    name: 'Asha Rao',
    loginName: 'asha@example.com',
    expiresOn: '2026-03-08',
    password: 'QyTmRk7hWz4P',
  };
  const sms = (values: Partial<typeof credentials>) =>
    templates.render('CREDENTIALS', 'SMS', { ...credentials, ...values })?.text ?? '';

  it('show every secret and leave no placeholder, of every kind and channel', () => {
    for (const kind of kinds) {
      const { values, secrets } = notificationKinds[kind];
      const given = Object.fromEntries([...values, ...secrets].map((name) => [name, `~${name}~`]));
      for (const channel of ['EMAIL', 'SMS'] as const) {
        const rendered = templates.render(kind, channel, given);
        const text = `${rendered?.subject ?? ''}\n${rendered?.text}`;
        expect(text, `${kind} ${channel}`).not.toMatch(/\{\{|\}\}|undefined|null/);
        for (const name of secrets) expect(text, `${kind} ${channel}`).toContain(`~${name}~`);
        expect(rendered?.subject === null, `${kind} ${channel}`).toBe(channel === 'SMS');
      }
    }
  });

  it.each([
    ['a long name', { name: 'Maheshwari'.repeat(40) }],
    ['a name in Devanagari', { name: 'आशा राव' }],
    ['a name of emoji', { name: '👩🏽‍🌾'.repeat(30) }],
    ['a login name of 36 characters', { loginName: '0b8c7f2e-5a0e-4a56-9c3f-2f1d6f0e9a77' }],
    ['an e-mail of 254 characters', { loginName: `${'a'.repeat(242)}@example.com` }],
    ['an e-mail of braces, two septets each', { loginName: `${'{'.repeat(200)}@example.com` }],
    ['an e-mail in another script', { loginName: 'आशा@उदाहरण.भारत' }],
    ['a phone', { loginName: '+919876543210' }],
  ])('make an SMS that fits one segment with %s', (_what, values) => {
    expect(sms(values)).toSatisfy(fitsOneSms);
    expect(sms(values)).toContain(credentials.password);
  });

  it('make every SMS fit one segment with the longest business name and values', async () => {
    for (const businessName of ['W'.repeat(30), 'दूध'.repeat(10)]) {
      const own = await load({ businessName });
      const longest = {
        name: 'n'.repeat(500),
        newEmail: `n***@${'e'.repeat(240)}.com`,
        loginName: `${'l'.repeat(242)}@example.com`,
        expiresOn: '2026-03-08',
        password: 'QyTmRk7hWz4P',
        code: 'ABCD2345EF',
        link: `https://${'h'.repeat(92)}`,
        minutes: '60',
        options: ['AB23CD45', 'EF67GH89', 'JK23MN45', 'PQ67RS89']
          .map((each) => `${'n'.repeat(40)} ${each}`)
          .join(', '),
      };
      for (const kind of kinds) {
        const rendered = own.render(kind, 'SMS', longest);
        expect(rendered?.text, `${kind} ${businessName}`).toSatisfy(fitsOneSms);
      }
    }
  });

  it('show an id and a phone whole, and both ends of an address that is too long', () => {
    for (const loginName of ['0b8c7f2e-5a0e-4a56-9c3f-2f1d6f0e9a77', '+919876543210'])
      expect(sms({ loginName })).toContain(loginName);
    const shortened = sms({ loginName: `priya.${'a'.repeat(236)}@example.com` });
    expect(shortened).toMatch(/log in as priya\.a+\.\.\.a*@example\.com with/);
    expect(shortened.length).toBe(160);
  });

  it('bring values into the alphabet of SMS: accents go, and what has no counterpart is not guessed', () => {
    expect(sms({ loginName: 'zoë.ščerbić@exámple.com' })).toContain('log in as zoe.scerbic@example.com');
    expect(sms({ loginName: 'आशा@example.com' })).toMatch(/log in as \*+@example\.com/);
  });

  it('cut names, the longest first and none to nothing, so that several codes fit one SMS whole', () => {
    const options = 'Maheshwari Venkataraman QQ23CD45, Ravi EF67GH89, Om JK23MN45, Chandrasekhar PQ67RS89';
    const shown =
      templates.render('PASSWORD_RESET_SHARED', 'SMS', { options: `${options}, Bo ABCDEFGH`, minutes: '10' })
        ?.text ?? '';
    expect(shown).toSatisfy(fitsOneSms);
    expect(shown).toMatch(
      /^Maheshwari V\w{3,12} QQ23CD45, Ravi EF67GH89, Om JK23MN45, Chandra\w* PQ67RS89, Bo ABCDEFGH: codes .* 10 minutes\./,
    );
    const lines = 'Asha:\nhttps://gateway.example/a\nRavi:\nhttps://gateway.example/b';
    const mail = templates.render('PASSWORD_RESET_SHARED', 'EMAIL', { options: lines, minutes: '60' });
    expect(mail?.text).toContain(`\n${lines}\n`);
  });

  it('do not send an SMS whose secret has no room', () => {
    const values = { name: '', expiresOn: '2026-03-08', link: `https://${'h'.repeat(200)}` };
    expect(templates.render('CONFIRM_EMAIL', 'SMS', values)).toBeNull();
    expect(templates.render('CONFIRM_EMAIL', 'EMAIL', values)?.text).toContain(values.link);
  });

  it('greet somebody without a name', () => {
    expect(templates.render('CREDENTIALS', 'EMAIL', { ...credentials, name: '' })?.text).toMatch(/^Hello,\n/);
  });

  it('let no value begin a line, turn the direction of writing, or be a placeholder', () => {
    const name = 'Asha\r\n\u2028Bcc: victim@example.com\u0000\u202E{{password}}';
    const rendered = templates.render('CREDENTIALS', 'EMAIL', { ...credentials, name });
    expect(rendered?.text).toMatch(/^Hello Asha Bcc: victim@example\.com \{\{password\}\},\n/);
    const changed = templates.render('EMAIL_CHANGED', 'EMAIL', { name: '', newEmail: 'a\nSubject: b' });
    expect(changed?.text).not.toMatch(/^Subject/m);
  });

  it('come file by file from the folder of the business, its language first and English last', async () => {
    const own = await load({
      locale: 'hi-IN',
      overridingDirectory: await folderOf({
        'hi-IN/credentials.sms.txt': '{{password}} hi-IN',
        'hi/credentials.sms.txt': '{{password}} hi',
        'hi/credentials.email.txt': '\uFEFFSubject: hi\r\n\r\n{{ password }}\r\n',
        'en/link-code.sms.txt': '{{code}} own',
      }),
    });
    const text = (kind: NotificationKind, channel: 'EMAIL' | 'SMS') =>
      own.render(kind, channel, { ...credentials, code: 'AB23' });
    expect(text('CREDENTIALS', 'SMS')?.text).toBe('QyTmRk7hWz4P hi-IN');
    expect(text('CREDENTIALS', 'EMAIL')).toEqual({ subject: 'hi', text: 'QyTmRk7hWz4P\n' });
    expect(text('LINK_CODE', 'SMS')?.text).toBe('AB23 own');
    expect(text('LINK_CODE', 'EMAIL')?.text).toContain('Hello Asha Rao');
  });

  it('may be in another script: an SMS has 70 characters then, and values keep their script', async () => {
    const own = await load({
      overridingDirectory: await folderOf({ 'en/email-changed.sms.txt': '{{name}}, आपका ईमेल: {{newEmail}}' }),
    });
    const render = (name: string) =>
      own.render('EMAIL_CHANGED', 'SMS', { name, newEmail: 'j***@example.com' })?.text ?? '';
    expect(render('आशा')).toBe('आशा, आपका ईमेल: j***@example.com');
    expect(render('आशा'.repeat(40))).toSatisfy(fitsOneSms);
    expect(render('आशा'.repeat(40))).toMatch(/^(आशा)+आ?, आपका ईमेल: j\*\*\*@example\.com$/);
  });

  it('are checked at once, and every problem is told', async () => {
    const found = await problemsWith({
      'en/credentials.sms.txt': '{{pasword}} {{loginName}}',
      'en/credentials.email.txt': 'Hello {{password}}',
      'en/link-code.email.txt': 'Subject: {{code}}\n\n{{code}} {{',
      'en/link-code.sms.txt': `{{code}} ${'long '.repeat(40)}`,
      'en/email-changed.sms.txt': `${'é'.repeat(40)} चार ${'é'.repeat(40)} {{newEmail}}`,
      'en/login-adopted.sms.txt': Buffer.from([0x48, 0xff, 0xfe]),
      'en/credential.sms.txt': 'misnamed',
    });
    expect(found).toContain('en/credential.sms.txt: is the name of no template');
    expect(found).toContain('en/credentials.sms.txt: shows {{pasword}}, which this message does not have');
    expect(found).toContain('en/credentials.sms.txt: does not show {{password}}');
    expect(found).toContain('en/credentials.email.txt: must begin with "Subject: …"');
    expect(found).toContain('en/link-code.email.txt: shows {{code}} in the subject');
    expect(found).toContain('en/link-code.email.txt: has {{ or }} that belong to no placeholder');
    expect(found).toContain('en/link-code.sms.txt: is longer than one SMS');
    expect(found).toContain('en/email-changed.sms.txt: is longer than one SMS');
    expect(found).toContain('en/login-adopted.sms.txt: is not written in UTF-8');
    expect(found.split('\n')).toHaveLength(9);
  });

  it('tell of a folder that is not there, and of one that is not complete', async () => {
    const missing = await load({ overridingDirectory: join(folder, 'nowhere') }).catch((error) => error);
    expect((missing as TemplateError).message).toContain('nowhere: there is no such folder');
    const empty = await load({ directory: await folderOf({ 'en/x': '' }) }).catch((error) => error);
    expect((empty as TemplateError).problems).toHaveLength(2 * kinds.length);
  });
});
