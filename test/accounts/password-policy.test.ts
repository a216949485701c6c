import { describe, expect, it } from 'vitest';
import { commonPasswords } from '../../src/accounts/common-passwords.ts';
import { checkNewPassword, type PasswordOwner } from '../../src/accounts/password-policy.ts';

const customer: PasswordOwner = {
  role: 'CUSTOMER',
  name: 'Renée Kumari',
  email: 'r.kumari27@example.com',
  phone: '098765-43211',
};

const check = (password: string, owner: Partial<PasswordOwner> = {}) =>
  checkNewPassword(password, { ...customer, ...owner }, 'IN');
const refusal = { code: 'BAD_USER_INPUT', details: { argument: 'newPassword' } };

describe('the length of a new password', () => {
  it.each([
    ['CUSTOMER', 8],
    ['DELIVERY_BOY', 8],
    ['ADMIN', 15],
    ['ANALYST', 15],
  ] as const)('is at least, for role %s, %i characters', async (role, least) => {
    const text = 'kqzvwpxmrtjhdng';
    await expect(check(text.slice(0, least - 1), { role })).rejects.toMatchObject(refusal);
    await expect(check(text.slice(0, least), { role })).resolves.toBeUndefined();
  });

  it('counts characters, not UTF-16 units', async () => {
    await expect(check('🥛🚲🌾🐄🧈🍯🥥')).rejects.toMatchObject(refusal);
    await expect(check('🥛🚲🌾🐄🧈🍯🥥🌶')).resolves.toBeUndefined();
  });

  it('is at most 72 bytes, and never cut', async () => {
    await expect(check('a'.repeat(72))).resolves.toBeUndefined();
    await expect(check(`${'a'.repeat(72)}X`)).rejects.toMatchObject(refusal);
    await expect(check(`${'a'.repeat(72)}Y`, { role: 'ADMIN' })).rejects.toMatchObject(refusal);
    const full = 'q7'.repeat(36);
    await expect(check(full)).resolves.toBeUndefined();
    await expect(check(`${full}x`)).rejects.toMatchObject(refusal);
    await expect(check('é'.repeat(36))).resolves.toBeUndefined();
    await expect(check(`${'é'.repeat(36)}x`)).rejects.toMatchObject(refusal);
  });

  it('of a megabyte is refused at once', async () => {
    const begun = performance.now();
    await expect(check('x'.repeat(1_000_000))).rejects.toMatchObject(refusal);
    expect(performance.now() - begun).toBeLessThan(50);
  });
});

describe('no characters are required', () => {
  it.each(['kqzvwpxm', '8203947561', 'four plain words here', '        7', 'नमस्तेजी दूध'])(
    '%s is accepted',
    async (password) => {
      await expect(check(password)).resolves.toBeUndefined();
    },
  );
});

describe('a common password is refused', () => {
  it.each(['password', 'password123', 'PassWord1', 'qwerty123', '1234567890', 'iloveyou1'])(
    '%s',
    async (password) => {
      await expect(check(password)).rejects.toMatchObject(refusal);
    },
  );
});

it('the list of common ones holds at least 10,000, and whoever needs 15 characters is refused those too', async () => {
  const common = [...(await commonPasswords())];
  expect(common.length).toBeGreaterThanOrEqual(10_000);
  const long = common.filter((password) => password.length >= 15);
  expect(long.length).toBeGreaterThan(10);
  for (const password of long.slice(0, 20)) {
    await expect(check(password.toUpperCase(), { role: 'ADMIN' }), password).rejects.toMatchObject(refusal);
  }
});

describe("the owner's own name, phone and e-mail are refused", () => {
  it.each([
    'renee kumari',
    'Renée Kumari',
    'KumariRenee',
    'kumari-renee-99',
    'r.kumari27@example.com',
    'R.Kumari27@Example.com!!',
    '9876543211',
    '09876543211',
    '+91 98765 43211',
    '+919876543211',
    '98765-43211-a',
    'kumari2024',
  ])('%s', async (password) => {
    await expect(check(password)).rejects.toMatchObject(refusal);
  });

  it('but a long password that holds one of them is accepted', async () => {
    await expect(check('kumari buys seven coconuts')).resolves.toBeUndefined();
  });

  it('and an owner of whom nothing is known is only held to the rest', async () => {
    await expect(check('kumari-renee-99', { name: null, email: null, phone: null })).resolves.toBeUndefined();
  });
});
