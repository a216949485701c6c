import { readFile } from 'node:fs/promises';
import bcrypt from 'bcrypt';
import { BSON, type Document } from 'mongodb';
import { describe, expect, test } from 'vitest';
import { SHARED_NAME } from '../../../src/cli/demo/demo-names.ts';
import { DEMO_PASSWORD, DEMO_PASSWORD_HASHES } from '../../../src/cli/demo/demo-passwords.ts';
import { DEMO_COUNTS, generateDemoData } from '../../../src/cli/demo/generate-demo-data.ts';
import { findMesses } from './demo-messes.ts';
import { judgeLinks } from './link-graph.ts';

const SEEDS = [1, 2, 3, 77, 20_261_122];
const documentationPath = new URL('../../../docs/demo-data.md', import.meta.url);

describe('the demo data', () => {
  test.each(SEEDS)('seed %i: holds the promised number of each kind of document', (seed) => {
    const { users, customersV2 } = generateDemoData({ seed });
    const count = (role: string) => users.filter((user) => user.role === role).length;
    expect(customersV2).toHaveLength(DEMO_COUNTS.deliveryRecords);
    expect(count('customer')).toBe(DEMO_COUNTS.customerLogins);
    expect(count('delivery_boy')).toBe(DEMO_COUNTS.deliveryBoys);
    expect(count('analyst')).toBe(DEMO_COUNTS.analysts);
    expect(count('admin')).toBe(DEMO_COUNTS.admins);
    expect(users).toHaveLength(56);
  });

  test.each(SEEDS)('seed %i: every mess of the domain occurs at least once', (seed) => {
    const lacking = findMesses(generateDemoData({ seed })).filter((mess) => mess.found.length === 0);
    expect(lacking.map(({ section, mess }) => `${section}: ${mess}`)).toEqual([]);
  });

  test('the same seed gives the same bytes, another seed others', () => {
    const bytes = (seed?: number) => {
      const { users, customersV2 } = generateDemoData(seed === undefined ? {} : { seed });
      return [...users, ...customersV2].map((document) =>
        Buffer.from(BSON.serialize(document)).toString('hex'),
      );
    };
    expect(bytes()).toEqual(bytes(1));
    expect(bytes(2)).not.toEqual(bytes(1));
  });

  test('about 5 % of the delivery records are linked, and one person of each pair is counted', () => {
    const data = generateDemoData();
    const judged = judgeLinks(data);
    const joined = judged.filter(({ state }) => state === 'LINKED' || state === 'HALF_LINKED').length;
    expect(joined / data.customersV2.length).toBeCloseTo(0.053, 3);
    expect(judged).toHaveLength(DEMO_COUNTS.customerLogins + DEMO_COUNTS.deliveryRecords - joined);
  });

  test('every _id is there, and no two in a collection are the same', () => {
    const { users, customersV2 } = generateDemoData();
    for (const documents of [users, customersV2]) {
      expect(new Set(documents.map(({ _id }) => String(_id))).size).toBe(documents.length);
    }
  });

  test('no field holds undefined, which the driver would store as null', () => {
    const { users, customersV2 } = generateDemoData();
    for (const document of [...users, ...customersV2]) {
      expect(Object.values(document)).not.toContain(undefined);
    }
  });

  test('the shown log-ins exist, are active, and the shown password opens each', async () => {
    const { users, people } = generateDemoData();
    const shown: [email: string, role: string][] = [
      [people.adminEmail, 'admin'],
      [people.analystEmail, 'analyst'],
      [people.deliveryBoyEmail, 'delivery_boy'],
      [people.customerEmail, 'customer'],
    ];
    for (const [email, role] of shown) {
      const found = users.filter((user) => user.email === email);
      expect(found).toMatchObject([{ role, is_active: true }]);
      expect(await bcrypt.compare(people.password, String(found[0]?.password_hash))).toBe(true);
    }
  });

  test('the shown customer is linked both ways', () => {
    const data = generateDemoData();
    const shown = judgeLinks(data).find(({ login }) => login?.email === data.people.customerEmail);
    expect(shown).toMatchObject({ state: 'LINKED', record: { email: data.people.customerEmail } });
  });

  test('the demo password is long enough for an admin, and every prepared hash is one of it', async () => {
    expect(DEMO_PASSWORD.length).toBeGreaterThanOrEqual(15);
    for (const hash of Object.values(DEMO_PASSWORD_HASHES).flat()) {
      // bcrypt for Node does not know the prefix that PHP writes; the computation is the same.
      expect(await bcrypt.compare(DEMO_PASSWORD, hash.replace('$2y$', '$2b$'))).toBe(true);
    }
  });

  test('nobody’s name, phone or e-mail is in the demo password', () => {
    const { users, customersV2 } = generateDemoData();
    const words = [...users, ...customersV2].flatMap(({ name, phone, email }) =>
      [name, phone, email].flatMap((value) =>
        String(value ?? '')
          .toLowerCase()
          .split(/[\s.@]+/),
      ),
    );
    for (const word of new Set(words)) {
      if (word.length >= 4) expect(DEMO_PASSWORD).not.toContain(word);
    }
  });

  test.each(SEEDS)('seed %i: exactly three people have the shared name, with three phones', (seed) => {
    const { users, customersV2 } = generateDemoData({ seed });
    const sharers = [...users, ...customersV2].filter(({ name }) => name?.trim() === SHARED_NAME);
    expect(sharers).toHaveLength(3);
    expect(new Set(sharers.map(({ phone }) => phone)).size).toBe(3);
  });

  test('nothing could be delivered to a stranger: every real e-mail domain is reserved for examples', () => {
    const { users, customersV2 } = generateDemoData();
    for (const { email } of [...users, ...customersV2]) {
      if (email) expect(email).toMatch(/@(example\.(com|net|org)|delivery\.local)$/i);
    }
  });

  test('docs/demo-data.md lists every mess with its count and an example (vitest -u writes the table)', async () => {
    const documentation = await readFile(documentationPath, 'utf8');
    const [start, end] = ['<!-- table:start -->', '<!-- table:end -->'];
    const before = documentation.slice(0, documentation.indexOf(start) + start.length);
    const after = documentation.slice(documentation.indexOf(end));
    expect(before.length * after.length).toBeGreaterThan(start.length);
    const expected = `${before}\n${messTable()}\n${after}`;
    await expect(expected).toMatchFileSnapshot(documentationPath.pathname);
  });
});

function messTable(): string {
  const lines: string[] = [];
  let section = '';
  for (const row of findMesses(generateDemoData())) {
    if (row.section !== section) {
      section = row.section;
      lines.push('', `### ${section}`, '', '| what | how many | example |', '|---|---:|---|');
    }
    lines.push(`| ${row.mess} | ${row.found.length} | \`${nameOf(row.found[0] ?? {})}\` |`);
  }
  return `${lines.join('\n').trimStart()}\n`;
}

/** The record's id, or its `_id` where it has none: how the API addresses it. */
function nameOf({ id, _id }: Document): string {
  return typeof id === 'string' ? id : String(_id);
}
