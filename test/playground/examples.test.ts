import { Kind, parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { generateDemoData } from '../../src/cli/demo/generate-demo-data.ts';
import { EXAMPLES, WELCOME_QUERY } from '../../src/playground/examples.ts';

const { users, customersV2 } = generateDemoData();
const documents = [...users, ...customersV2];

describe('the playground’s examples', () => {
  test('have each a title and one named operation of their own', () => {
    const names = [...EXAMPLES.map(({ query }) => query), WELCOME_QUERY].map((query) => {
      const operations = parse(query).definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
      expect(operations).toHaveLength(1);
      const [operation] = operations;
      return operation?.kind === Kind.OPERATION_DEFINITION ? operation.name?.value : undefined;
    });
    expect(names).not.toContain(undefined);
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(EXAMPLES.map(({ title }) => title)).size).toBe(EXAMPLES.length);
  });

  test('give a value to every variable that needs one, and to none that is not there', () => {
    for (const { query, variables = {} } of EXAMPLES) {
      const declared = [...query.matchAll(/\$(\w+): \w+(!?)/g)];
      expect(declared.map(([, name]) => name)).toEqual(expect.arrayContaining(Object.keys(variables)));
      const required = declared.filter(([, , mark]) => mark === '!').map(([, name]) => name);
      expect(Object.keys(variables)).toEqual(expect.arrayContaining(required));
    }
  });

  test('name people who are in the demo data', () => {
    const phone = digits(variable('Find one by phone', 'identifier'));
    expect(customersV2.filter((record) => digits(record.phone) === phone)).toHaveLength(1);

    const email = variable('Find one by e-mail', 'identifier').toLowerCase();
    expect(customersV2.filter((record) => String(record.email).toLowerCase() === email)).toHaveLength(1);

    const name = variable('Find by an ambiguous name', 'identifier');
    expect(documents.filter((document) => String(document.name).trim() === name).length).toBeGreaterThan(1);

    const id = variable('One customer by id', 'id');
    expect(customersV2.filter((record) => record.id === id)).toHaveLength(1);
  });
});

function variable(title: string, name: string): string {
  return String(EXAMPLES.find((example) => example.title === title)?.variables?.[name]);
}

/** The last ten digits: an Indian number without what people write before it. */
function digits(phone: unknown): string {
  return String(phone ?? '')
    .replace(/\D/g, '')
    .slice(-10);
}
