import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { candidatesOf, expectNamed, expectToLogInAsTold } from './support/creation-checks.ts';
import { type Creation, login, openCreation, record, somebody } from './support/open-creation.ts';

let creation: Creation;
beforeAll(async () => {
  creation = await openCreation();
});
afterAll(() => creation?.close());

const records = () => creation.gateway.foreign.db.collection('customers_v2');

describe('ASK, of somebody who is known, names them and writes nothing at all', () => {
  it('a delivery record without a login, by phone in another spelling', async () => {
    const person = somebody();
    const { id } = await creation.addOrphan('record', {
      phone: `+91 ${person.phone.slice(0, 5)}-${person.phone.slice(5)}`,
    });
    await expectNamed(creation, person, [{ id, matchedBy: ['PHONE'], state: 'ORPHANED_V2' }]);
  });

  it('a login without a delivery record, by e-mail in another case', async () => {
    const { id } = await creation.addOrphan('login', {}, { email: 'Kavita.S@Example.COM' });
    const person = somebody({ email: 'kavita.s@example.com' });
    await expectNamed(creation, person, [{ id, matchedBy: ['EMAIL'], state: 'ORPHANED_USER' }]);
  });

  it('a linked pair, by what either half holds', async () => {
    const [one, other] = [somebody(), somebody()];
    const half = login({ phone: one.phone, email: 'linked.login@example.com' });
    const record1 = record({ phone: other.phone, user_id: half.id });
    await creation.add({ users: [{ ...half, customer_v2_id: record1.id }], customersV2: [record1] });
    const found = { id: record1.id, state: 'LINKED' };
    await expectNamed(creation, one, [{ ...found, matchedBy: ['PHONE'] }]);
    await expectNamed(creation, other, [{ ...found, matchedBy: ['PHONE'] }]);
    await expectNamed(creation, { ...other, email: 'LINKED.login@example.com' }, [
      { ...found, matchedBy: ['EMAIL', 'PHONE'] },
    ]);
  });

  it('everybody: of two who share a phone and one who has the e-mail, each once', async () => {
    const person = somebody({ email: 'crowd@example.com' });
    const first = await creation.addOrphan('record', person, { email: 'Crowd@example.com' });
    const second = await creation.addOrphan('login', person);
    const third = await creation.addOrphan('login', {}, { email: 'crowd@example.com' });
    await expectNamed(creation, person, [
      { id: first.id, matchedBy: ['EMAIL', 'PHONE'], state: 'ORPHANED_V2' },
      { id: second.id, matchedBy: ['PHONE'], state: 'ORPHANED_USER' },
      { id: third.id, matchedBy: ['EMAIL'], state: 'ORPHANED_USER' },
    ]);
  });

  it('whom another application stored a moment ago, and the index does not know yet', async () => {
    const person = somebody();
    const stored = record({ phone: person.phone });
    await creation.add({ customersV2: [stored] });
    await records().updateOne({ id: stored.id }, { $set: { name: 'Renamed Since' } });
    const { result } = await creation.create(person);
    expect(candidatesOf(result)).toEqual([{ id: stored.id, matchedBy: ['PHONE'], state: 'ORPHANED_V2' }]);
  });

  it('but a name alone is nobody', async () => {
    const known = await creation.addOrphan('record', somebody(), { name: 'Namesake Of Many' });
    const { result } = await creation.create(somebody({ name: known.name }));
    expect(result).toMatchObject({ __typename: 'CustomerCreated', adopted: false });
  });

  it('and an e-mail that is only a placeholder is nobody’s', async () => {
    const person = somebody();
    await creation.addOrphan('login', somebody(), { email: `${person.phone}@delivery.local` });
    const { result } = await creation.create(person);
    expect(result).toMatchObject({ __typename: 'CustomerCreated', adopted: false });
  });
});

