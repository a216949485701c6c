import { afterAll, beforeAll, expect, it } from 'vitest';
import { type OpenApp, openApp, password, person } from '../customers/support/open-app.ts';
import type { GraphqlClient } from '../support/graphql-client.ts';

let app: OpenApp;
let admin: GraphqlClient;
const secrets = new Set<string>([password]);
beforeAll(async () => {
  app = await openApp();
  await app.add({
    users: [
      person('the-admin', { role: 'admin' }),
      person('priya', { name: 'Priya Sharma', phone: '+91 98765 43210' }),
      person('zed', { name: 'Zed' }),
      person('nobody-yet', { name: 'Arun Rao' }),
    ],
    customersV2: [
      { id: 'record', name: 'Arun Rao', phone: '+91 98765 00000', area: 'Baner', status: 'active' },
    ],
  });
  admin = await app.logIn('the-admin@example.com');
});
afterAll(() => app?.close());

/** What stands in messages alone: temporary passwords, codes, links with tokens. */
async function messageSecrets(): Promise<string[]> {
  const messages = await app.newMessages();
  const found = messages.flatMap((message) => Object.values(message.secrets ?? {}));
  for (const secret of found) {
    secrets.add(secret);
    for (const part of secret.split(/[/?#=&\s]/)) if (part.length >= 8) secrets.add(part);
  }
  return found;
}

it('no entry of the journal has a password, a hash, a token or a code in it, whatever was done', async () => {
  const done = async (client: GraphqlClient, mutation: string, variables: Record<string, unknown> = {}) => {
    const { data, errors } = await client(mutation, variables);
    expect(errors).toEqual([]);
    return data;
  };
  const chosen = 'a-quiet-harbour-of-boats-31';
  secrets.add(chosen);
  const made = await done(
    admin,
    'mutation { createCustomer(input: { name: "Meera Iyer", phone: "+91 98111 22333", email: "meera@example.com", address: "1 MG Road", area: "Aundh" }) { ... on CustomerCreated { customer { id } } } }',
  );
  await done(
    admin,
    'mutation { createStaff(input: { name: "A Boy", email: "boy@example.com", role: DELIVERY_BOY }) { id } }',
  );
  await done(admin, 'mutation { linkCustomer(userId: "nobody-yet", customerV2Id: "record") { id } }');
  await done(admin, 'mutation { setRole(userId: "zed", role: ANALYST) { id } }');
  await done(admin, 'mutation { setRole(userId: "zed", role: CUSTOMER) { id } }');
  await done(admin, 'mutation { setLoginActive(userId: "priya", active: false) { userId } }');
  await done(admin, 'mutation { setLoginActive(userId: "priya", active: true) { userId } }');
  await done(admin, 'mutation ($id: ID!) { resendCredentials(customerId: $id) { message } }', {
    id: made.createCustomer.customer.id,
  });
  await done(
    admin,
    'mutation { updateCustomer(input: { id: "record", email: "arun@example.com" }) { __typename } }',
  );
  await done(admin, 'mutation { unlinkCustomer(id: "record") { id } }');
  await app.anonymous(
    'mutation { login(identifier: "priya@example.com", password: "wrong-quartz-lantern-9") { accessToken } }',
  );
  secrets.add('wrong-quartz-lantern-9');
  const priya = await app.logIn('priya@example.com');
  await done(
    priya,
    'mutation ($n: String!, $c: String!) { setEmail(email: $n, currentPassword: $c) { id } }',
    {
      n: 'priya.new@example.com',
      c: password,
    },
  );
  const changed = await done(
    priya,
    'mutation ($c: String!, $n: String!) { changePassword(currentPassword: $c, newPassword: $n) { accessToken } }',
    { c: password, n: chosen },
  );
  secrets.add(changed.changePassword.accessToken);
  await done(app.anonymous, 'mutation { forgotPassword(identifier: "priya@example.com") { message } }');
  expect((await messageSecrets()).length).toBeGreaterThan(1);
  for (const { password_hash } of await app.database.db.collection('users').find().toArray())
    if (typeof password_hash === 'string') secrets.add(password_hash);

  const entries = await app.database.journal.find().toArray();
  expect(new Set(entries.map(({ action }) => action)).size).toBeGreaterThan(12);
  for (const entry of entries) {
    const text = JSON.stringify(entry);
    for (const secret of secrets)
      expect(text.includes(secret), `${entry.action} tells ${secret}`).toBe(false);
    // Of any other: a bcrypt hash, a signed token, and a value of whatever is called a secret.
    expect(text).not.toMatch(/\$2[aby]\$\d\d\$|eyJ[\w-]{10,}\./);
    for (const { field, before, after } of entry.changes)
      if (/password|token|hash|secret/i.test(field)) expect([before, after]).toEqual([null, null]);
  }
});
