import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { startGateway, type TestGateway } from '../support/start-gateway.ts';
import { contrasts } from './support/contrasts.ts';
import { openBrowser } from './support/open-browser.ts';

let gateway: TestGateway;
let browser: Browser;
const phone = '+919845077777';
beforeAll(async () => {
  [gateway, browser] = await Promise.all([startGateway(), openBrowser()]);
  const stored = await gateway.foreign.users.findOne({ email: gateway.people.customerEmail });
  const { _id, customer_v2_id, ...login } = stored ?? { _id: null };
  const withoutMail = { ...login, id: crypto.randomUUID(), phone, email: '9845077777@delivery.local' };
  await gateway.foreign.db.collection('users').insertOne({ ...withoutMail });
  await gateway.sweep();
});
afterAll(async () => {
  await browser?.close();
  await gateway?.close();
});

const ask = 'mutation ($identifier: String!) { forgotPassword(identifier: $identifier) { message } }';

test('somebody who forgot their password opens the link with scripts off, by keyboard alone, and every device is logged out', async () => {
  const { customerEmail, password } = gateway.people;
  const device = await gateway.logIn(customerEmail);
  expect((await gateway.anonymous(ask, { identifier: customerEmail })).errors).toEqual([]);
  const { text } = await gateway.messageTo(customerEmail, { kind: 'PASSWORD_RESET' });
  const link = new URL(/https?:\S+/.exec(text)?.[0] ?? '');

  const { page, foreignRequests, problems } = await open(`${link.pathname}${link.search}`);
  await page.reload();
  const field = page.getByLabel('New password');
  await page.keyboard.press('Tab');
  expect(await isFocused(field)).toBe(true);
  await page.keyboard.type('short');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').filter({ hasText: 'at least 8 characters' }).waitFor();
  expect(await page.title()).toBe('Error: Choose a new password');
  expect(new URL(page.url()).search).toBe('');

  // The field that was refused has the focus, and is empty.
  expect(await field.inputValue()).toBe('');
  expect(await isFocused(field)).toBe(true);
  expect(await descriptionOf(page, '#newPassword')).toMatch(/at least 8 characters.*72 letters/s);
  expect((await device('{ me { id } }')).data.me.id).toBeTypeOf('string');
  await page.keyboard.type('nine green kites');
  await page.keyboard.press('Tab');
  expect(await isFocused(page.getByRole('button', { name: 'Set the new password' }))).toBe(true);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Your password is changed' }).waitFor();
  expect(await page.getByRole('status').textContent()).toContain(customerEmail);

  expect((await device('{ me { id } }')).code).toBe('UNAUTHENTICATED');
  await expect(gateway.logIn(customerEmail, password)).rejects.toThrow();
  await gateway.logIn(customerEmail, 'nine green kites');

  await page.goto(`${gateway.url}${link.pathname}${link.search}`);
  await page.getByLabel('New password').fill('ten purple kites');
  await page.getByRole('button').click();
  await page.getByRole('heading', { level: 1, name: 'Invalid or expired link' }).waitFor();
  await page.getByRole('link', { name: 'Enter the code' }).click();
  await page.getByLabel('Code').waitFor();
  expect(foreignRequests).toEqual([]);
  // Chromium would have a user name beside a password; opening the link tells nobody whose it is.
  expect(problems.filter((problem) => !/status of 400|username fields/.test(problem))).toEqual([]);
});

test('who was sent a code by SMS types it with their phone; what was typed stays when it was wrong', async () => {
  expect((await gateway.anonymous(ask, { identifier: phone })).errors).toEqual([]);
  const { text } = await gateway.messageTo(phone, { kind: 'PASSWORD_RESET_CODE' });
  const code = /\b[A-Z0-9]{8}\b/.exec(text)?.[0] ?? '';
  const { page } = await open('/reset-password');
  await page.getByLabel('E-mail or phone').fill('098450 77777');
  await page.getByLabel('Code').fill('WRNG2345');
  await page.getByLabel('New password').fill('nine green kites');
  await page.getByRole('button').click();
  await page.getByRole('alert').filter({ hasText: 'This code is not right' }).waitFor();
  expect(await page.getByLabel('E-mail or phone').inputValue()).toBe('098450 77777');
  expect(await isFocused(page.getByLabel('Code'))).toBe(true);
  await page.keyboard.type(code.toLowerCase());
  await page.keyboard.press('Tab');
  await page.keyboard.type('nine green kites');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Your password is changed' }).waitFor();
  await gateway.logIn(phone, 'nine green kites');
});

describe.each(['light', 'dark'] as const)('in %s mode', (colorScheme) => {
  test.each(['/reset-password', `/reset-password?token=${'x'.repeat(43)}`])(
    'the page fits a small phone, can be read, and is large enough for a thumb: %s',
    async (path) => {
      const { page } = await open(path, { colorScheme });
      await expectToFit(page);
      expect(await contrastsOf(page, ['h1', 'p', 'label', '.field p', 'button'])).toEqual([]);
      for (const label of await page.locator('label').all()) {
        const name = (await label.textContent()) ?? '';
        const box = await page.getByLabel(name).boundingBox();
        expect(box?.height, name).toBeGreaterThanOrEqual(44);
        expect(box?.width, name).toBeGreaterThan(200);
      }
      for (const input of await page.locator('input:visible').all()) await input.fill('x');
      await page.getByRole('button').click();
      await page.getByRole('alert').waitFor();
      await expectToFit(page);
      expect(await contrastsOf(page, ['h1', '[role=alert]'])).toEqual([]);
    },
  );
});

async function expectToFit(page: Page): Promise<void> {
  const widths = page.locator('html');
  expect(await widths.evaluate((element) => element.scrollWidth <= 320)).toBe(true);
}

/** Those that cannot be read. */
async function contrastsOf(page: Page, selectors: readonly string[]): Promise<string[]> {
  const found = await contrasts(page, selectors);
  return selectors.filter((_, index) => (found[index] ?? 0) < 4.5);
}

function isFocused(locator: ReturnType<Page['getByLabel']>): Promise<boolean> {
  return locator.evaluate((element) => element.matches(':focus'));
}

/** What is read out with a field, beside its label. */
function descriptionOf(page: Page, selector: string): Promise<string> {
  return page.locator(selector).evaluate((element) =>
    (element.getAttribute('aria-describedby') ?? '')
      .split(' ')
      .map((id: string) => element.ownerDocument.querySelector(`#${id}`)?.textContent ?? '')
      .join(' '),
  );
}

/** A small phone on which no script runs, with everything that went wrong there. */
async function open(path: string, options: BrowserContextOptions = {}) {
  const context = await browser.newContext({
    viewport: { width: 320, height: 568 },
    javaScriptEnabled: false,
    ...options,
  });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const foreignRequests: string[] = [];
  const problems: string[] = [];
  context.on('request', (request) => {
    if (!request.url().startsWith(gateway.url)) foreignRequests.push(request.url());
  });
  page.on('console', (message) => problems.push(message.text()));
  await page.goto(`${gateway.url}${path}`);
  return { page, foreignRequests, problems };
}
