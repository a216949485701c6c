import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { secretIn } from '../support/inbox.ts';
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

test('a customer whom an admin creates reads the message, logs in, chooses a password and sees their own record', async () => {
  const { page, logIn, runExample, foreignRequests, problems, close } = await openPlayground(
    browser,
    gateway.url,
  );
  onTestFinished(close);
  const viewer = page.getByRole('region', { name: 'Logged in as' });
  await logIn(gateway.admin.email, gateway.admin.password);
  await viewer.getByText('admin', { exact: true }).waitFor();

  const created = JSON.parse(await runExample('Create a customer')).data.createCustomer;
  expect(created).toMatchObject({
    adopted: false,
    credentialsSentTo: ['m***@example.com'],
    customer: { systems: ['USERS', 'CUSTOMERS_V2'], link: { state: 'LINKED' }, canLogin: true },
  });
  const message = await gateway.messageTo('meera.krishnan@example.com', { kind: 'CREDENTIALS' });
  const temporary = secretIn(message);
  await viewer.getByRole('button', { name: 'Log out' }).click();

  await logIn('Meera.Krishnan@Example.com', temporary);
  const form = page.getByRole('form', { name: 'Choose a new password' });
  await form.waitFor();
  const refused = JSON.parse(await runExample('Customers of both systems'));
  expect(refused.errors[0].extensions.code).toBe('PASSWORD_CHANGE_REQUIRED');

  await form.getByLabel('Temporary password').fill(temporary);
  await form.getByLabel('New password', { exact: true }).fill('mango-lantern-92');
  await form.getByLabel('New password again').fill('mango-lantern-92');
  await form.getByRole('button', { name: 'Change password' }).click();
  await form.waitFor({ state: 'detached' });
  const { me } = JSON.parse(await runExample('Who am I')).data;
  expect(me).toMatchObject({
    name: 'Meera Krishnan',
    mustChangePassword: false,
    customer: { id: created.customer.id, link: { state: 'LINKED' } },
  });
  const others = JSON.parse(await runExample('Customers of both systems'));
  expect(others.errors[0].extensions.code).toBe('FORBIDDEN');

  expect(foreignRequests).toEqual([]);
  expect(problems).toEqual([]);
});
