import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { EXAMPLES } from '../../src/playground/examples.ts';
import { startGateway, type TestGateway } from '../support/start-gateway.ts';
import { openBrowser } from './support/open-browser.ts';
import { openPlayground } from './support/playground-page.ts';

let gateway: TestGateway;
let browser: Browser;

beforeAll(async () => {
  [gateway, browser] = await Promise.all([startGateway(), openBrowser()]);
});

afterAll(async () => {
  await browser?.close();
  await gateway?.close();
});

describe('with the playground, an admin', () => {
  test('logs in and lists the customers of both systems, with no request to another origin', async () => {
    const { page, logIn, runExample, ...seen } = await open();
    await logIn(gateway.admin.email, gateway.admin.password);
    await page.getByRole('region', { name: 'Logged in as' }).getByText('admin', { exact: true }).waitFor();

    const { data } = JSON.parse(await runExample('Customers of both systems'));
    const customers: { systems: string[]; deliveryBoy: { name: string } | null }[] = data.customers.nodes;
    expect(customers.some(({ systems }) => systems.length === 2)).toBe(true);
    expect(customers.some(({ systems }) => systems.join() === 'USERS')).toBe(true);
    expect(customers.some(({ systems }) => systems.join() === 'CUSTOMERS_V2')).toBe(true);
    expect(customers.some(({ deliveryBoy }) => deliveryBoy !== null)).toBe(true);
    expect(data.customers.count.value).toBeGreaterThanOrEqual(customers.length);

    const pane = page.getByRole('region', { name: 'Result Window' });
    expect(tidy(await pane.textContent())).toContain('"customers": {');
    expect(seen.foreignRequests).toEqual([]);
    expect(seen.problems).toEqual([]);
  });

  test('finds one customer by phone and by e-mail, and all candidates of an ambiguous name', async () => {
    const { logIn, runExample, page } = await open();
    await logIn(gateway.admin.email, gateway.admin.password);
    await page.getByRole('region', { name: 'Logged in as' }).waitFor();

    const byPhone = JSON.parse(await runExample('Find one by phone')).data.findCustomer;
    expect(byPhone).toMatchObject({ __typename: 'CustomerFound', matchedBy: ['PHONE'] });
    const byEmail = JSON.parse(await runExample('Find one by e-mail')).data.findCustomer;
    expect(byEmail).toMatchObject({ __typename: 'CustomerFound', matchedBy: ['EMAIL'] });
    const byName = JSON.parse(await runExample('Find by an ambiguous name')).data.findCustomer;
    expect(byName.__typename).toBe('CustomerAmbiguous');
    expect(byName.totalCandidates).toBeGreaterThan(1);
  });

  test('lets a customer see their own record, and nobody else', async () => {
    const { page, logIn, runExample } = await open();
    await logIn(gateway.people.customerEmail, gateway.people.password);
    await page.getByRole('region', { name: 'Logged in as' }).getByText('customer', { exact: true }).waitFor();

    const me = JSON.parse(await runExample('Who am I')).data.me;
    expect(me).toMatchObject({ role: 'CUSTOMER', customer: { id: expect.any(String) } });
    const list = JSON.parse(await runExample('Customers of both systems'));
    expect([list.data.customers, list.errors[0].extensions.code]).toEqual([null, 'FORBIDDEN']);
  });

  test.each(EXAMPLES.map(({ title }) => title))('runs the example "%s" without an error', async (title) => {
    const { page, logIn, runExample } = await open();
    await logIn(gateway.admin.email, gateway.admin.password);
    await page.getByRole('region', { name: 'Logged in as' }).waitFor();
    const { data, errors } = JSON.parse(await runExample(title));
    expect(errors).toBeUndefined();
    expect(Object.values(data)).not.toContain(null);
  });

  test('keeps the session over a reload of the tab, in nothing that outlives it, and drops it by logging out', async () => {
    const { page, logIn } = await open();
    await logIn(gateway.admin.email, gateway.admin.password);
    const viewer = page.getByRole('region', { name: 'Logged in as' });
    await viewer.waitFor();
    await page.reload();
    await viewer.waitFor();
    expect(await page.evaluate('Object.values(localStorage).join()')).not.toContain('accessToken');
    expect(await page.context().cookies()).toEqual([]);

    await viewer.getByRole('button', { name: 'Log out' }).click();
    await page.getByRole('form', { name: 'Log in' }).waitFor();
    expect(await page.evaluate('Object.values(sessionStorage).join()')).not.toContain('accessToken');
  });

  test('is told in the editor of a field that does not exist', async () => {
    const { page, problems } = await open();
    await page.getByRole('button', { name: 'New tab' }).click();
    await page.locator('.graphiql-query-editor .monaco-editor').first().click();
    await page.keyboard.insertText('{ nonsense }');
    await page.locator('.graphiql-query-editor .squiggly-error').first().waitFor();
    expect(problems).toEqual([]);
  });
});

