import type { Document } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SHARED_NAME } from '../../src/cli/demo/demo-names.ts';
import { loadDemoData } from '../../src/cli/demo/load-demo-data.ts';
import type { GraphqlClient } from '../support/graphql-client.ts';
import { oracleEmail, oracleName, oraclePhone, oracleText } from '../support/oracle-values.ts';
import { startGateway, type TestGateway } from '../support/start-gateway.ts';
import { customerKey } from './support/customer-answer.ts';
import { type ExpectedCustomer, readExpected } from './support/expected-customers.ts';
import { fillWithRandomRecords } from './support/random-fill.ts';

const found = `customer { id name phone email systems } matchedBy`;
const lookup = `__typename
  ... on CustomerFound { ${found} }
  ... on CustomerAmbiguous { identifier totalCandidates candidates { ${found} } }
  ... on CustomerNotFound { identifier nearMisses { ${found} } }`;

interface Found {
  customer: {
    id: string;
    name: string | null;
    phone: string | null;
    email: string | null;
    systems: string[];
  };
  matchedBy: string[];
}
type Lookup =
  | ({ __typename: 'CustomerFound' } & Found)
  | { __typename: 'CustomerAmbiguous'; identifier: string; totalCandidates: number; candidates: Found[] }
  | { __typename: 'CustomerNotFound'; identifier: string; nearMisses: Found[] };

let gateway: TestGateway;
let client: GraphqlClient;

/** Ten of them in one operation. */
async function findAll(identifiers: readonly string[]): Promise<Lookup[]> {
  const answers: Lookup[] = [];
  for (let from = 0; from < identifiers.length; from += 10) {
    const some = identifiers.slice(from, from + 10);
    const fields = some.map((_, at) => `f${at}: findCustomer(identifier: $f${at}) { ...Lookup }`);
    const variables = some.map((_, at) => `$f${at}: String!`);
    const { errors, data } = await client(
      `query (${variables.join(' ')}) { ${fields.join(' ')} } fragment Lookup on CustomerLookup { ${lookup} }`,
      Object.fromEntries(some.map((identifier, at) => [`f${at}`, identifier])),
    );
    expect({ some, errors }).toEqual({ some, errors: [] });
    answers.push(...some.map((_, at) => data[`f${at}`]));
  }
  return answers;
}

async function find(identifier: string): Promise<Lookup> {
  const [answer] = await findAll([identifier]);
  if (answer === undefined) throw new Error('No answer.');
  return answer;
}

describe.each([
  { data: 'the demo data', fill: loadDemoData },
  { data: 'random records', fill: fillWithRandomRecords(31, 200) },
])('findCustomer, on $data', ({ fill }) => {
  let customers: ExpectedCustomer[];
  beforeAll(async () => {
    gateway = await startGateway({ fill });
    client = await gateway.logIn(gateway.admin.email);
    customers = (await readExpected(gateway.foreign)).customers;
  });
  afterAll(() => gateway?.close());

  const expectAsByRules = async (identifiers: readonly string[]) => {
    const asked = someOf([...new Set(identifiers)], 60);
    const answers = await findAll(asked);
    const told = answers.map((answer, at) => ({ identifier: asked[at], ...comparable(answer) }));
    expect(told).toEqual(asked.map((identifier) => ({ identifier, ...byRules(customers, identifier) })));
  };
  /** What is stored in a field of either half, as typed. */
  const typed = (field: string) =>
    customers
      .flatMap(({ login, delivery }) => [oracleText(login?.[field]), oracleText(delivery?.[field])])
      .filter((text) => text !== null);

  it('knows every customer by each id, and everybody whom an id names', async () => {
    await expectAsByRules(
      customers.flatMap(({ link }) => [link.userId, link.customerV2Id]).filter((id) => id !== null),
    );
  });

  it('knows every phone as it is typed somewhere', async () => {
    await expectAsByRules(typed('phone'));
  });

  it('knows a phone in every spelling', async () => {
    const phones = customers.map(({ phoneE164 }) => phoneE164).filter((phone) => phone?.startsWith('+91'));
    for (const phone of new Set(phones.slice(0, 12))) {
      const [front, back] = [phone?.slice(3, 8), phone?.slice(8)];
      const spellings = [
        `${front}${back}`,
        `+91${front}${back}`,
        `+91 ${front} ${back}`,
        `0${front}-${back}`,
      ];
      await expectAsByRules([
        ...spellings,
        `(+91) ${front}-${back}`,
        ` ${front} ${back} `,
        `0091 ${front}${back}`,
      ]);
    }
  });

  it('knows every e-mail, in any case', async () => {
    const emails = typed('email');
    await expectAsByRules([
      ...emails,
      ...emails.slice(0, 40).flatMap((email) => [email.toUpperCase(), email.toLowerCase(), ` ${email} `]),
    ]);
  });

  it('knows every whole name, case, accents and spacing aside', async () => {
    const names = typed('name');
    const bare = (name: string) => name.normalize('NFD').replace(/[\u0300-\u036f]/g, '');
    await expectAsByRules([
      ...names,
      ...names.slice(0, 40).flatMap((name) => [name.toUpperCase(), `  ${bare(name).replace(' ', '   ')}`]),
    ]);
  });

  it('knows nobody by a placeholder, a part of a name, or a part of a phone', async () => {
    const placeholders = customers
      .map(({ login }) => oracleText(login?.email))
      .filter((email) => email?.endsWith('@delivery.local'));
    expect(placeholders.length).toBeGreaterThan(0);
    await expectAsByRules([
      ...placeholders.filter((email) => email !== null),
      'nobody@delivery.local',
      '98765',
      '@example.com',
    ]);
  });
});

