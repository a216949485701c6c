import bcrypt from 'bcrypt';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { endSessionsOfLogin, endSessionsOfRole } from '../../../src/cli/revoke-sessions/revoke-sessions.ts';
import type { GraphqlClient } from '../../support/graphql-client.ts';
import { startGateway, type TestGateway } from '../../support/start-gateway.ts';
import { runCommand } from './support/command.ts';

let gateway: TestGateway;
let environment: Record<string, string>;
/** How far the gateway's clock is ahead. */
let aheadMs = 0;
const password = 'saffron-kettle-harbour-27';
beforeAll(async () => {
  const password_hash = bcrypt.hashSync(password, 4);
  const login = (id: string, role: string, phone: string) => ({
    id,
    name: `Login ${id}`,
    email: `${id}@example.com`,
    phone,
    role,
    is_active: true,
    password_hash,
  });
  gateway = await startGateway({
    now: () => new Date(Date.now() + aheadMs),
    fill: ({ db }) =>
      db
        .collection('users')
        .insertMany([
          login('admin-1', 'admin', '9845000001'),
          login('customer-1', 'customer', '9845000002'),
          login('customer-2', 'customer', '9845000003'),
          login('sharing-1', 'customer', '9845000009'),
          login('sharing-2', 'customer', '9845000009'),
        ]),
  });
  const { db } = gateway.foreign;
  environment = { MONGODB_URI: inject('mongodbUri'), MONGODB_DB: db.databaseName };
});
afterAll(() => gateway?.close());

const ending = { at: new Date(), actor: 'command line' };
const revoke = (...args: string[]) => runCommand(['revoke-sessions', ...args], environment);
const logIn = (id: string) => gateway.logIn(`${id}@example.com`, password);
/** Whoever asks, or the code of the refusal. The gateway sees another process's change within a second. */
async function who(client: GraphqlClient): Promise<string> {
  aheadMs += 1_100;
  const { data, code } = await client('{ me { id } }');
  return code ?? data.me.id;
}

describe('the sessions of one login', () => {
  it.each([
    ['e-mail', 'customer-1@example.com'],
    ['phone in any spelling', '098450-00002'],
    ['id', 'customer-1'],
  ])('end by its %s, on every device, and nobody else’s do', async (_, identifier) => {
    const [phone, laptop] = [await logIn('customer-1'), await logIn('customer-1')];
    const other = await logIn('customer-2');
    const { login, ended } = await endSessionsOfLogin(gateway.foreign, identifier, 'IN', ending);
    expect([login.id, ended]).toEqual(['customer-1', 2]);
    expect([await who(phone), await who(laptop)]).toEqual(['UNAUTHENTICATED', 'UNAUTHENTICATED']);
    expect(await who(other)).toBe('customer-2');
    await logIn('customer-1');
    await gateway.foreign.sessions.deleteMany({});
  });

  it('are those of nobody where several share a phone, and where nobody is there', async () => {
    for (const identifier of ['9845000009', 'nobody@example.com']) {
      await expect(endSessionsOfLogin(gateway.foreign, identifier, 'IN', ending)).rejects.toMatchObject({
        code: 'NOT_FOUND',
      });
    }
  });
});

it('the sessions of a role end, one entry in the journal for each login', async () => {
  const [customer, admin] = [await logIn('customer-2'), await logIn('admin-1')];
  await logIn('customer-2');
  await gateway.foreign.journal.deleteMany({});
  const never = new AbortController().signal;
  expect(await endSessionsOfRole(gateway.foreign, 'CUSTOMER', ending, never)).toBe(2);
  expect([await who(customer), await who(admin)]).toEqual(['UNAUTHENTICATED', 'admin-1']);
  expect(await journal()).toEqual([['command line', 'customer-2']]);
});

it('the command says who is logged out, writes it in the journal, and asks before it is everybody', async () => {
  const [customer, admin] = [await logIn('customer-1'), await logIn('admin-1')];
  await gateway.foreign.journal.deleteMany({});
  const one = await revoke('customer-1@example.com');
  expect([one.code, one.stdout, one.stderr]).toEqual([
    0,
    '',
    'customer-1 (Login customer-1) is logged out: 1 session.\n',
  ]);
  const asked = await revoke('--everyone');
  expect([asked.code, asked.stderr]).toEqual([2, expect.stringContaining('--yes')]);
  expect([await who(customer), await who(admin)]).toEqual(['UNAUTHENTICATED', 'admin-1']);
  expect((await revoke('--everyone', '--yes')).code).toBe(0);
  expect(await who(admin)).toBe('UNAUTHENTICATED');
  expect(await journal()).toEqual([
    ['command line', 'customer-1'],
    ['command line', 'everybody'],
  ]);
}, 60_000);

it('a wrong usage is refused', async () => {
  const refused = await Promise.all([revoke(), revoke('x', '--everyone'), revoke('--role', 'owner')]);
  expect(refused.map(({ code }) => code)).toEqual([2, 2, 2]);
}, 60_000);

async function journal(): Promise<string[][]> {
  const entries = await gateway.foreign.journal.find({ action: 'SESSIONS_ENDED' }).sort({ at: 1 }).toArray();
  return entries.map(({ actor, subjectId }) => [actor, subjectId]);
}
