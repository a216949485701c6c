import { ObjectId } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changePassword } from '../../src/accounts/change-password.ts';
import { loginFilter } from '../../src/accounts/login-filter.ts';
import { setRole } from '../../src/accounts/set-role.ts';
import type { ViewerRole } from '../../src/accounts/viewer.ts';
import type { RequestContext } from '../../src/context.ts';
import { keyText } from '../../src/database/stored-documents.ts';
import { AppError } from '../../src/errors.ts';
import { type Access, permissions, requireAccess } from '../../src/permissions.ts';
import { type AccountsFixture, accountOf, openAccounts, password } from './support/open-accounts.ts';
import { journalOf, loggedIn, onlyAdmin, type Person, useToken, wholeDatabase } from './support/people.ts';

let accounts: AccountsFixture;
let admin: Person;
beforeAll(async () => {
  accounts = await openAccounts();
  admin = await loggedIn(accounts, { role: 'admin' });
});
afterAll(() => accounts.close());

const give = (userId: string, role: ViewerRole, by: Person = admin) =>
  setRole(accounts, by.viewer, { userId, role });

describe('a login that is given another role', () => {
  it('has it, its sessions end at the next request, and the journal tells who, before and after', async () => {
    const person = await loggedIn(accounts);
    expect(await useToken(accounts, person.accessToken)).toMatchObject({ role: 'CUSTOMER' });
    expect(await give(person.id, 'DELIVERY_BOY')).toMatchObject({
      id: person.id,
      role: 'DELIVERY_BOY',
      mustChangePassword: false,
    });
    expect(await useToken(accounts, person.accessToken)).toBe('UNAUTHENTICATED');
    expect((await accounts.logIn(String(person.stored.email))).viewer.role).toBe('DELIVERY_BOY');
    expect(await journalOf(accounts, person.id)).toEqual([
      {
        action: 'ROLE_CHANGED',
        actor: admin.id,
        subjectIds: [person.id],
        changes: [{ field: 'role', before: 'customer', after: 'delivery_boy' }],
      },
    ]);
  });

  it('is found by it in the index, and no more as what it was', async () => {
    const person = await loggedIn(accounts);
    const row = { _id: `user/${person.key}` };
    expect(await accounts.database.customerIndex.countDocuments(row)).toBe(1);
    await give(person.id, 'DELIVERY_BOY');
    expect(await accounts.database.customerIndex.countDocuments(row)).toBe(0);
    expect(await accounts.database.indexedRecords.findOne(row)).toMatchObject({ staffRole: 'delivery_boy' });
    await give(person.id, 'CUSTOMER');
    expect(await accounts.database.customerIndex.countDocuments(row)).toBe(1);
  });

  it.each([4711, 2 ** 40, true, new Date('2024-01-01')])(
    'is addressed by its _id when that is no ObjectId, such as %s',
    async (_id) => {
      await accounts.addLogin({ _id, id: null, email: `of.${Number(_id)}@example.com` });
      await give(keyText(_id), 'DELIVERY_BOY');
      expect(await accounts.database.users.findOne(loginFilter(_id))).toMatchObject({ role: 'delivery_boy' });
    },
  );

  it('is not another one whose id is a list that has the text in it', async () => {
    const listed = Array.from({ length: 6 }, (_, at) => ({ id: ['abc'], email: `list.${at}@example.com` }));
    for (const fields of listed) await accounts.addLogin(fields);
    await expect(give('abc', 'DELIVERY_BOY')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const meant = await accounts.addLogin({ id: 'abc', email: 'abc@example.com' });
    await give('abc', 'DELIVERY_BOY');
    const boys = await accounts.database.users.find({ id: 'abc', role: 'delivery_boy' }).toArray();
    expect(boys.map(({ _id }) => _id)).toEqual([meant._id]);
  });

  it('is addressed by its _id when it has no id of its own', async () => {
    const { _id, key } = withoutId(await accounts.addLogin({ id: null, email: 'noid@example.com' }));
    expect(await give(key, 'DELIVERY_BOY')).toMatchObject({ id: key, role: 'DELIVERY_BOY' });
    expect(await journalOf(accounts, key)).toHaveLength(1);
    expect(await accounts.database.users.findOne(loginFilter(_id))).toMatchObject({ role: 'delivery_boy' });
  });

  it('may have had one that is none of ours', async () => {
    for (const role of ['superuser', 7, null, undefined]) {
      const stored = await accounts.addLogin({ role });
      expect(await give(String(stored.id), 'CUSTOMER')).toMatchObject({ role: 'CUSTOMER' });
      const [entry] = await journalOf(accounts, String(stored.id));
      expect(entry?.changes).toEqual([
        { field: 'role', before: role === 'superuser' ? role : null, after: 'customer' },
      ]);
    }
  });

  it('keeps its role, sessions and journal when that is the role that it has', async () => {
    const person = await loggedIn(accounts);
    const before = await wholeDatabase(accounts);
    expect(await give(person.id, 'CUSTOMER')).toMatchObject({ role: 'CUSTOMER' });
    expect(await wholeDatabase(accounts)).toEqual(before);
    expect(await useToken(accounts, person.accessToken)).toMatchObject({ id: person.id });
  });
});

describe('who comes to see everybody’s records', () => {
  it.each(['ADMIN', 'ANALYST'] as const)(
    'as %s can do nothing before choosing a new password',
    async (role) => {
      const person = await loggedIn(accounts);
      expect(await give(person.id, role)).toMatchObject({ role, mustChangePassword: true });
      const { viewer } = await accounts.logIn(String(person.stored.email));
      expect(viewer).toMatchObject({ role, mustChangePassword: true });
      const allowed = Object.entries<Access>({ ...permissions.Query, ...permissions.Mutation })
        .filter(([, access]) => access !== 'anybody' && codeOf(access, viewer) === 'allowed')
        .map(([field]) => field);
      expect(allowed.sort()).toEqual(['changePassword', 'me']);

      const newPassword = 'seven coconuts by noon';
      const changed = await changePassword(accounts, viewer, { currentPassword: password, newPassword });
      expect(changed.viewer).toMatchObject({ role, mustChangePassword: false });
    },
  );

  it('has to choose one also when the older application, or a log-in of that moment, stores another hash', async () => {
    const person = await loggedIn(accounts);
    await give(person.id, 'ADMIN');
    const other = await accounts.database.users.findOne({ id: admin.id });
    await accounts.database.users.updateOne(
      { id: person.id },
      { $set: { password_hash: other?.password_hash } },
    );
    const { viewer } = await accounts.logIn(String(person.stored.email));
    expect(viewer).toMatchObject({ role: 'ADMIN', mustChangePassword: true });
  });

  it('has a password that never expires, but for a temporary one, which expires when it did', async () => {
    const usual = await loggedIn(accounts);
    await give(usual.id, 'ANALYST');
    expect(await accountOf(accounts, usual.stored)).toMatchObject({ passwordExpiresAt: null });
    const temporary = await accounts.addLogin({ email: 'temporary@example.com' });
    const passwordExpiresAt = new Date(accounts.clock.ms + 60_000);
    await accounts.database.accounts.insertOne({
      _id: String(temporary._id),
      mustChangePassword: true,
      passwordExpiresAt,
    });
    expect(await give(String(temporary.id), 'ANALYST')).toMatchObject({ mustChangePassword: true });
    expect(await accountOf(accounts, temporary)).toMatchObject({ passwordExpiresAt });
  });

  it('cannot keep a short password by changing to it at the same moment', async () => {
    const person = await loggedIn(accounts);
    const hasher = {
      ...accounts.hasher,
      // When it is known to do for a customer, and not stored yet.
      async hash(newPassword: string) {
        await give(person.id, 'ADMIN');
        return accounts.hasher.hash(newPassword);
      },
    };
    const input = { currentPassword: password, newPassword: 'kqzvwpxm' };
    await expect(changePassword({ ...accounts, hasher }, person.viewer, input)).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    const { viewer } = await accounts.logIn(String(person.stored.email));
    expect(viewer).toMatchObject({ role: 'ADMIN', mustChangePassword: true });
  });

  it('and had such rights before keeps the password', async () => {
    const person = await loggedIn(accounts, { role: 'admin' });
    expect(await give(person.id, 'ANALYST')).toMatchObject({ mustChangePassword: false });
    expect(await give(person.id, 'ADMIN')).toMatchObject({ mustChangePassword: false });
  });
});

describe('refused, and nothing is written, is', () => {
  it.each([
    ['names a delivery record', 'delivery-1', null],
    ['names a record that does not exist', 'nowhere', null],
    ['names it by a value of the wrong type', new ObjectId(), null],
    ['is named by a delivery record', null, 'claimant'],
  ])('to make staff of a customer whose login %s', async (what, claim, claimant) => {
    const person = await loggedIn(accounts, { customer_v2_id: claim });
    if (claimant !== null) {
      await accounts.database.customersV2.insertOne({ _id: what, id: what, user_id: person.id });
    }
    const before = await wholeDatabase(accounts);
    for (const role of ['ADMIN', 'ANALYST', 'DELIVERY_BOY'] as const) {
      await expect(give(person.id, role)).rejects.toMatchObject({ code: 'CONFLICT' });
    }
    expect(await wholeDatabase(accounts)).toEqual(before);
  });

  it.each([
    ['no-such-login'],
    [''],
    ['x'.repeat(10_000)],
    ['0123456789abcdef01234567'],
    ['{"_bsontype":"Binary"}'],
    ['{"$date":"no date"}'],
    ['{"$gt":""}'],
  ])('an id of nobody: %.20s', async (userId) => {
    await expect(give(userId, 'ADMIN')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('an id that two logins have; each goes by its own _id', async () => {
    const twins = [await accounts.addLogin({ id: 'twin' }), await accounts.addLogin({ id: 'twin' })];
    await expect(give('twin', 'DELIVERY_BOY')).rejects.toMatchObject({ code: 'CONFLICT' });
    for (const { _id } of twins) {
      expect(await give(String(_id), 'DELIVERY_BOY')).toMatchObject({ id: String(_id) });
    }
    expect(await journalOf(accounts, 'twin')).toEqual([]);
  });

  it('everybody who is no admin', async () => {
    const viewer = { ...admin.viewer, role: 'ANALYST' as const };
    const attempt = setRole(accounts, viewer, { userId: admin.id, role: 'CUSTOMER' });
    await expect(attempt).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});

describe('the last admin who can log in', () => {
  it('keeps the role, whoever else is called an admin', async () => {
    const last = await onlyAdmin(accounts);
    await accounts.addLogin({ role: 'admin', is_active: false });
    await accounts.addLogin({ role: 'admin', password_hash: 'rubbish' });
    const expired = await accounts.addLogin({ role: 'admin' });
    const passwordExpiresAt = new Date(accounts.clock.ms);
    await accounts.database.accounts.insertOne({ _id: String(expired._id), passwordExpiresAt });
    const before = await wholeDatabase(accounts);
    for (const role of ['CUSTOMER', 'ANALYST', 'DELIVERY_BOY'] as const) {
      await expect(give(last.id, role, last)).rejects.toMatchObject({ code: 'CONFLICT' });
    }
    expect(await wholeDatabase(accounts)).toEqual(before);
    const second = await loggedIn(accounts, { role: 'admin' });
    expect(await give(last.id, 'ANALYST', second)).toMatchObject({ role: 'ANALYST' });
    admin = second;
  });

  it('remains when two remove each other, five times over', async () => {
    for (let round = 0; round < 5; round += 1) {
      const one = await onlyAdmin(accounts);
      const other = await loggedIn(accounts, { role: 'admin' });
      // The first touch of the claim is a race, too.
      await accounts.database.claims.deleteMany({});
      const outcomes = await Promise.allSettled([
        give(other.id, 'CUSTOMER', one),
        give(one.id, 'ANALYST', other),
      ]);
      expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({
        reason: { code: 'CONFLICT' },
      });
      expect(await accounts.database.users.countDocuments({ role: 'admin' })).toBe(1);
    }
    admin = await loggedIn(accounts, { role: 'admin' });
  });
});

function withoutId(stored: { _id: unknown }) {
  const { _id } = stored;
  return { _id: _id as string, key: String(_id) };
}

function codeOf(access: Access, viewer: RequestContext['viewer']): string {
  try {
    requireAccess(access, { viewer, authenticationError: null } as RequestContext);
    return 'allowed';
  } catch (error) {
    return error instanceof AppError ? error.code : String(error);
  }
}