describe('findCustomer', () => {
  beforeAll(async () => {
    gateway = await startGateway();
    client = await gateway.logIn(gateway.admin.email);
  });
  afterAll(() => gateway?.close());

  it('calls a name that three people have ambiguous, and lists all three', async () => {
    for (const identifier of [SHARED_NAME, SHARED_NAME.toUpperCase(), ' ravi   kumar ']) {
      const answer = await find(identifier);
      expect(answer).toMatchObject({
        __typename: 'CustomerAmbiguous',
        identifier: identifier.trim(),
        totalCandidates: 3,
      });
      const { candidates } = answer as Extract<Lookup, { candidates: unknown }>;
      expect(candidates.map(({ matchedBy }) => matchedBy)).toEqual([['NAME'], ['NAME'], ['NAME']]);
      expect(new Set(candidates.map(({ customer }) => customer.id)).size).toBe(3);
      expect(candidates.every(({ customer }) => oracleName(customer.name) === 'ravi kumar')).toBe(true);
    }
  });

  it('lists twenty of more, and tells how many there are', async () => {
    const records = Array.from({ length: 27 }, (_, at) => ({
      id: `many-${at}`,
      name: 'Many Namesakes',
      status: 'active',
    }));
    await gateway.foreign.db.collection<Document>('customers_v2').insertMany(records);
    await gateway.sweep();
    const answer = await find('many namesakes');
    expect(answer).toMatchObject({ __typename: 'CustomerAmbiguous', totalCandidates: 27 });
    const { candidates } = answer as Extract<Lookup, { candidates: unknown }>;
    expect(new Set(candidates.map(({ customer }) => customer.id)).size).toBe(20);
  });

  it('comes near with a typo in the name, and says that it was the name', async () => {
    for (const typo of ['Priya Nayr', 'Pria Nair', 'Priya Nairr', 'Prija Nair', 'priya  nar']) {
      const answer = await find(typo);
      expect(answer).toMatchObject({ __typename: 'CustomerNotFound', identifier: typo });
      expect(nearOf(answer)).toContainEqual({ name: 'Priya Nair', matchedBy: ['NAME'] });
    }
  });

  it('comes near with one digit of the phone or one letter of the e-mail wrong', async () => {
    const { data } = await client(
      '{ customers(first: 1, filter: { search: "priya.nair@example.com" }) { nodes { phone email } } }',
    );
    const [{ phone, email }] = data.customers.nodes;
    const digits: string = phone.replace(/\D/g, '').slice(-10);
    for (const at of [9, 5, 2, 0]) {
      const wrong = `${digits.slice(0, at)}${(Number(digits[at]) + 1) % 10}${digits.slice(at + 1)}`;
      const answer = await find(wrong);
      if (answer.__typename === 'CustomerNotFound') {
        expect(nearOf(answer).length).toBeLessThanOrEqual(5);
        expect({ wrong, near: nearOf(answer) }).toMatchObject({
          near: expect.arrayContaining([{ name: 'Priya Nair', matchedBy: ['PHONE'] }]),
        });
      }
    }
    for (const wrong of [
      email.replace('nair', 'niar'),
      email.replace('.com', '.con'),
      email.replace('priya', 'prya'),
    ]) {
      expect({ wrong, near: nearOf(await find(wrong)) }).toMatchObject({
        near: expect.arrayContaining([{ name: 'Priya Nair', matchedBy: ['EMAIL'] }]),
      });
    }
  });

  it('finds nobody near what is like nothing, and never more than five', async () => {
    for (const identifier of [
      '',
      ' ',
      '-',
      'zzzzqqqq xxxx',
      '+999',
      '{"$ne":null}',
      '.*',
      '(a+)+$',
      '\u0000',
      '🚴🚴',
      'प'.repeat(150),
    ]) {
      const { errors, data, code } = await client(
        `query ($identifier: String!) { findCustomer(identifier: $identifier) { ${lookup} } }`,
        { identifier },
      );
      if (errors.length > 0) expect({ identifier, code }).toEqual({ identifier, code: 'BAD_USER_INPUT' });
      else expect(data.findCustomer).toEqual({ __typename: 'CustomerNotFound', identifier, nearMisses: [] });
    }
    for (const identifier of ['Many Namesake', 'Ravi', 'a', 'example.com', '9876500000']) {
      const answer = await find(identifier);
      if (answer.__typename === 'CustomerNotFound') expect(answer.nearMisses.length).toBeLessThanOrEqual(5);
    }
  });

  it('refuses a text longer than any name by the name of its argument', async () => {
    for (const identifier of ['a'.repeat(10_000), '9'.repeat(10_000), `${'a@'.repeat(5_000)}`]) {
      const { errors } = await client('query ($i: String!) { findCustomer(identifier: $i) { __typename } }', {
        i: identifier,
      });
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument: 'identifier' } }]);
    }
  });

  it('tells what is stored now where the index is behind: a record that no longer fits is not found by it', async () => {
    const records = gateway.foreign.db.collection<Document>('customers_v2');
    await records.insertOne({
      id: 'moving',
      name: 'Moving Target',
      phone: '9876540001',
      email: 'moving@example.com',
      status: 'active',
    });
    await gateway.sweep();
    await records.updateOne(
      { id: 'moving' },
      { $set: { phone: '9876540002', name: 'Moved Away', email: 'moved@example.com' } },
    );
    await records.updateOne({ name: SHARED_NAME }, { $set: { name: 'Ravi No Longer' } });
    expect(await find(SHARED_NAME)).toMatchObject({ totalCandidates: 2, candidates: [{}, {}] });
    for (const old of ['9876540001', 'moving@example.com', 'Moving Target']) {
      expect({ old, answer: (await find(old)).__typename }).toEqual({ old, answer: 'CustomerNotFound' });
    }
    expect(await find('moving')).toMatchObject({
      __typename: 'CustomerFound',
      customer: { name: 'Moved Away' },
      matchedBy: ['ID'],
    });
    await records.deleteOne({ id: 'moving' });
    expect((await find('moving')).__typename).toBe('CustomerNotFound');
    await gateway.sweep();
  });

  it('finds a uuid in another case where nobody has it as it was typed', async () => {
    const lower = '0b1e7a52-93dc-4f0a-8b1c-5d2f6e7a8c9d';
    const records = gateway.foreign.customersV2;
    await records.insertOne({ _id: 'lower' as never, id: lower, name: 'Lower', status: 'active' });
    await gateway.sweep();
    const asUpper = { customer: { id: lower }, matchedBy: ['ID'] };
    expect(await find(lower.toUpperCase())).toMatchObject(asUpper);
    await records.insertOne({ _id: 'upper' as never, id: lower.toUpperCase(), name: 'Upper' });
    await gateway.sweep();
    expect(await find(lower.toUpperCase())).toMatchObject({ customer: { name: 'Upper' }, matchedBy: ['ID'] });
    expect(await find(lower)).toMatchObject({ customer: { name: 'Lower' }, matchedBy: ['ID'] });
    await records.deleteMany({ name: { $in: ['Lower', 'Upper'] } });
    await gateway.sweep();
  });
});

