import bcrypt from 'bcrypt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAdmin } from '../../src/accounts/create-admin.ts';
import { recordKey } from '../../src/database/stored-documents.ts';
import { type AccountsFixture, openAccounts } from './support/open-accounts.ts';

let accounts: AccountsFixture;
beforeAll(async () => {
  accounts = await openAccounts();
});
afterAll(() => accounts.close());

const weekMs = 7 * 24 * 60 * 60_000;
const create = (input: { name?: string; email?: string; phone?: string | null }) =>
  createAdmin(
    { ...accounts, temporaryPasswordLifetimeMs: weekMs },
    { name: 'Nila Iyer', email: 'nila@example.com', phone: null, ...input },
  );

describe('a new admin', () => {
  it('logs in with the temporary password, and has to choose another within the week', async () => {
    const created = await create({ email: ' Admin1@Example.com ', phone: '98450 77001' });
    expect(created.expiresAt).toEqual(new Date(accounts.clock.ms + weekMs));
    for (const identifier of ['admin1@example.com', '+919845077001']) {
      const { viewer } = await accounts.logIn(identifier, created.temporaryPassword);
      expect(viewer).toMatchObject({
        id: created.id,
        role: 'ADMIN',
        mustChangePassword: true,
        name: 'Nila Iyer',
      });
    }
    accounts.clock.ms += weekMs;
    expect(await accounts.tryLogIn('admin1@example.com', created.temporaryPassword)).toBe(
      'INVALID_CREDENTIALS',
    );
  });

  it('is stored as the older application stores logins, with a hash and not the password', async () => {
    const created = await create({ email: 'admin2@example.com' });
    const stored = await accounts.database.users.findOne({ id: created.id });
    expect(stored).toMatchObject({
      email: 'admin2@example.com',
      phone: null,
      name: 'Nila Iyer',
      role: 'admin',
      is_active: true,
      customer_v2_id: null,
      created_at: new Date(accounts.clock.ms).toISOString().replace('Z', '+00:00'),
    });
    expect(await bcrypt.compare(created.temporaryPassword, String(stored?.password_hash))).toBe(true);
    const record = await accounts.database.indexedRecords.findOne({ _id: `user/${recordKey(stored?._id)}` });
    expect(record).toMatchObject({ email: 'admin2@example.com', staffRole: 'admin' });
  });

  it('is in the journal, the password is not', async () => {
    const created = await create({ email: 'admin3@example.com', phone: '9845077003' });
    const entries = await accounts.database.journal.find({ subjectId: created.id }).toArray();
    expect(entries).toMatchObject([{ actor: 'command line', action: 'ADMIN_CREATED' }]);
    expect(entries[0]?.changes).toEqual([
      { field: 'role', before: null, after: 'admin' },
      { field: 'name', before: null, after: 'Nila Iyer' },
      { field: 'email', before: null, after: 'admin3@example.com' },
      { field: 'phone', before: null, after: '9845077003' },
    ]);
  });
});

describe('refused, and nothing is written, is', () => {
  it.each([
    ['a name of nothing', { name: ' ' }, 'name'],
    ['a name without end', { name: 'x'.repeat(201) }, 'name'],
    ['an e-mail that is none', { email: 'nila' }, 'email'],
    ['a placeholder', { email: '9845077004@delivery.local' }, 'email'],
    ['a phone that is none', { phone: '12' }, 'phone'],
  ])('%s', async (_what, input, argument) => {
    const before = await accounts.database.users.countDocuments();
    await expect(create(input)).rejects.toMatchObject({ code: 'BAD_USER_INPUT', details: { argument } });
    expect(await accounts.database.users.countDocuments()).toBe(before);
  });

  it.each([
    ['an e-mail', { email: 'Taken@Example.com' }, 'email'],
    ['a phone', { email: 'free@example.com', phone: '+91 98450-77005' }, 'phone'],
  ])('%s that another login has in any spelling', async (_what, input, argument) => {
    if ((await accounts.database.users.countDocuments({ email: 'taken@EXAMPLE.com' })) === 0) {
      await accounts.addLogin({ email: 'taken@EXAMPLE.com', phone: '098450 77005' });
    }
    const before = await accounts.database.users.countDocuments();
    await expect(create(input)).rejects.toMatchObject({ code: 'CONFLICT', details: { argument } });
    expect(await accounts.database.users.countDocuments()).toBe(before);
  });

  it('an e-mail that the older application gave to somebody a moment ago', async () => {
    await accounts.addLogin({ email: 'moment@example.com' }, { indexed: false });
    await expect(create({ email: 'moment@example.com' })).rejects.toMatchObject({ code: 'CONFLICT' });
  });
});
