import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { AppError, badInput } from '../../src/errors.ts';
import { createFormPageHandler } from '../../src/http/pages/form-page.ts';
import { type ResetPassword, resetPasswordPage } from '../../src/http/pages/reset-password-page.ts';

type Asked = Parameters<ResetPassword>[0];

let server: Server;
let url: string;
const asked: Asked[] = [];
const reported: unknown[] = [];
/** What the reset throws; null when it works. */
let refusal: Error | null = null;
beforeAll(async () => {
  const page = resetPasswordPage(async (input) => {
    asked.push(input);
    if (refusal !== null) throw refusal;
    return { message: 'Log in as <priya> & co.' };
  });
  const report = (error: unknown) => reported.push(error);
  const handle = createFormPageHandler(page, { report, clientAddress: () => '192.0.2.7' });
  server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/reset-password`;
});
afterEach(() => {
  asked.length = 0;
  reported.length = 0;
  refusal = null;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const link = { token: 'link-token', newPassword: 'nine green kites' };
const code = { identifier: 'priya@example.com', code: 'ABCD2345', newPassword: 'nine green kites' };
const expired = new AppError('INVALID_OR_EXPIRED_TOKEN', 'Invalid or expired token.');

describe('opening the page', () => {
  it.each(['?token=link-token', '', '?token=', '?other=1'])(
    'asks for nothing but a password, and does nothing: %s',
    async (search) => {
      for (const method of ['GET', 'HEAD', 'GET']) expect((await load(search, { method })).status).toBe(200);
      expect(asked).toEqual([]);
    },
  );

  it('with a link keeps its token in the form, and asks for a new password', async () => {
    const { text } = await load('?token=link-token');
    expect(text).toContain('<form method="post" action="reset-password">');
    expect(text).toContain('<input type="hidden" name="token" value="link-token">');
    expect(inputs(text)).toEqual(['token', 'newPassword']);
    expect(text).toContain('type="password" autocomplete="new-password"');
  });

  it('without one asks for what was sent by SMS, and to whom', async () => {
    const { text } = await load();
    expect(inputs(text)).toEqual(['identifier', 'code', 'newPassword']);
    expect(text).toContain('autocomplete="username"');
    expect(text).toContain('autocomplete="one-time-code"');
  });

  it('with what can be no token shows the refusal', async () => {
    const page = await load(`?token=${'x'.repeat(201)}`);
    expect([page.status, heading(page.text)]).toEqual([400, 'Invalid or expired link']);
  });

  it('writes what the address holds as text, never as markup', async () => {
    const { text } = await load(`?token=${encodeURIComponent(`"><script>alert('&')</script>`)}`);
    expect(text).toContain('value="&quot;&gt;&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;"');
    expect(text).not.toContain('<script');
  });
});

describe('sending the form', () => {
  it('with a link resets by it, from the address of the client', async () => {
    const page = await send(link);
    expect([page.status, heading(page.text)]).toEqual([200, 'Your password is changed']);
    expect(page.text).toContain('<p role="status">Log in as &lt;priya&gt; &amp; co.</p>');
    expect(page.text).toContain('Every device that was logged in has been logged out');
    expect(asked).toEqual([{ ...link, identifier: null, clientAddress: '192.0.2.7' }]);
  });

  it('with a code resets by it and by whom it is for, spaces around them aside', async () => {
    const page = await send({ ...code, code: ` ${code.code} `, identifier: ` ${code.identifier} ` });
    expect(heading(page.text)).toBe('Your password is changed');
    const { identifier, newPassword } = code;
    expect(asked).toEqual([{ token: code.code, identifier, newPassword, clientAddress: '192.0.2.7' }]);
  });

  it('takes a password as it is typed', async () => {
    const newPassword = '  ünï & "quotes" + 100% ';
    await send({ ...link, newPassword });
    expect(asked[0]?.newPassword).toBe(newPassword);
  });

  it('takes no body of another type, and none beyond a few kilobytes', async () => {
    const json = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(link),
    };
    expect((await load('', json)).status).toBe(415);
    expect((await send({ ...link, newPassword: 'x'.repeat(10_000) })).status).toBe(413);
    expect((await load('', { method: 'DELETE' })).status).toBe(405);
    expect(asked).toEqual([]);
  });
});

describe('a refusal', () => {
  it.each([
    ['a link', link, ['value="link-token"']],
    ['a code', code, ['value="priya@example.com"', 'value="ABCD2345"']],
  ] as const)('of the password keeps everything else of %s', async (_, form, kept) => {
    refusal = badInput('newPassword', 'The new password must have at least 8 characters.');
    const { status, text } = await send(form);
    expect(status).toBe(400);
    for (const value of kept) expect(text).toContain(value);
    expect(text).not.toContain(form.newPassword);
    expectError(text, 'newPassword', 'The new password must have at least 8 characters.');
  });

  it('of a code keeps who it is for, and asks for the code again', async () => {
    refusal = expired;
    const { status, text } = await send(code);
    expect(status).toBe(400);
    expect(text).toContain('value="priya@example.com"');
    expect(text).not.toContain(code.code);
    expectError(text, 'code', 'This code is not right');
  });

  it('of a link offers no form, and is the same for every token', async () => {
    refusal = expired;
    const pages = await Promise.all(['a', 'b'.repeat(43)].map((token) => send({ ...link, token })));
    expect(pages[0]?.text).toBe(pages[1]?.text);
    expect(heading(pages[0]?.text ?? '')).toBe('Invalid or expired link');
    expect(pages[0]?.text).not.toContain('<form');
  });

  it.each([
    ['identifier', { ...code, identifier: ' ' }],
    ['code', { ...code, code: ' ' }],
    ['newPassword', { ...code, newPassword: '' }],
    ['newPassword', { ...link, newPassword: '' }],
  ])('of nothing typed is said at the field %s, and counts as no attempt', async (field, form) => {
    const { status, text } = await send(form);
    expect(status).toBe(400);
    expectError(text, field, '');
    expect(asked).toEqual([]);
  });

  it.each([
    ['RATE_LIMITED', 429],
    ['UNAVAILABLE', 503],
    ['CONFLICT', 409],
  ] as const)('with %s is said above the form, which keeps what was typed', async (errorCode, wanted) => {
    refusal = new AppError(errorCode, 'Not <now>.');
    for (const form of [link, code]) {
      const { status, text } = await send(form);
      expect(status).toBe(wanted);
      expect(/<p role="alert" class="error">(.+)<\/p>\n<form/.exec(text)?.[1]).toMatch(
        /Not &lt;now&gt;\.|cannot reach/,
      );
      expect(text).toContain('token' in form ? 'value="link-token"' : 'value="ABCD2345"');
      expect(text).not.toContain(form.newPassword);
    }
  });

  it('that nobody expected shows nothing of it, and tells whoever reads the log nothing that is secret', async () => {
    refusal = new Error('findAndModify failed');
    const { status, text } = await send(link);
    expect([status, heading(text)]).toEqual([500, 'That did not work']);
    expect(text).not.toContain('findAndModify');
    expect(reported).toEqual([refusal]);
    expect(JSON.stringify(reported.map((error) => String((error as Error).stack)))).not.toContain(link.token);
  });
});

it.each([
  ['the form', () => load('?token=x')],
  ['the refusal', () => send({ ...code, code: '' })],
])('nothing foreign is let in, and nobody keeps, frames or finds the page: %s', async (_, ask) => {
  const { headers } = await ask();
  const policy = headers.get('content-security-policy') ?? '';
  expect(policy).toMatch(
    /^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'$/,
  );
  expect(headers.get('referrer-policy')).toBe('no-referrer');
  expect(headers.get('cache-control')).toBe('no-store');
  expect(headers.get('x-frame-options')).toBe('DENY');
  expect(headers.get('x-robots-tag')).toBe('noindex, nofollow');
});

/** The field is marked, has the focus, and is read out with its error and its hint. */
function expectError(text: string, field: string, message: string): void {
  expect(text).toContain('<title>Error: Choose a new password</title>');
  const input = new RegExp(`<input id="${field}"[^>]*>`).exec(text)?.[0];
  expect(input).toContain(`aria-describedby="${field}-error ${field}-hint" aria-invalid="true" autofocus`);
  expect(text.match(/autofocus/g)).toHaveLength(1);
  expect(text.match(/role="alert"/g)).toHaveLength(1);
  expect(text).toContain(`<p id="${field}-error" role="alert" class="error">${message}`);
  expect(text).toContain(`id="${field}-hint"`);
}

function inputs(text: string): (string | undefined)[] {
  return [...text.matchAll(/<input[^>]* name="(\w+)"/g)].map((match) => match[1]);
}

function send(form: Record<string, string>) {
  return load('', {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form).toString(),
  });
}

async function load(search = '', init: RequestInit = {}) {
  const response = await fetch(`${url}${search}`, init);
  return { status: response.status, headers: response.headers, text: await response.text() };
}

function heading(text: string): string | undefined {
  return /<h1>(.*)<\/h1>/.exec(text)?.[1];
}