describe('the playground', () => {
  test('shows a wrong password by its code', async () => {
    const { page, logIn } = await open();
    await logIn(gateway.admin.email, 'not the password');
    const alert = page.locator('.notice-error[role=alert]');
    await alert.waitFor();
    expect(await alert.textContent()).toMatch(/^INVALID_CREDENTIALS\s+\S/);
    expect(await page.getByRole('form', { name: 'Log in' }).isVisible()).toBe(true);
  });

  test('says so when the session has expired', async () => {
    const { page, logIn, answer } = await open();
    await answer('mutation LogIn', (login) => {
      login.data.login.expiresAt = new Date(Date.now() + 4_000).toISOString();
      return login;
    });
    await logIn(gateway.admin.email, gateway.admin.password);
    await page.getByRole('region', { name: 'Logged in as' }).waitFor();
    await page.getByText('Your session ended').waitFor();
    expect(await page.getByRole('form', { name: 'Log in' }).isVisible()).toBe(true);
  });

  test('says so when the gateway no longer accepts the token', async () => {
    const { page, logIn, runExample, answer } = await open();
    await logIn(gateway.admin.email, gateway.admin.password);
    await page.getByRole('region', { name: 'Logged in as' }).waitFor();
    await answer('query Me', () => ({
      errors: [{ message: 'Log in first.', extensions: { code: 'UNAUTHENTICATED' } }],
    }));
    await runExample('Who am I');
    await page.getByText('Your session ended').waitFor();
  });

  test('asks for a new password where a temporary one was used, and goes on with the new session', async () => {
    const { page, logIn, answer } = await open();
    await answer('mutation LogIn', (login) => {
      login.data.login.mustChangePassword = true;
      return login;
    });
    let sent = '';
    await page.route('**/graphql', (route) => {
      const body = route.request().postData() ?? '';
      if (!body.includes('mutation ChangePassword')) return route.fallback();
      sent = body;
      const expiresAt = new Date(Date.now() + 60_000).toISOString();
      const viewer = { id: 'u1', name: 'Asha after', role: 'ADMIN' };
      const changePassword = { accessToken: 'another', expiresAt, mustChangePassword: false, viewer };
      return route.fulfill({ json: { data: { changePassword } } });
    });
    await logIn(gateway.admin.email, gateway.admin.password);

    const form = page.getByRole('form', { name: 'Choose a new password' });
    await form.getByLabel('Temporary password').fill('temporary');
    await form.getByLabel('New password', { exact: true }).fill('a new long password');
    await form.getByLabel('New password again').fill('another long password');
    await form.getByRole('button', { name: 'Change password' }).click();
    await page.getByText('The two new passwords differ.').waitFor();
    expect(sent).toBe('');

    await form.getByLabel('New password again').fill('a new long password');
    await form.getByRole('button', { name: 'Change password' }).click();
    await page.getByText('Asha after').waitFor();
    expect(await form.isVisible()).toBe(false);
    expect(JSON.parse(sent).variables).toEqual({
      currentPassword: 'temporary',
      newPassword: 'a new long password',
    });
  });

  test('explains why there is no documentation where the schema is refused, and asks again after a log-in', async () => {
    const { page, logIn, answer } = await open();
    let isRefused = true;
    await answer('IntrospectionQuery', (schema) =>
      isRefused
        ? {
            errors: [{ message: 'Introspection is off.', extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }],
          }
        : schema,
    );
    await page.reload();
    const hint = page.getByText('The schema is shown to admins and analysts only');
    await hint.waitFor();
    isRefused = false;
    await logIn(gateway.admin.email, gateway.admin.password);
    await page.getByRole('region', { name: 'Logged in as' }).waitFor();
    await hint.waitFor({ state: 'detached' });
  });

  test('follows the theme of the reader', async () => {
    const { page } = await open('dark');
    const paper = await page.evaluate('getComputedStyle(document.body).backgroundColor');
    expect(paper).toBe('rgb(33, 42, 59)');
  });
});

async function open(colorScheme?: 'light' | 'dark') {
  const opened = await openPlayground(browser, gateway.url, colorScheme);
  onTestFinished(() => opened.close());
  return opened;
}

/** Editors write spaces that do not break. */
function tidy(text: string | null): string {
  return (text ?? '').replaceAll('\u00a0', ' ');
}
