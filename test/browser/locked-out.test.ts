import { readFileSync } from 'node:fs';
import { type OperationDefinitionNode, parse, print } from 'graphql';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type MailServer, startMailServer } from '../notifications/support/mail-server.ts';
import { type SmsReceiver, startSmsReceiver } from '../notifications/support/sms-receiver.ts';
import { type GraphqlAnswer, graphqlClient } from '../support/graphql-client.ts';
import { secretIn } from '../support/inbox.ts';
import { startGateway, type TestGateway } from '../support/start-gateway.ts';
import { openBrowser } from './support/open-browser.ts';

let mails: MailServer;
let sms: SmsReceiver;
let gateway: TestGateway;
let browser: Browser;
beforeAll(async () => {
  [mails, sms, browser] = await Promise.all([startMailServer(), startSmsReceiver(), openBrowser()]);
  gateway = await startGateway({
    environment: {
      SMTP_URL: mails.url,
      SMS_WEBHOOK_URL: sms.url,
      SMS_WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
    },
  });
});
afterAll(async () => {
  await browser?.close();
  await gateway?.close();
  await mails?.close();
  await sms?.close();
});

const phone = '9845812345';
const email = 'lakshmi.narayan@example.com';
const firstPassword = 'monsoon-lantern-41';
const secondPassword = 'nine green kites';

test('created, told by SMS, logged in, a password chosen, an e-mail confirmed, forgotten, reset: the old phone is logged out', async () => {
  const admin = await gateway.logIn(gateway.admin.email);
  const created = await admin(
    `mutation ($input: CreateCustomerInput!) {
      createCustomer(input: $input) { ... on CustomerCreated { credentialsSentTo customer { id } } }
    }`,
    { input: { name: 'Lakshmi Narayan', phone: '98458 12345', address: '4 Temple Road', area: 'Mylapore' } },
  );
  expect(created.data.createCustomer.credentialsSentTo).toEqual(['******2345']);
  const customerId = created.data.createCustomer.customer.id;

  // The SMS says everything that is needed, and opens nothing but the choice of a password.
  const temporary = secretIn({ kind: 'CREDENTIALS', text: await smsWith('with the password') });
  const oldPhone = mobileApp();
  expect((await oldPhone.ask('LogIn', { identifier: phone, password: temporary })).data.login).toMatchObject({
    mustChangePassword: true,
    viewer: { role: 'CUSTOMER', name: 'Lakshmi Narayan' },
  });
  const chosen = await oldPhone.ask('ChangePassword', {
    currentPassword: temporary,
    newPassword: firstPassword,
  });
  expect(chosen.data.changePassword.mustChangePassword).toBe(false);
  expect((await oldPhone.ask('MyRecord')).data.me).toMatchObject({
    linkConfirmationPending: false,
    customer: { id: customerId, address: '4 Temple Road', area: 'Mylapore' },
  });

  // An e-mail of her own, confirmed on a page without scripts.
  const asked = await oldPhone.send(
    'mutation ($email: String!, $password: String!) { setEmail(email: $email, currentPassword: $password) { pendingEmail } }',
    { email, password: firstPassword },
  );
  expect(asked.data.setEmail.pendingEmail).toBe(email);
  const confirming = await openPage(
    secretIn({ kind: 'CONFIRM_EMAIL', text: await mailWith('/confirm-email?') }),
  );
  expect((await oldPhone.ask('MyRecord')).data.me.email).not.toBe(email);
  await confirming.page.getByRole('button', { name: 'Confirm this address' }).click();
  await confirming.page.getByRole('heading', { name: 'Your e-mail address is confirmed' }).waitFor();
  expect((await oldPhone.ask('MyRecord')).data.me.email).toBe(email);

  // Forgotten: the new phone asks by number and is answered by e-mail; whoever looks at the link changes nothing.
  const newPhone = mobileApp();
  const forgotten = await newPhone.ask('ForgotPassword', { identifier: phone });
  expect(forgotten.errors).toEqual([]);
  const link = secretIn({ kind: 'PASSWORD_RESET', text: await mailWith('/reset-password?') });
  await fetch(inGateway(link));
  const choosing = await openPage(link);
  expect((await oldPhone.ask('MyRecord')).data.me.customer.id).toBe(customerId);
  await choosing.page.getByLabel('New password').fill(secondPassword);
  await choosing.page.getByRole('button', { name: 'Set the new password' }).click();
  await choosing.page.getByRole('heading', { name: 'Your password is changed' }).waitFor();
  expect(await choosing.page.getByRole('status').textContent()).toContain(email);

  // Whoever has the old phone is out, and stays out.
  expect((await oldPhone.ask('MyRecord')).code).toBe('UNAUTHENTICATED');
  expect((await oldPhone.refresh()).code).toBe('UNAUTHENTICATED');
  for (const password of [temporary, firstPassword]) {
    const { code } = await oldPhone.ask('LogIn', { identifier: phone, password });
    expect(code).toBe('INVALID_CREDENTIALS');
  }
  expect(await mailWith('every device was logged out')).toContain(`To: ${email}`);
  const { login } = (await newPhone.ask('LogIn', { identifier: email, password: secondPassword })).data;
  expect(login).toMatchObject({ mustChangePassword: false, viewer: { name: 'Lakshmi Narayan' } });
  expect((await newPhone.refresh()).errors).toEqual([]);
  expect((await newPhone.ask('MyRecord')).data.me.customer).toMatchObject({
    id: customerId,
    email,
    address: '4 Temple Road',
  });

  for (const { foreignRequests, problems } of [confirming, choosing]) {
    expect(foreignRequests).toEqual([]);
    // Chromium would have a user name beside a password; opening the link tells nobody whose it is.
    expect(problems.filter((problem) => !problem.includes('username fields'))).toEqual([]);
  }
});

