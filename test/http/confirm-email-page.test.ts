import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { generateDemoData } from '../../src/cli/demo/generate-demo-data.ts';
import { addPendingEmail } from '../support/pending-email.ts';
import { type BreakableGateway, startBreakableGateway } from './support/breakable-gateway.ts';

let gateway: BreakableGateway;
let loginId: string;
let requests = 0;
beforeAll(async () => {
  gateway = await startBreakableGateway();
  const login = await gateway.foreign.users.findOne({ email: generateDemoData().people.customerEmail });
  loginId = String(login?.id);
});
afterEach(() => gateway.mend());
afterAll(() => gateway?.close());

const formType = 'application/x-www-form-urlencoded';

describe('opening the link', () => {
  it('shows a button, and changes nothing however often it is opened', async () => {
    const token = await waitingToken();
    const before = await everything();
    for (const method of ['GET', 'HEAD', 'GET']) {
      const page = await open(token, method);
      expect(page.status).toBe(200);
      expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    }
    expect(await everything()).toEqual(before);
    const { text } = await open(token);
    expect(text).toContain('<form method="post" action="confirm-email">');
    expect(text).toContain(`<input type="hidden" name="token" value="${token}">`);
    expect(text).toContain('<button type="submit">');
  });

  it('with HEAD has the headers of GET, and no body', async () => {
    const [get, head] = [await open('x'), await open('x', 'HEAD')];
    expect(head.text).toBe('');
    for (const name of ['content-length', 'content-security-policy', 'content-type']) {
      expect(head.headers.get(name)).toBe(get.headers.get(name));
    }
  });

  it('writes what the address holds as text, never as markup', async () => {
    const { text } = await open(`"><script>alert('&')</script>`);
    expect(text).toContain('value="&quot;&gt;&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;"');
    expect(text).not.toContain('<script');
  });

  it.each(['', '?token=', `?token=${'x'.repeat(201)}`, '?other=1'])(
    'without a token that can be one is answered with the refusal: %s',
    async (search) => {
      const page = await load(`/confirm-email${search}`);
      expect([page.status, heading(page.text)]).toEqual([400, 'Invalid or expired link']);
    },
  );
});

describe('pressing the button', () => {
  it('confirms once; the second time the link is no good', async () => {
    const token = await waitingToken();
    const first = await press(token);
    expect([first.status, heading(first.text)]).toEqual([200, 'Your e-mail address is confirmed']);
    expect(await gateway.foreign.users.findOne({ id: loginId })).toMatchObject({ email: wanted() });
    const second = await press(token);
    expect([second.status, heading(second.text)]).toEqual([400, 'Invalid or expired link']);
  });

  it('shows the same for every token that is no good, and never the token', async () => {
    const expired = await addPendingEmail(gateway.foreign, loginId, 'expired@example.com', new Date());
    const pages = await Promise.all([expired, '', 'x', 'y'.repeat(43)].map((token) => press(token)));
    expect(new Set(pages.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(pages[0]?.status).toBe(400);
    expect(pages[0]?.text).not.toContain(expired);
  });

  it('says so when the database is in the way, and the link still holds', async () => {
    const token = await waitingToken();
    await gateway.fail({ failCommands: ['find'], errorCode: 11_600 });
    const page = await press(token);
    expect([page.status, heading(page.text)]).toEqual([503, 'That did not work']);
    await gateway.mend();
    expect((await press(token)).status).toBe(200);
  });

  it('shows nothing of a fault, logs it, and never logs the token', async () => {
    const token = await waitingToken();
    const before = gateway.log.length;
    await gateway.fail({ failCommands: ['findAndModify'], errorCode: 8 });
    const page = await press(token);
    expect([page.status, heading(page.text)]).toEqual([500, 'That did not work']);
    expect(page.text).not.toMatch(/mongo|findAndModify|failCommand/i);
    const logged = gateway.log.slice(before);
    expect(logged.filter(({ message }) => message === 'request failed')).toHaveLength(1);
    await gateway.mend();
    expect((await press(token)).status).toBe(200);
    const told = gateway.log.map(({ details, message }) => [
      message,
      JSON.stringify(details),
      String(details.err?.stack),
    ]);
    expect(JSON.stringify(told)).not.toContain(token);
  });
});

describe('the page', () => {
  it.each([
    ['the button', () => open('x')],
    ['the refusal', () => press('x')],
    ['an error', () => load('/confirm-email', { method: 'DELETE' })],
  ])('lets nothing foreign in, and nobody keep, frame or find it: %s', async (_, ask) => {
    const { headers, text } = await ask();
    const style = /<style>([\s\S]*)<\/style>/.exec(text)?.[1] ?? '';
    const digest = createHash('sha256').update(style).digest('base64');
    expect(headers.get('content-security-policy')).toBe(
      `default-src 'none'; style-src 'sha256-${digest}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
    );
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-robots-tag')).toContain('noindex');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(text.match(/<h1>/g)).toHaveLength(1);
    expect(text).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(text).toContain('name="viewport"');
    expect(text).not.toMatch(/<script|https?:|style="|\son\w+=/);
  });

  it.each(['PUT', 'PATCH', 'DELETE', 'OPTIONS'])('refuses %s', async (method) => {
    const page = await load('/confirm-email', { method });
    expect([page.status, page.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST']);
  });

  it.each(['application/json', 'text/plain', 'multipart/form-data; boundary=x'])(
    'takes no body of type %s',
    async (type) => {
      const token = await waitingToken();
      const body = JSON.stringify({ token });
      const page = await load('/confirm-email', { method: 'POST', headers: { 'content-type': type }, body });
      expect(page.status).toBe(415);
    },
  );

  it('takes no body beyond a few kilobytes', async () => {
    const page = await load('/confirm-email', {
      method: 'POST',
      headers: { 'content-type': formType },
      body: `token=${'x'.repeat(10_000)}`,
    });
    expect(page.status).toBe(413);
  });
});

/** A token that is good for a moment. */
function waitingToken(): Promise<string> {
  requests += 1;
  return addPendingEmail(gateway.foreign, loginId, wanted());
}

/** The address that the last of them is for. */
function wanted(): string {
  return `confirmed${requests}@example.com`;
}

function open(token: string, method = 'GET') {
  return load(`/confirm-email?token=${encodeURIComponent(token)}`, { method });
}

function press(token: string) {
  return load('/confirm-email', {
    method: 'POST',
    headers: { 'content-type': formType },
    body: new URLSearchParams({ token }).toString(),
  });
}

async function load(path: string, init: RequestInit = {}) {
  const response = await fetch(`${gateway.url}${path}`, init);
  return { status: response.status, headers: response.headers, text: await response.text() };
}

function heading(text: string): string | undefined {
  return /<h1>(.*)<\/h1>/.exec(text)?.[1];
}

async function everything() {
  const { users, customersV2, accounts, tokens, journal, notifications } = gateway.foreign;
  const found = [users, customersV2, accounts, tokens, journal, notifications].map((collection) =>
    collection.find({}, {}).toArray(),
  );
  return Promise.all(found as Promise<unknown>[]);
}
