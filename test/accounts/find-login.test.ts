import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findLogin } from '../../src/accounts/find-login.ts';
import { type AccountsFixture, openAccounts } from './support/open-accounts.ts';

let accounts: AccountsFixture;
beforeAll(async () => {
  accounts = await openAccounts({ monitorCommands: true });
});
afterAll(() => accounts.close());

const find = (identifier: string) => findLogin(accounts.database, identifier, 'IN');
const idOf = async (identifier: string) => (await find(identifier))?.login.id ?? null;

describe('a login is found by', () => {
  it.each(['ravi.k@example.com', ' RAVI.K@EXAMPLE.COM ', 'Ravi.K@Example.com'])(
    'its e-mail, typed %j',
    async (typed) => {
      await once('ravi', { email: 'Ravi.K@Example.com', phone: null });
      expect(await idOf(typed)).toBe('ravi');
    },
  );

  it.each(['9876543211', '+91 98765 43211', '098765-43211', '+919876543211', '(0)98765 43211'])(
    'its phone, typed %j',
    async (typed) => {
      await once('uma', { phone: '98765 43211', email: null });
      expect(await idOf(typed)).toBe('uma');
    },
  );

  it.each(['4d3c2b1a-0f9e-4d8c-b7a6-95847362514f', '4D3C2B1A-0F9E-4D8C-B7A6-95847362514E'])(
    'its id, a uuid in any case, such as %s',
    async (id) => {
      await once(id, { email: null, phone: null });
      for (const typed of [id, id.toLowerCase(), ` ${id.toUpperCase()} `]) expect(await idOf(typed)).toBe(id);
    },
  );

  it('its e-mail or phone a moment after the older application has written it', async () => {
    await once('fresh', { email: 'fresh@example.com', phone: '9876500001' }, { indexed: false });
    expect(await idOf('Fresh@Example.com')).toBe('fresh');
    expect(await idOf('+91 98765 00001')).toBe('fresh');
  });

  it('its phone, when its stored e-mail is a placeholder', async () => {
    await once('placed', { email: '9876500002@delivery.local', phone: '9876500002' });
    expect(await idOf('9876500002')).toBe('placed');
  });
});

describe('no login is found by', () => {
  it('a placeholder address', async () => {
    await once('noaddress', { email: '9876500003@delivery.local', phone: '9876500003' });
    expect(await idOf('9876500003@delivery.local')).toBeNull();
    expect(await idOf('9876500003@Delivery.Local ')).toBeNull();
  });

  it('a phone or e-mail that several logins have, whether or not the index knows them yet', async () => {
    await once('house1', { phone: '9876500004', email: 'shared@example.com' });
    await once('house2', { phone: '+91-98765-00004', email: 'house2@example.com' });
    expect(await idOf('9876500004')).toBeNull();
    await once('double', { email: 'shared@example.com', phone: null }, { indexed: false });
    expect(await idOf('shared@example.com')).toBeNull();
    expect(await idOf('house2@example.com')).toBe('house2');
  });

  it('what it was called before', async () => {
    const login = await once('moved', { email: 'old@example.com', phone: '9876500005' });
    await accounts.database.users.updateOne(
      { id: login.id },
      { $set: { email: 'new@example.com', phone: '1' } },
    );
    expect(await idOf('old@example.com')).toBeNull();
    expect(await idOf('9876500005')).toBeNull();
    expect(await idOf('new@example.com')).toBe('moved');
  });

  it('its id, its name, a part of its e-mail, or nothing', async () => {
    await once('plain-id', { email: 'part@example.com', phone: null, name: 'Whole Name' });
    await once('empty', { email: '', phone: '' });
    await once('absent', { email: undefined, phone: undefined });
    for (const typed of ['plain-id', 'Whole Name', 'part', '@example.com', '.*', '', ' ', '0', 'null']) {
      expect(await idOf(typed)).toBeNull();
    }
  });
});

it('every kind of identifier costs the same commands', async () => {
  await once('counted', { email: 'counted@example.com', phone: '9876500006' });
  const commands: string[] = [];
  accounts.database.client.on('commandStarted', ({ command }) => {
    if ('find' in command) commands.push(String(command.find));
  });
  const typed = [
    'counted@example.com',
    '9876500006',
    'nobody@example.com',
    '9876599999',
    'rubbish',
    '',
    '1@delivery.local',
  ];
  for (const identifier of typed) {
    commands.length = 0;
    await find(identifier);
    expect(commands.sort(), identifier).toEqual(['customer_index_records', 'users', 'users']);
  }
});

/** The login of this id, stored by whichever test comes first. */
async function once(id: string, fields: object, options?: { indexed: boolean }) {
  const present = await accounts.database.users.findOne({ id });
  return present ?? accounts.addLogin({ id, ...fields }, options);
}
