import { ObjectId } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GraphqlClient } from '../support/graphql-client.ts';
import { emittedSchema, everyRootOperation } from '../support/root-fields.ts';
import { startGateway, type TestGateway } from '../support/start-gateway.ts';

let gateway: TestGateway;
let admin: GraphqlClient;
beforeAll(async () => {
  gateway = await startGateway();
  admin = await gateway.logIn(gateway.admin.email);
});
afterAll(() => gateway?.close());

const me = '{ me { id role mustChangePassword } }';
const setRole = `mutation ($userId: ID!, $role: Role!) {
  setRole(userId: $userId, role: $role) { id role name email mustChangePassword customer { id } }
}`;
const setLoginActive = `mutation ($userId: ID!, $active: Boolean!) {
  setLoginActive(userId: $userId, active: $active) { userId name email phone role isActive mustChangePassword }
}`;

describe('over HTTP', () => {
  it('a new colleague is answered as they will see themselves, and is in the journal', async () => {
    const { data, errors } = await admin(
      `mutation { createStaff(input: { name: "Nila Iyer", email: "Nila@Example.com", role: ANALYST }) {
        id role name email pendingEmail phone mustChangePassword linkConfirmationPending customer { id }
      } }`,
    );
    expect(errors).toEqual([]);
    const { id, ...nila } = data.createStaff;
    expect(nila).toEqual({
      role: 'ANALYST',
      name: 'Nila Iyer',
      email: 'nila@example.com',
      pendingEmail: null,
      phone: null,
      mustChangePassword: true,
      linkConfirmationPending: false,
      customer: null,
    });
    const journal = await admin(
      `query ($id: ID!) { auditEvents(first: 1, subjectId: $id) {
        edges { cursor node { id } }
        nodes { id at actor action subjectId changes { field before after } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } count { value precision }
      } }`,
      { id },
    );
    expect(journal.errors).toEqual([]);
    const { edges, nodes, pageInfo, count } = journal.data.auditEvents;
    const [entry] = nodes;
    expect(entry).toMatchObject({ action: 'STAFF_CREATED', subjectId: id });
    expect(entry.changes).toContainEqual({ field: 'role', before: null, after: 'analyst' });
    expect(entry.actor).toBe((await admin(me)).data.me.id);
    expect(edges).toEqual([{ cursor: pageInfo.endCursor, node: { id: entry.id } }]);
    expect(pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: false });
    expect(count).toEqual({ value: 1, precision: 'EXACT' });
  });

  it('a refusal names the field of the input', async () => {
    const create = (fields: string) =>
      admin(`mutation { createStaff(input: { name: "Nila Iyer", ${fields} }) { id } }`);
    for (const [fields, field] of [
      ['email: "9845012345@delivery.local", role: ADMIN', 'email'],
      ['email: "new@example.com", role: CUSTOMER', 'role'],
      ['email: "new@example.com", phone: "12", role: ADMIN', 'phone'],
    ] as const) {
      const { errors } = await create(fields);
      expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'input', field });
    }
    const taken = await create(`email: "${gateway.people.customerEmail.toUpperCase()}", role: ADMIN`);
    expect(taken.errors[0]?.extensions).toMatchObject({
      code: 'CONFLICT',
      argument: 'input',
      field: 'email',
    });
  });

  it('whoever is promoted is refused with the old token, and with the next may only choose a password', async () => {
    const email = 'colleague@example.com';
    const stored = await gateway.foreign.users.findOne({ email: gateway.people.analystEmail });
    const colleague = { role: 'delivery_boy', id: 'colleague', email, phone: null };
    await gateway.foreign.users.insertOne({ ...stored, ...colleague, _id: new ObjectId() });
    const oldToken = await gateway.logIn(email);
    const { id } = (await oldToken(me)).data.me;
    const promoted = await admin(setRole, { userId: id, role: 'ANALYST' });
    expect(promoted.errors).toEqual([]);
    expect(promoted.data.setRole).toMatchObject({
      id,
      role: 'ANALYST',
      mustChangePassword: true,
      customer: null,
    });
    expect((await oldToken(me)).code).toBe('UNAUTHENTICATED');

    const newToken = await gateway.logIn(email);
    expect((await newToken(me)).data.me).toEqual({ id, role: 'ANALYST', mustChangePassword: true });
    const allowed: string[] = [];
    // The last of them ends the session.
    const operations = everyRootOperation(emittedSchema()).sort(
      (one, other) => Number(one.field === 'logout') - Number(other.field === 'logout'),
    );
    for (const { field, text } of operations) {
      if ((await newToken(text)).code !== 'PASSWORD_CHANGE_REQUIRED') allowed.push(field);
    }
    const withoutSession = ['login', 'refreshSession', 'confirmEmail', 'forgotPassword', 'resetPassword'];
    expect(allowed.filter((field) => !withoutSession.includes(field)).sort()).toEqual([
      'changePassword',
      'logout',
      'me',
    ]);
  });

  it('a login of any role is switched off at once, and on again', async () => {
    const { customerEmail, analystEmail } = gateway.people;
    for (const [email, role] of [
      [customerEmail, 'CUSTOMER'],
      [analystEmail, 'ANALYST'],
    ] as const) {
      const person = await gateway.logIn(email);
      const { id } = (await person(me)).data.me;
      const off = await admin(setLoginActive, { userId: id, active: false });
      expect(off.errors).toEqual([]);
      expect(off.data.setLoginActive).toMatchObject({ userId: id, role, isActive: false });
      expect((await person(me)).code).toBe('UNAUTHENTICATED');
      await admin(setLoginActive, { userId: id, active: true });
      expect((await (await gateway.logIn(email))(me)).data.me).toMatchObject({ id, role });
    }
  });

  it('the last admin is told that nobody would be left', async () => {
    const { id } = (await admin(me)).data.me;
    await gateway.foreign.users.updateMany(
      { role: 'admin', id: { $ne: id } },
      { $set: { is_active: false } },
    );
    for (const answer of [
      await admin(setRole, { userId: id, role: 'ANALYST' }),
      await admin(setLoginActive, { userId: id, active: false }),
    ]) {
      expect(answer.code).toBe('CONFLICT');
    }
    expect((await admin(me)).data.me).toMatchObject({ id, role: 'ADMIN' });
  });

  it('a linked customer becomes no operator', async () => {
    const linked = await gateway.logIn(gateway.people.customerEmail);
    const { id } = (await linked(me)).data.me;
    const answer = await admin(setRole, { userId: id, role: 'DELIVERY_BOY' });
    expect(answer.code).toBe('CONFLICT');
  });

  it('a failed log-in is forgotten when an admin says so', async () => {
    const { id } = (await admin(me)).data.me;
    const answer = await admin(`mutation { unlockLogin(userId: "${id}") { userId role isActive } }`);
    expect(answer.errors).toEqual([]);
    expect(answer.data.unlockLogin).toEqual({ userId: id, role: 'ADMIN', isActive: true });
  });
});
