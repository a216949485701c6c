import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Linking, openLinking } from './support/open-linking.ts';

let linking: Linking;
beforeAll(async () => {
  linking = await openLinking({ environment: { CONFIRM_HALF_LINKS: 'off' } });
});
afterAll(() => linking?.close());

it('where codes are turned off, a login that is joined reads the record at once, after logging in again', async () => {
  await linking.store('U1, D1');
  const before = await linking.logIn('u1@example.com');
  await linking.newMessages();
  await linking.link('U1', 'D1');
  expect((await linking.newMessages()).map(({ kind }) => kind)).toEqual(['LOGIN_ADOPTED']);
  expect((await before('{ me { id } }')).code).toBe('UNAUTHENTICATED');
  const client = await linking.logIn('u1@example.com');
  const { data } = await client('{ me { linkConfirmationPending customer { delivery { name } } } }');
  expect(data.me).toEqual({ linkConfirmationPending: false, customer: { delivery: { name: 'Name D1' } } });
});

it('a customer, and who has not logged in, neither links nor unlinks nor clears, themself or others', async () => {
  await linking.store('U1→D1, D1→U1, U2, D2');
  const before = await linking.world();
  const clients = [await linking.logIn('u1@example.com'), linking.anonymous];
  for (const client of clients) {
    const answers = [
      await linking.link('U2', 'D2', client),
      await linking.unlink('D1', client),
      await linking.clear('USERS', 'U1', client),
    ];
    for (const { code } of answers) expect(['FORBIDDEN', 'UNAUTHENTICATED']).toContain(code);
  }
  expect((await linking.world()).customers).toEqual(before.customers);
});
