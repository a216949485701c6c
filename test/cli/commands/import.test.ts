import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BSON, type Document, EJSON, ObjectId } from 'bson';
import { Decimal128, Double, Int32, Long } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DataDirectory, openDataDirectory, runCommand } from './support/command.ts';

const users: Document[] = [
  {
    _id: new ObjectId('65f000000000000000000001'),
    id: 'u1',
    name: 'Asha',
    role: 'customer',
    customer_v2_id: 'c1',
    logins: new Long(7),
  },
  {
    _id: new ObjectId('65f000000000000000000002'),
    id: 'u2',
    role: 'customer',
    customer_v2_id: 'c1',
    is_active: true,
  },
  { _id: 'text', id: null, role: 'customer', customer_v2_id: null, score: new Double(1), at: new Date(0) },
  {
    _id: new Int32(4),
    role: 'customer',
    price: Decimal128.fromString('1.10'),
    nested: { z: 1, a: [null, {}] },
  },
  { _id: new ObjectId('65f000000000000000000005'), id: 'u5', customer_v2_id: '', '': 'nameless', 'a.b': 1 },
];
const customers: Document[] = [
  { _id: new ObjectId('65f000000000000000000011'), id: 'c1', user_id: 'u1', status: 'active' },
  { _id: new ObjectId('65f000000000000000000012'), id: 'c2', user_id: 'u1', phone: new Double(9876543210) },
  { _id: new ObjectId('65f000000000000000000013'), id: 'c3' },
];

describe('import', () => {
  let data: DataDirectory;
  const file = (name: string) => join(data.path, name);
  const lines = (documents: Document[]) =>
    documents.map((document) => EJSON.stringify(document, { relaxed: false })).join('\n');

  beforeAll(async () => {
    data = await openDataDirectory();
    await writeFile(file('users.json'), lines(users));
    await writeFile(
      file('customers.json'),
      `${lines(customers)}\n{"_id": "broken", "name": }\n{"_id": "last"}`,
    );
  });
  afterAll(() => data.close());

  /** The bytes as stored, by the text of `_id`. */
  async function stored(collection: string): Promise<string[]> {
    const found = await data.database.db.collection(collection).find({}, { raw: true }).toArray();
    return found.map((bytes) => Buffer.from(bytes as unknown as Uint8Array).toString('hex')).sort();
  }
  const bytesOf = (documents: Document[]) =>
    documents
      .map((document) => Buffer.from(BSON.serialize(document, { ignoreUndefined: false })).toString('hex'))
      .sort();

  it('stores every document byte for byte, shared links too, names bad rows by their lines, and exits 3', async () => {
    const { code, stdout, stderr } = await runCommand(
      ['import', '--users', file('users.json'), '--customers', file('customers.json')],
      data.environment,
    );
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toMatch(/customers\.json:4: .+/);
    expect(stderr).not.toContain('\u001b');
    expect(stderr).toContain('customers_v2: 5 read, 4 inserted, 0 already there, 0 kept as stored, 1 failed');
    expect(await stored('users')).toEqual(bytesOf(users));
    expect(await stored('customers_v2')).toEqual(bytesOf([...customers, { _id: 'last' }]));
    expect(await data.database.customerIndex.countDocuments({ linkState: 'CONFLICT' })).toBeGreaterThan(0);
  });

  it('refuses a database that is not empty without --merge, in one line, and changes nothing', async () => {
    const before = [await stored('users'), await stored('customers_v2')];
    const { code, stdout, stderr } = await runCommand(
      ['import', '--users', file('users.json')],
      data.environment,
    );
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(
      /^customer-gateway: the database "delivery" holds documents already \(users, customers_v2\).*\n$/,
    );
    expect([await stored('users'), await stored('customers_v2')]).toEqual(before);
  });

  it('with --merge adds what is missing, overwrites nothing, and tells in JSON', async () => {
    await writeFile(
      file('more.json'),
      lines([{ ...users[0], name: 'Changed' }, users[1] as Document, { _id: 'added' }]),
    );
    const { code, stdout } = await runCommand(
      ['import', '--users', file('more.json'), '--merge', '--json'],
      data.environment,
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout).files).toMatchObject([
      {
        collection: 'users',
        read: 3,
        inserted: 1,
        skippedIdentical: 1,
        skippedDiffering: 1,
        failed: 0,
        differing: [{ line: 1 }],
      },
    ]);
    expect(await stored('users')).toEqual(bytesOf([...users, { _id: 'added' }]));
  });

  it('refuses a file that is not there, and no file at all, in one line', async () => {
    const [notThere, none] = await Promise.all([
      runCommand(['import', '--users', '/nonexistent/users.json'], data.environment),
      runCommand(['import'], data.environment),
    ]);
    expect(notThere.stderr).toMatch(/^customer-gateway: \/nonexistent\/users\.json: .*ENOENT.*\n$/);
    expect(none.stderr).toMatch(/^customer-gateway: there is nothing to import.*\n$/);
    expect([notThere.code, notThere.stdout, none.code, none.stdout]).toEqual([1, '', 1, '']);
  });

  it('leaves an index that reindex makes again, row for row', async () => {
    const rows = () => data.database.customerIndex.find({}).sort({ _id: 1 }).toArray();
    const before = await rows();
    await data.database.customerIndex.updateMany({}, { $set: { names: ['wrong'], linkState: 'LINKED' } });
    await data.database.customerIndex.deleteOne({});
    await data.database.customerIndex.insertOne({ ...before[0], _id: 'nobody' } as never);
    const { code, stdout, stderr } = await runCommand(['reindex'], data.environment);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(
      new RegExp(`^10 records read, ${before.length} customers indexed in [\\d.]+ s\\.\\n$`),
    );
    expect(await rows()).toEqual(before);
  });
});
