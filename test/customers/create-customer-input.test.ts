import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectRefused } from './support/creation-checks.ts';
import { type CreateInput, type Creation, openCreation, somebody } from './support/open-creation.ts';

let creation: Creation;
beforeAll(async () => {
  creation = await openCreation();
  await creation.add({ customersV2: [{ id: 'some-record', name: 'Stored', phone: '98444 00001' }] });
});
afterAll(() => creation?.close());

describe('what cannot be right is refused by the name of its field, and nothing is written', () => {
  const refused: Record<string, unknown[]> = {
    name: ['', '   ', '\t', '\u200b', 'n'.repeat(201), 'a\u0000b', 'a\nb', 'a\u001b[31mb', 'a\u0085b'],
    phone: [
      '',
      ' ',
      'none',
      '12345',
      '98222',
      '98222100011234567890',
      '+999 12345678',
      '+91',
      '00000 00000',
      '9822210001 or 9822210002',
      '9'.repeat(10_000),
    ],
    email: [
      'nobody',
      'nobody@',
      '@example.com',
      'no body@example.com',
      'a@b@example.com',
      '<a@example.com>',
      'a@example.com,b@example.com',
      'a@example.com, b@example.com',
      'a@example.com\r\nBcc: b@example.com',
      `${'a'.repeat(250)}@example.com`,
      '{"$ne":null}',
    ],
    address: ['', '  ', 'a'.repeat(501), 'a\u0000'],
    area: ['', '  ', 'a'.repeat(101), 'a\u0000'],
    deliveryBoyId: ['nobody', '', 'boy-off', 'admin-1', 'analyst-1', 'some-record', 'x'.repeat(5_000)],
    idempotencyKey: ['', 'k'.repeat(201)],
  };

  it.each(Object.entries(refused))('%s', async (field, values) => {
    const inputs = values.map((value) => somebody({ [field]: value }));
    await expectRefused(creation, inputs, field);
  });

  it('email, when the dots and dashes of it are where no address has them', async () => {
    const malformed = ['a@.com', 'a@example..com', 'a@-example.com', 'a@example.com.', '.a@example.com'];
    const inputs = malformed.map((email) => somebody({ email }));
    await expectRefused(creation, inputs, 'email');
  });

  it('email, when it is a placeholder', async () => {
    const placeholders = ['9822210001@delivery.local', 'X@DELIVERY.LOCAL', ' a@Delivery.Local '];
    const inputs = placeholders.map((email) => somebody({ email }));
    await expectRefused(creation, inputs, 'email');
  });

  it('a customer’s own login as deliveryBoyId', async () => {
    const { link } = await creation.created(somebody());
    await expectRefused(creation, [somebody({ deliveryBoyId: link.userId })], 'deliveryBoyId');
  });

  it('also where somebody is known already: the mistake is told first', async () => {
    const known = { phone: '9844400001' };
    await expectRefused(creation, [somebody({ ...known, email: 'x' })], 'email');
    await expectRefused(creation, [somebody({ ...known, deliveryBoyId: 'boy-off' })], 'deliveryBoyId');
  });
});

it('the longest values that are allowed are stored whole', async () => {
  const longest = {
    name: 'n'.repeat(200),
    address: 'd'.repeat(500),
    area: 'r'.repeat(100),
    idempotencyKey: 'k'.repeat(200),
  };
  const { record } = await creation.stored(await creation.created(somebody(longest)));
  expect(record).toMatchObject({ name: longest.name, address: longest.address, area: longest.area });
});

describe('what no input has a field for', () => {
  const smuggled: Record<string, unknown>[] = [
    { role: 'ADMIN' },
    { customer_v2_id: 'some-record' },
    { customerV2Id: 'some-record' },
    { user_id: 'admin-1' },
    { userId: 'admin-1' },
    { must_change_password: false },
    { mustChangePassword: false },
    { password_hash: 'x' },
    { password: 'saffron-kettle-harbour-27' },
    { id: 'chosen-id' },
    { _id: 'chosen-id' },
    { is_active: true },
    { __proto__hidden: 1 },
    { $set: { role: 'admin' } },
  ];

  it('is refused with the whole input', () => expectNoSuchInput(smuggled));

  const otherTypes: CreateInput[] = [
    { phone: { $ne: null } },
    { name: ['a', 'b'] },
    { email: { $gt: '' } },
    { status: 'OTHER' },
    { status: 'active' },
    { onExisting: 'OVERWRITE' },
    { address: 12 },
    { name: null },
  ];

  it('and no value of another type either', () => expectNoSuchInput(otherTypes));

  async function expectNoSuchInput(inputs: CreateInput[]) {
    const before = await creation.everything();
    for (const fields of inputs) {
      const { errors, result, code } = await creation.create({ ...somebody(), ...fields });
      expect({ fields, result }).toEqual({ fields, result: null });
      expect(code).toMatch(/^(BAD_USER_INPUT|GRAPHQL_VALIDATION_FAILED)$/);
      expect(errors[0]?.message).not.toMatch(/did you mean/i);
    }
    expect(await creation.everything()).toEqual(before);
  }
});

it('nobody but an admin creates', async () => {
  const { link, login } = await creation.created(somebody({ email: 'own.customer@example.com' }));
  expect(login?.userId).toBe(link.userId);
  const clients = [
    { client: creation.gateway.anonymous, code: 'UNAUTHENTICATED' },
    {
      client: await creation.gateway.logIn('boy@example.com', 'saffron-kettle-harbour-27'),
      code: 'FORBIDDEN',
    },
    {
      client: await creation.gateway.logIn('analyst@example.com', 'saffron-kettle-harbour-27'),
      code: 'FORBIDDEN',
    },
  ];
  const before = await creation.everything();
  for (const { client, code } of clients) {
    expect((await creation.create(somebody(), client)).code).toBe(code);
    for (const field of [
      'createLogin(customerId: "some-record") { id }',
      'createDeliveryRecord(customerId: "boy-1", address: "a", area: "b") { id }',
      'importCustomers(input: [{ name: "a", phone: "9844400002", address: "a", area: "b" }]) { index }',
    ])
      expect({ field, code: (await client(`mutation { ${field} }`)).code }).toEqual({ field, code });
  }
  expect(await creation.everything()).toEqual(before);
});
