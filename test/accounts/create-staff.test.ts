import bcrypt from 'bcrypt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAdmin } from '../../src/accounts/create-admin.ts';
import { type CreateStaffInput, createStaff } from '../../src/accounts/create-staff.ts';
import { createOutbox } from '../../src/notifications/outbox.ts';
import { type AccountsFixture, openAccounts } from './support/open-accounts.ts';
import { journalOf, loggedIn, type Person, wholeDatabase } from './support/people.ts';

let accounts: AccountsFixture;
let admin: Person;
beforeAll(async () => {
  accounts = await openAccounts();
  admin = await loggedIn(accounts, { role: 'admin' });
});
afterAll(() => accounts.close());

const weekMs = 7 * 24 * 60 * 60_000;
const nila: CreateStaffInput = {
  name: 'Nila Iyer',
  email: 'nila@example.com',
  phone: null,
  role: 'DELIVERY_BOY',
};
const create = (input: Partial<CreateStaffInput>) =>
  createStaff(accounts, admin.viewer, { ...nila, ...input });

describe('somebody who is to work here', () => {
  it.each(['ADMIN', 'ANALYST', 'DELIVERY_BOY'] as const)(
    'as %s is sent a temporary password, logs in with it, and has to choose another within the week',
    async (role) => {
      const email = `new.${role.toLowerCase()}@example.com`;
      const created = await create({ email: ` New.${role}@Example.com `, role });
      expect(created).toMatchObject({ role, name: 'Nila Iyer', email, mustChangePassword: true });
      const [message, ...others] = await accounts.messagesTo(email);
      expect(others).toEqual([]);
      expect(message).toMatchObject({
        kind: 'CREDENTIALS',
        channel: 'EMAIL',
        state: 'PENDING',
        subjectIds: [created.id],
        values: { name: 'Nila Iyer', loginName: email },
        expiresAt: new Date(accounts.clock.ms + weekMs),
      });
      const { viewer } = await accounts.logIn(email, message?.secrets?.password);
      expect(viewer).toMatchObject({ id: created.id, role, mustChangePassword: true });
    },
  );

  it('is not let in with a temporary password that is a week old', async () => {
    await create({ email: 'late@example.com' });
    const [message] = await accounts.messagesTo('late@example.com');
    accounts.clock.ms += weekMs;
    expect(await accounts.tryLogIn('late@example.com', message?.secrets?.password)).toBe(
      'INVALID_CREDENTIALS',
    );
    admin = await loggedIn(accounts, { role: 'admin' });
  });

  it('is stored as the older application stores logins, linked to nobody, and can be listed at once', async () => {
    const created = await create({ email: 'stored@example.com', phone: ' 98450 78001 ' });
    const stored = await accounts.database.users.findOne({ id: created.id });
    expect(stored).toMatchObject({
      email: 'stored@example.com',
      phone: '98450 78001',
      role: 'delivery_boy',
      is_active: true,
      customer_v2_id: null,
    });
    const listed = await accounts.database.indexedRecords.findOne({ id: created.id });
    expect(listed).toMatchObject({ staffRole: 'delivery_boy', phone: '+919845078001' });
  });

  it('is in the journal with who made them, and no secret is anywhere in clear', async () => {
    const created = await create({ email: 'journal@example.com' });
    expect(await journalOf(accounts, created.id)).toEqual([
      {
        action: 'STAFF_CREATED',
        actor: admin.id,
        subjectIds: [created.id],
        changes: [
          { field: 'role', before: null, after: 'delivery_boy' },
          { field: 'name', before: null, after: 'Nila Iyer' },
          { field: 'email', before: null, after: 'journal@example.com' },
        ],
      },
    ]);
    const [message] = await accounts.messagesTo('journal@example.com');
    const password = message?.secrets?.password ?? '';
    expect(password).toHaveLength(12);
    const stored = await accounts.database.users.findOne({ id: created.id });
    expect(await bcrypt.compare(password, String(stored?.password_hash))).toBe(true);
    expect(JSON.stringify(await wholeDatabase(accounts))).not.toContain(password);
  });
});