/** The app of a customer as it asks: by its own operations, with the tokens that it was given last. */
function mobileApp() {
  let tokens = { accessToken: '', refreshToken: '' };
  const send = async (operation: string, variables: Record<string, unknown> = {}): Promise<GraphqlAnswer> => {
    const answer = await graphqlClient(gateway.url, tokens.accessToken || undefined)(operation, variables);
    const { login, changePassword, refreshSession } = answer.data ?? {};
    tokens = login ?? changePassword ?? refreshSession ?? tokens;
    return answer;
  };
  const ask = (name: string, variables?: Record<string, unknown>) => {
    const operation = operations.get(name);
    if (operation === undefined) throw new Error(`The app has no operation ${name}.`);
    return send(operation, variables);
  };
  return {
    send,
    ask,
    refresh: () => ask('RefreshSession', { refreshToken: tokens.refreshToken }),
  };
}

const operations = new Map(
  parse(readFileSync('schema/operations/mobile/account.graphql', 'utf8')).definitions.map((definition) => [
    (definition as OperationDefinitionNode).name?.value ?? '',
    print(definition),
  ]),
);

const smsWith = (words: string) =>
  newest(() => sms.posts.map(({ body }) => (JSON.parse(body) as { text: string }).text), words);
/** As a reader sees them. */
const mailWith = (words: string) =>
  newest(
    () => mails.mails.map(({ raw }) => raw.replace(/=\r\n/g, '').replace(/=3D/g, '=').replace(/\r\n/g, '\n')),
    words,
  );

function newest(texts: () => string[], words: string): Promise<string> {
  const found = () => texts().findLast((text) => text.includes(words)) ?? '';
  return expect.poll(found, { timeout: 20_000 }).not.toBe('').then(found);
}

function inGateway(link: string): string {
  const { pathname, search } = new URL(link);
  return `${gateway.url}${pathname}${search}`;
}

/** A phone on which no script runs, with everything that went wrong there. */
async function openPage(
  link: string,
): Promise<{ page: Page; foreignRequests: string[]; problems: string[] }> {
  const context = await browser.newContext({
    viewport: { width: 360, height: 640 },
    javaScriptEnabled: false,
  });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const foreignRequests: string[] = [];
  const problems: string[] = [];
  context.on('request', (request) => {
    if (!request.url().startsWith(gateway.url)) foreignRequests.push(request.url());
  });
  page.on('console', (message) => problems.push(message.text()));
  await page.goto(inGateway(link));
  return { page, foreignRequests, problems };
}
