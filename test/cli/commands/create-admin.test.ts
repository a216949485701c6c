import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DataDirectory, openDataDirectory, runCommand } from './support/command.ts';

describe('create-admin', () => {
  let data: DataDirectory;
  beforeAll(async () => {
    data = await openDataDirectory();
  });
  afterAll(() => data.close());

  const create = (email: string, ...more: string[]) =>
    runCommand(['create-admin', '--email', email, '--name', 'Asha Rao', ...more], data.environment);

  it('prints the temporary password once, alone on stdout, and stores only its hash', async () => {
    const { code, stdout, stderr } = await create('asha@example.com', '--phone', '98765 43210');
    expect(code).toBe(0);
    const password = stdout.trimEnd();
    expect(password).toMatch(/^\S{12}$/);
    expect(stderr).toContain('asha@example.com');
    expect(stderr).not.toContain(password);
    const [admin] = await data.database.users.find({}).toArray();
    expect(admin).toMatchObject({
      email: 'asha@example.com',
      phone: '98765 43210',
      role: 'admin',
      is_active: true,
    });
    expect(admin?.password_hash).toMatch(/^\$2b\$10\$/);
    for (const collection of await data.database.db.collections()) {
      expect(JSON.stringify(await collection.find({}).toArray())).not.toContain(password);
    }
  });

  it('refuses an e-mail that is taken, in another spelling, in one line, prints no password, and writes nothing', async () => {
    const { code, stdout, stderr } = await create('ASHA@example.com');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^customer-gateway: Another login has this e-mail.*\n$/);
    expect(await data.database.users.countDocuments({})).toBe(1);
  });
});
