import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { secretIn } from '../support/inbox.ts';
import { startGateway, type TestGateway } from '../support/start-gateway.ts';
import { colours, contrasts, luminance } from './support/contrasts.ts';
import { openBrowser } from './support/open-browser.ts';

let gateway: TestGateway;
let browser: Browser;
beforeAll(async () => {
  [gateway, browser] = await Promise.all([startGateway(), openBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await gateway?.close();
});

const ask = `mutation ($email: String!, $password: String!) {
  setEmail(email: $email, currentPassword: $password) { email pendingEmail }
}`;

test('a customer asks for another e-mail, opens the link on a phone, confirms, and logs in with it', async () => {
  const { customerEmail, password } = gateway.people;
  const client = await gateway.logIn(customerEmail);
  const asked = await client(ask, { email: 'Brand.New@example.com', password });
  expect(asked.data.setEmail).toEqual({ email: customerEmail, pendingEmail: 'brand.new@example.com' });
  const link = secretIn(await gateway.messageTo('brand.new@example.com', { kind: 'CONFIRM_EMAIL' }));
  await gateway.messageTo(customerEmail, { kind: 'EMAIL_CHANGE_REQUESTED' });

  const { page, foreignRequests, problems } = await openLink(link);
  await page.getByRole('heading', { level: 1, name: 'Confirm your e-mail address' }).waitFor();
  await page.reload();
  expect((await client('{ me { email } }')).data.me.email).toBe(customerEmail);

  const button = page.getByRole('button', { name: 'Confirm this address' });
  await page.keyboard.press('Tab');
  expect(await button.evaluate((element) => element.matches(':focus-visible'))).toBe(true);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Your e-mail address is confirmed' }).waitFor();
  expect(new URL(page.url()).search).toBe('');
  await gateway.messageTo(customerEmail, { kind: 'EMAIL_CHANGED' });
  expect((await client('{ me { email pendingEmail } }')).data.me).toEqual({
    email: 'brand.new@example.com',
    pendingEmail: null,
  });
  await gateway.logIn('brand.new@example.com');

  await page.goto(addressOf(link));
  await page.getByRole('button', { name: 'Confirm this address' }).click();
  await page.getByRole('heading', { level: 1, name: 'Invalid or expired link' }).waitFor();

  expect(foreignRequests).toEqual([]);
  expect(problems.filter((problem) => !problem.includes('status of 400'))).toEqual([]);
});

describe.each(['light', 'dark'] as const)('in %s mode', (colorScheme) => {
  test('the page fits a small phone, its button is large enough for a thumb, and all of it can be read', async () => {
    const { page } = await openLink(`https://gateway.example/confirm-email?token=${'x'.repeat(43)}`, {
      colorScheme,
    });
    expect(await page.title()).toBe('Confirm your e-mail address');
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    const box = await page.getByRole('button').boundingBox();
    expect(Math.min(box?.height ?? 0, box?.width ?? 0)).toBeGreaterThanOrEqual(44);
    for (const contrast of await contrasts(page, ['h1', 'p', 'button'])) {
      expect(contrast).toBeGreaterThanOrEqual(4.5);
    }
    await page.getByRole('button').click();
    await page.getByRole('alert').waitFor();
    for (const contrast of await contrasts(page, ['h1', 'p', '.quiet'])) {
      expect(contrast).toBeGreaterThanOrEqual(4.5);
    }
    const [background] = await colours(page, 'body');
    expect(luminance(background ?? [])).toSatisfy((value: number) =>
      colorScheme === 'dark' ? value < 0.1 : value > 0.8,
    );
  });
});

/** Opens what a message says on a small phone, with everything that went wrong there. */
async function openLink(link: string, { colorScheme = 'light' as 'light' | 'dark' } = {}) {
  const context = await browser.newContext({ colorScheme, viewport: { width: 320, height: 568 } });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const foreignRequests: string[] = [];
  const problems: string[] = [];
  context.on('request', (request) => {
    if (!request.url().startsWith(gateway.url)) foreignRequests.push(request.url());
  });
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => problems.push(message.text()));
  await page.goto(addressOf(link));
  return { page, foreignRequests, problems };
}

/** Where a link leads when the gateway is reached where this one listens. */
function addressOf(link: string): string {
  const { pathname, search } = new URL(link);
  return `${gateway.url}${pathname}${search}`;
}