describe('refused, and nothing is written, is', () => {
  it.each([
    ['a customer', { role: 'CUSTOMER' }, 'role'],
    ['a name of nothing', { name: ' ' }, 'name'],
    ['a name of signs', { name: '--' }, 'name'],
    ['a name of two lines', { name: 'Nila\nBcc: everybody' }, 'name'],
    ['a name of 201 characters', { name: 'x'.repeat(201) }, 'name'],
    ['a name of a megabyte', { name: 'x'.repeat(1_000_000) }, 'name'],
    ['an e-mail that is none', { email: 'nila' }, 'email'],
    ['an e-mail without end', { email: `${'x'.repeat(300)}@example.com` }, 'email'],
    ['a placeholder', { email: ' 9845078002@Delivery.LOCAL ' }, 'email'],
    ['a phone of no region', { phone: '12' }, 'phone'],
  ] as const)('%s', async (_what, input, field) => {
    const before = await wholeDatabase(accounts);
    await expect(create(input)).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      details: { argument: 'input', field },
    });
    expect(await wholeDatabase(accounts)).toEqual(before);
  });

  it.each([
    ['an e-mail', { email: 'Taken@Example.com' }, 'email'],
    ['a phone', { email: 'free@example.com', phone: '+91 98450-78005' }, 'phone'],
  ] as const)('%s that a customer has in any spelling', async (_what, input, field) => {
    if ((await accounts.database.users.countDocuments({ email: 'taken@EXAMPLE.com' })) === 0) {
      await accounts.addLogin({ email: 'taken@EXAMPLE.com', phone: '098450 78005' });
    }
    const before = await accounts.database.users.countDocuments();
    await expect(create(input)).rejects.toMatchObject({
      code: 'CONFLICT',
      details: { argument: 'input', field },
    });
    expect(await accounts.database.users.countDocuments()).toBe(before);
  });

  it('an e-mail that the older application gave to somebody a moment ago', async () => {
    await accounts.addLogin({ email: 'moment@example.com' }, { indexed: false });
    await expect(create({ email: 'moment@example.com' })).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('somebody whom no message can reach, since nobody would know the password', async () => {
    const outbox = createOutbox({
      database: accounts.database,
      secrets: { seal: async () => '', open: async () => null },
      channels: { email: false, sms: true },
      useBothChannels: false,
    });
    const before = await wholeDatabase(accounts);
    const attempt = createStaff({ ...accounts, outbox }, admin.viewer, { ...nila, email: 'far@example.com' });
    await expect(attempt).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      details: { argument: 'input', field: 'phone' },
    });
    expect(await wholeDatabase(accounts)).toEqual(before);
  });

  it.each([
    ['nobody', null, 'UNAUTHENTICATED'],
    ['an analyst', 'ANALYST', 'FORBIDDEN'],
    ['a customer', 'CUSTOMER', 'FORBIDDEN'],
  ] as const)('every request of %s', async (_who, role, code) => {
    const viewer = role === null ? null : { ...admin.viewer, role };
    await expect(createStaff(accounts, viewer, nila)).rejects.toMatchObject({ code });
  });
});

describe('of many at once with one e-mail or phone', () => {
  it('one is made with one message, and the others get CONFLICT', async () => {
    const attempts = Array.from({ length: 10 }, (_, index) =>
      create({ email: index % 2 === 0 ? 'race@example.com' : 'RACE@example.com' }),
    );
    await expectOneWinner(attempts);
    expect(await accounts.database.users.countDocuments({ email: 'race@example.com' })).toBe(1);
    expect(await accounts.messagesTo('race@example.com')).toHaveLength(1);
  });

  it('one is made when they share the phone alone, spelled otherwise', async () => {
    const spellings = ['9845078009', '+91 98450 78009', '098450-78009'];
    await expectOneWinner(
      spellings.map((phone, index) => create({ email: `phone.race${index}@example.com`, phone })),
    );
  });

  it('one is made when some are made on the command line', async () => {
    const input = { name: 'Nila Iyer', email: 'both.ways@example.com', phone: null };
    await expectOneWinner([
      createAdmin(accounts, input),
      create({ email: input.email }),
      createAdmin(accounts, input),
      create({ email: input.email }),
    ]);
  });
});

async function expectOneWinner(attempts: Promise<unknown>[]): Promise<void> {
  const outcomes = await Promise.allSettled(attempts);
  const lost = outcomes.filter((outcome) => outcome.status === 'rejected');
  expect(lost.map(({ reason }) => reason.code)).toEqual(Array(attempts.length - 1).fill('CONFLICT'));
}
