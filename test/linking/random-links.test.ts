import type { Document } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { customerKey, inOneOrder } from '../customers/support/customer-answer.ts';
import type { ExpectedCustomer } from '../customers/support/expected-customers.ts';
import { type LinkGraph, randomLinkGraph } from '../support/link-graphs.ts';
import { oracleAddressOfId } from '../support/oracle-values.ts';
import { type SeededRandom, seededRandom } from '../support/seeded-random.ts';
import { type LinkAnswer, type Linking, openLinking, type World } from './support/open-linking.ts';

let linking: Linking;
beforeAll(async () => {
  linking = await openLinking();
});
afterAll(() => linking?.close());

/** What is claimed by whom, by the texts of `_id`s: only what is not empty. */
function claimsOf({ users, customersV2 }: World): Map<string, unknown> {
  const claims: [string, unknown][] = [
    ...users.map((user): [string, unknown] => [oracleAddressOfId(user._id), user.customer_v2_id]),
    ...customersV2.map((record): [string, unknown] => [oracleAddressOfId(record._id), record.user_id]),
  ];
  return new Map(
    claims
      .filter(([, claim]) => claim !== undefined && claim !== null && claim !== '')
      .map(([key, claim]) => [key, String(claim)]),
  );
}

function changedClaims(before: World, after: World) {
  const [was, is] = [claimsOf(before), claimsOf(after)];
  const keys = [...new Set([...was.keys(), ...is.keys()])].filter((key) => was.get(key) !== is.get(key));
  return {
    made: keys.filter((key) => !was.has(key)),
    cleared: keys.filter((key) => !is.has(key)),
    overwritten: keys.filter((key) => was.has(key) && is.has(key)),
  };
}

/** Who is another customer than before, or shown with another state or other ids. */
function changedCustomers(before: World, after: World): ExpectedCustomer[] {
  const telling = ({ answer }: ExpectedCustomer) => JSON.stringify([customerKey(answer), answer.link]);
  const was = new Set(before.customers.map(telling));
  return after.customers.filter((customer) => !was.has(telling(customer)));
}

/** Every answered customer is as the oracle says now, nobody twice, and nobody who has changed is missing. */
function expectTrueAnswer({ customers }: LinkAnswer, before: World, after: World): void {
  const byKey = new Map(after.customers.map(({ answer }) => [customerKey(answer), answer]));
  const keys = customers.map(customerKey);
  expect(new Set(keys).size).toBe(keys.length);
  for (const customer of customers) {
    const expected = byKey.get(customerKey(customer));
    expect(expected && inOneOrder(expected)).toEqual(inOneOrder(customer));
  }
  const missing = changedCustomers(before, after).filter(({ answer }) => !keys.includes(customerKey(answer)));
  expect(missing).toEqual([]);
}

interface Attempt {
  readonly description: string;
  readonly verb: 'link' | 'clear' | 'unlink';
  run(): Promise<LinkAnswer>;
}

function randomAttempt(
  random: SeededRandom,
  { users, customersV2 }: LinkGraph,
  { customers }: World,
): Attempt {
  const address = (record: Document) =>
    typeof record.id === 'string' && record.id !== '' && random.chance(0.8)
      ? record.id
      : oracleAddressOfId(record._id);
  const verb = random.pick(['link', 'link', 'link', 'clear', 'clear', 'unlink'] as const);
  if (verb === 'link' && users.length > 0 && customersV2.length > 0) {
    const free = customers.filter(({ linkState }) => linkState.startsWith('ORPHANED') && random.chance(0.9));
    const [login] = free.filter((customer) => customer.delivery === null);
    const [record] = free.filter((customer) => customer.login === null);
    const u = login?.id ?? address(random.pick(users));
    const d = record?.id ?? address(random.pick(customersV2));
    return { verb, description: `link ${u} ${d}`, run: () => linking.link(u, d) };
  }
  const system =
    customersV2.length === 0 || (users.length > 0 && random.chance(0.5)) ? 'USERS' : 'CUSTOMERS_V2';
  const id = address(random.pick(system === 'USERS' ? users : customersV2));
  const joined = customers.filter(({ login, delivery }) => login !== null && delivery !== null);
  const pair = joined.length > 0 && random.chance(0.7) ? random.pick(joined).id : id;
  return verb === 'unlink'
    ? { verb, description: `unlink ${pair}`, run: () => linking.unlink(pair) }
    : { verb: 'clear', description: `clear ${system} ${id}`, run: () => linking.clear(system, id) };
}