describe('CREATE_SEPARATE, for a household that shares a phone', () => {
  it('gives everybody a login of their own, and each opens with what its message says', async () => {
    const first = somebody();
    const created = await creation.stored(await creation.created(first));
    const told = await creation.credentialsOf(created.user);
    for (const name of ['Second Of Them', 'Third Of Them']) {
      const input = { ...first, name, onExisting: 'CREATE_SEPARATE' };
      const { result } = await creation.create(input);
      expect(result).toMatchObject({
        __typename: 'CustomerCreated',
        adopted: false,
        customer: { name, phoneE164: `+91${first.phone}`, link: { state: 'LINKED' }, canLogin: true },
      });
      if (result?.__typename !== 'CustomerCreated') return;
      const { user, record: delivery, notifications } = await creation.stored(result.customer);
      expect(user.id).not.toBe(created.user.id);
      expect(delivery.phone).toBe(first.phone);
      expect(notifications).toHaveLength(1);
      await expectToLogInAsTold(creation, user);
    }
    for (const identifier of [first.phone, `+91 ${first.phone}`, told.loginName])
      expect(await creation.tryLogIn(identifier, told.password)).toBeTypeOf('function');
    expect((await creation.stored({ link: linkOf(created) })).record).toEqual(created.record);
  });

  it('leaves a login that was there before as it is: its phone and password open it still', async () => {
    const person = somebody({ email: 'own.address@example.com', onExisting: 'CREATE_SEPARATE' });
    const kept = await creation.addOrphan('login', person);
    const orphan = await creation.addOrphan('record', person);
    const { user } = await creation.stored(await creation.created(person));
    expect(await creation.tryLogIn(person.phone)).toBeTypeOf('function');
    await expectToLogInAsTold(creation, user);
    const { db } = creation.gateway.foreign;
    expect(await db.collection('users').findOne({ id: kept.id })).toMatchObject(kept);
    expect(await records().findOne({ id: orphan.id })).toEqual(orphan);
  });

  it('keeps apart those who share an e-mail', async () => {
    const first = somebody({ email: 'both.of.us@example.com' });
    const one = await creation.stored(await creation.created(first));
    const told = await creation.credentialsOf(one.user);
    const other = await creation.stored(
      await creation.created(somebody({ email: 'Both.Of.Us@example.com', onExisting: 'CREATE_SEPARATE' })),
    );
    await expectToLogInAsTold(creation, other.user);
    expect(await creation.tryLogIn('both.of.us@example.com', told.password)).toBeTypeOf('function');
  });

  it('of nobody is a creation like any other', async () => {
    const { result } = await creation.create(somebody({ onExisting: 'CREATE_SEPARATE' }));
    expect(result).toMatchObject({ __typename: 'CustomerCreated', adopted: false });
  });
});

describe('somebody who works here and has the same phone or e-mail', () => {
  it.each([
    ['phone', { phone: '+919811100001' }],
    ['e-mail', { email: 'Boy@Example.com' }],
    ['phone and e-mail', { phone: '09811100001', email: 'boy@example.com' }],
  ])('is not the customer: by %s a customer is created, and both log in', async (_, contact) => {
    const before = await creation.gateway.foreign.db.collection('users').findOne({ id: 'boy-1' });
    const { result } = await creation.create(somebody({ ...contact, onExisting: 'CREATE_SEPARATE' }));
    expect(result).toMatchObject({ __typename: 'CustomerCreated', adopted: false });
    if (result?.__typename !== 'CustomerCreated') return;
    const pair = await creation.stored(result.customer);
    expect(await creation.gateway.foreign.db.collection('users').findOne({ id: 'boy-1' })).toEqual(before);
    expect(await creation.tryLogIn('boy@example.com')).toBeTypeOf('function');
    expect(await creation.tryLogIn('98111 00001')).toBeTypeOf('function');
    await expectToLogInAsTold(creation, pair.user);
  });

  it('is not named by ASK either', async () => {
    await creation.addOrphan('login', { phone: '98111 00077' }, { role: 'delivery_boy' });
    const { result } = await creation.create(somebody({ phone: '9811100077' }));
    expect(result).toMatchObject({ __typename: 'CustomerCreated', adopted: false });
  });
});

function linkOf({ user, record: delivery }: { user: object; record: object }) {
  const id = (half: object) => ('id' in half && typeof half.id === 'string' ? half.id : null);
  return { state: 'LINKED', userId: id(user), customerV2Id: id(delivery), conflictingIds: [] };
}