describe('customers(filter: { search })', () => {
  beforeAll(async () => {
    gateway = await startGateway();
    const records = [
      'Seán O’Connor',
      'Sean OConnor',
      "SEAN O'CONNOR",
      'Anne-Marie Dias',
      'Anne Marie Dias',
      'Annemarie Dias',
    ];
    await gateway.foreign.db
      .collection<Document>('customers_v2')
      .insertMany(records.map((name, at) => ({ id: `SearchMe-${at}`, name, status: 'active' })));
    await gateway.sweep();
    client = await gateway.logIn(gateway.admin.email);
  });
  afterAll(() => gateway?.close());

  const search = async (text: string) => {
    const { errors, data } = await client(
      'query ($text: String) { customers(first: 200, filter: { search: $text }) { nodes { id systems } count { value } } }',
      { text },
    );
    expect({ text, errors }).toEqual({ text, errors: [] });
    expect(data.customers.count.value).toBe(data.customers.nodes.length);
    return data.customers.nodes.map(customerKey).toSorted() as string[];
  };

  it('finds by a prefix of any word of the name or the e-mail of either half, case and accents aside', async () => {
    const { customers } = await readExpected(gateway.foreign);
    const words = ({ login, delivery }: ExpectedCustomer) =>
      [login, delivery].flatMap((half) => [
        ...(oracleName(oracleText(half?.name)) ?? '').split(/[\s’]/),
        ...(oracleEmail(oracleText(half?.email)) ?? '').split(/[.@]/),
      ]);
    for (const prefix of ['pri', 'PRIYA', 'nair', 'men', 'jose', 'JOSÉ', 'zo', 'प्रि', 'ra', 'k']) {
      const wanted = customers.filter((customer) =>
        words(customer).some((word) => word.startsWith(oracleName(prefix) ?? '')),
      );
      expect({ prefix, found: await search(prefix) }).toEqual({
        prefix,
        found: wanted.map(({ answer }) => customerKey(answer)).toSorted(),
      });
    }
    expect(await search('iya')).toEqual([]);
  });

  it('finds by several words in any order, each a prefix', async () => {
    const [priya] = await search('priya nair');
    expect(priya).toBeDefined();
    for (const text of ['nair priya', 'pri na', 'na pri', ' Priya   NAIR ', 'priya, nair'])
      expect(await search(text)).toContain(priya);
    expect(await search('priya zzz')).toEqual([]);
  });

  it('does not mind punctuation', async () => {
    const connors = await search('oconnor');
    expect(connors).toHaveLength(3);
    for (const text of ["O'Connor", 'O’CONNOR', 'o`connor', 'sean oconn', "seán o'c"])
      expect({ text, found: await search(text) }).toEqual({ text, found: connors });
    const [hyphen, space, joined] = [3, 4, 5].map((at) => `CUSTOMERS_V2 SearchMe-${at}`);
    for (const text of ['anne marie', 'marie anne', 'anne', 'Anne-Marie', 'Anne–Marie Dias'])
      expect({ text, found: await search(text) }).toEqual({
        text,
        found: expect.arrayContaining([hyphen, space]),
      });
    for (const text of ['annemarie', 'annemar', 'AnneMarie Dias'])
      expect({ text, found: await search(text) }).toEqual({
        text,
        found: expect.arrayContaining([hyphen, joined]),
      });
  });

  it('finds by a phone in any spelling, an e-mail in any case, and an id', async () => {
    const { customers } = await readExpected(gateway.foreign);
    const some = customers
      .filter(({ phoneE164, canonicalEmail }) => phoneE164?.startsWith('+9198765') && canonicalEmail !== null)
      .slice(0, 12);
    for (const customer of some) {
      const digits = customer.phoneE164?.slice(3) ?? '';
      const phones = [
        digits,
        `+91${digits}`,
        `+91 ${digits.slice(0, 5)} ${digits.slice(5)}`,
        `0${digits.slice(0, 5)}-${digits.slice(5)}`,
      ];
      const ids = [
        customer.id,
        customer.id.toUpperCase(),
        customer.link.userId,
        customer.link.customerV2Id,
      ].filter((id) => id !== null);
      const email = customer.canonicalEmail ?? '';
      for (const text of [
        ...phones,
        email,
        email.toUpperCase(),
        ` ${email} `,
        ...(customer.linkState === 'LINKED' ? ids : [customer.id]),
      ]) {
        expect({ text, found: await search(text) }).toEqual({
          text,
          found: expect.arrayContaining([customerKey(customer.answer)]),
        });
      }
      const bySamePhone = customers.filter((other) => phonesOf(other).includes(customer.phoneE164));
      expect(await search(digits)).toEqual(bySamePhone.map(({ answer }) => customerKey(answer)).toSorted());
    }
  });

  it('takes text for text: patterns and operators find nobody', async () => {
    for (const text of ['.*', '^', '$', '[^q]+', '(x+x+)+$', '{"$gtq":""}', '\\', '%', '\u0000']) {
      const { errors, data } = await client(
        'query ($text: String) { customers(filter: { search: $text }) { nodes { id } } }',
        { text },
      );
      if (errors.length > 0)
        expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument: 'filter.search' } }]);
      else expect({ text, nodes: data.customers.nodes }).toEqual({ text, nodes: [] });
    }
  });
});