describe('any mutations of any records', () => {
  it('overwrite no link, answer truly, and leave the index as a rebuild would', async () => {
    const random = seededRandom(6);
    const done = { link: 0, clear: 0, unlink: 0 };
    for (let at = 0; at < 6; at++) {
      const graph = randomLinkGraph(random, 3 + random.below(6));
      await linking.store(graph);
      let before = await linking.world();
      for (let step = 0; step < 5; step++) {
        const { verb, description, run } = randomAttempt(random, graph, before);
        const answer = await run();
        const after = await linking.world();
        const changes = changedClaims(before, after);
        const context = `${graph.description}: ${description}`;
        expect(changes.overwritten, context).toEqual([]);
        if (answer.code === undefined) {
          done[verb] += 1;
          expectTrueAnswer(answer, before, after);
          expect(changes.made.length, context).toBeLessThanOrEqual(verb === 'link' ? 2 : 0);
          expect(changes.cleared.length, context).toBeLessThanOrEqual(
            verb === 'link' ? 0 : verb === 'clear' ? 1 : 2,
          );
        } else {
          expect(['CONFLICT', 'NOT_FOUND'], `${context}: ${answer.message}`).toContain(answer.code);
          expect(changes, context).toEqual({ made: [], cleared: [], overwritten: [] });
        }
        await linking.expectIndexAsByRules();
        before = after;
      }
      await linking.expectIndexAsRebuilt();
    }
    expect(Math.min(...Object.values(done))).toBeGreaterThan(0);
  });

  it('a refused link is made once what the refusals name has been done', async () => {
    const random = seededRandom(9);
    let linked = 0;
    for (let at = 0; at < 8; at++) {
      const graph = randomLinkGraph(random, 3 + random.below(5));
      const unique = (records: readonly Document[]) =>
        records.filter(
          ({ id }) =>
            typeof id === 'string' && id !== '' && records.filter((other) => other.id === id).length === 1,
        );
      const users = unique(graph.users).filter(({ role }) => role === 'customer');
      const records = unique(graph.customersV2);
      if (users.length === 0 || records.length === 0) continue;
      await linking.store(graph);
      const [u, d] = [String(random.pick(users).id), String(random.pick(records).id)];
      let answer = await linking.link(u, d);
      for (let tries = 0; answer.code === 'CONFLICT' && tries < 12; tries++) {
        const mended = await mend(answer.message);
        expect(mended.message, `${graph.description}: ${answer.message}`).toBe('');
        answer = await linking.link(u, d);
      }
      expect(answer.message, graph.description).toBe('');
      expect(answer.customers).toMatchObject([{ link: { state: 'LINKED', userId: u, customerV2Id: d } }]);
      linked += 1;
    }
    expect(linked).toBeGreaterThan(3);
  });
});

/** Does the first thing that a refusal names. */
function mend(message: string): Promise<LinkAnswer> {
  const call = /(clearLink|unlinkCustomer)\((?:system: (\w+), )?id: ("(?:[^"\\]|\\.)*")\)/.exec(message);
  const [, name, system, id = '""'] = call ?? [];
  if (name === undefined) throw new Error(message);
  const address: string = JSON.parse(id);
  return name === 'unlinkCustomer' ? linking.unlink(address) : linking.clear(system as 'USERS', address);
}