/** At most so many of a list, from all over it. */
function someOf<Item>(items: readonly Item[], count: number): Item[] {
  const step = Math.max(1, items.length / count);
  return items.filter((_, at) => Math.floor(at / step) !== Math.floor((at - 1) / step));
}

function phonesOf({ login, delivery }: ExpectedCustomer): (string | null)[] {
  return [login, delivery].map((half) => oraclePhone(oracleText(half?.phone), 'IN'));
}

/** Order aside, and of near misses nothing: they are a matter of taste. */
function comparable(answer: Lookup): object {
  const told = ({ customer, matchedBy }: Found) => `${customerKey(customer)} by ${matchedBy.toSorted()}`;
  switch (answer.__typename) {
    case 'CustomerFound':
      return { is: [told(answer)] };
    case 'CustomerAmbiguous':
      return answer.totalCandidates > 20
        ? { several: answer.totalCandidates }
        : { is: answer.candidates.map(told).toSorted() };
    default:
      return { is: [] };
  }
}

/** "Looked up as id, e-mail, phone and whole name": each customer of whom a half fits, and by what. */
function byRules(customers: readonly ExpectedCustomer[], identifier: string): object {
  const [email, phone, name] = [
    oracleEmail(identifier),
    oraclePhone(identifier, 'IN'),
    oracleName(identifier),
  ];
  const matched = customers.flatMap(({ answer, ids, login, delivery }) => {
    const halves = [login, delivery].filter((half) => half !== null);
    const fits = (field: string, canonical: (text: string | null) => string | null, wanted: string | null) =>
      wanted !== null &&
      wanted !== '' &&
      halves.some((half) => canonical(oracleText(half[field])) === wanted);
    const matchedBy = [
      ids.includes(identifier.trim()) && 'ID',
      fits('email', oracleEmail, email) && 'EMAIL',
      fits('phone', (text) => oraclePhone(text, 'IN'), phone) && 'PHONE',
      fits('name', oracleName, name) && 'NAME',
    ].filter((kind) => kind !== false);
    return matchedBy.length === 0 ? [] : [`${customerKey(answer)} by ${matchedBy.toSorted()}`];
  });
  return matched.length > 20 ? { several: matched.length } : { is: matched.toSorted() };
}

function nearOf(answer: Lookup): { name: string | null; matchedBy: string[] }[] {
  const near = answer.__typename === 'CustomerNotFound' ? answer.nearMisses : [];
  return near.map(({ customer, matchedBy }) => ({ name: customer.name, matchedBy }));
}
