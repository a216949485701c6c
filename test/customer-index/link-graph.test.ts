import { describe, expect, it } from 'vitest';
import { linkCustomers, stateOfPair } from '../../src/customer-index/link-graph.ts';
import { toDeliveryRecord, toLoginRecord } from '../../src/database/stored-documents.ts';
import {
  everyLinkGraph,
  everyLinkGraphWithASharedId,
  everyLinkGraphWithOneIdInBothSources,
  everyLinkGraphWithoutAnId,
  type LinkGraph,
  linkGraph,
  type RawDocument,
  randomLinkGraph,
} from '../support/link-graphs.ts';
import { oracleLinks } from '../support/oracle-links.ts';
import { oracleAddressOfId } from '../support/oracle-values.ts';
import { randomRecords } from '../support/random-records.ts';
import { seededRandom } from '../support/seeded-random.ts';

/** The examples of the domain document, in its order and its words; each person as its halves and its state. */
const workedExamples: [words: string, graph: string, people: string[]][] = [
  ['U↔D: LINKED, 1 person', 'U1→D1, D1→U1', ['U1+D1 LINKED']],
  ['U→D: HALF_LINKED, 1', 'U1→D1, D1', ['U1+D1 HALF_LINKED']],
  ['D→U: HALF_LINKED, 1', 'U1, D1→U1', ['U1+D1 HALF_LINKED']],
  ['U, D: ORPHANED each, 2', 'U1, D1', ['D1 ORPHANED_V2', 'U1 ORPHANED_USER']],
  ['U→✗: DANGLING', 'U1→✗', ['U1 DANGLING']],
  ['U→✗ and D→U: CONFLICT both, 2', 'U1→✗, D1→U1', ['D1 CONFLICT', 'U1 CONFLICT']],
  ['U1→D←U2: CONFLICT, 3', 'U1→D1, U2→D1, D1', ['D1 CONFLICT', 'U1 CONFLICT', 'U2 CONFLICT']],
  ['U1↔D and U2→D: LINKED and CONFLICT, 2', 'U1→D1, U2→D1, D1→U1', ['U1+D1 LINKED', 'U2 CONFLICT']],
  ['U→D1 and D2→U: CONFLICT, 3', 'U1→D1, D1, D2→U1', ['D1 CONFLICT', 'D2 CONFLICT', 'U1 CONFLICT']],
  ['U1→D→U2: CONFLICT, 3', 'U1→D1, U2, D1→U2', ['D1 CONFLICT', 'U1 CONFLICT', 'U2 CONFLICT']],
  ['A↔D: CONFLICT, 1', 'A1→D1, D1→A1', ['D1 CONFLICT']],
  ['A→D: CONFLICT, 1', 'A1→D1, D1', ['D1 CONFLICT']],
  ['U→D and A→D: CONFLICT both, 2', 'U1→D1, A2→D1, D1', ['D1 CONFLICT', 'U1 CONFLICT']],
  ['U→ObjectId and D→U: CONFLICT both, 2', 'U1→ObjectId, D1→U1', ['D1 CONFLICT', 'U1 CONFLICT']],
];

describe('who is one customer', () => {
  it.each(workedExamples)('%s', (_words, description, people) => {
    const graph = linkGraph(description);
    const answer = linkCustomers(typed(graph));
    expect(answer.map((customer) => `${halves(customer, graph.names)} ${customer.state}`).sort()).toEqual(
      people,
    );
  });

  it.each(workedExamples)('the oracle too says: %s', (_words, description, people) => {
    const graph = linkGraph(description);
    const answer = oracleLinks(graph.users, graph.customersV2);
    expect(answer.map((customer) => `${halves(customer, graph.names)} ${customer.linkState}`).sort()).toEqual(
      people,
    );
  });

  it('names all other claimants and every claim that is not returned, each once', () => {
    const conflicts = (description: string) => {
      const graph = linkGraph(description);
      const answer = linkCustomers(typed(graph));
      return answer.map((customer) => `${halves(customer, graph.names)}: ${customer.conflictingIds}`).sort();
    };
    expect(conflicts('U1→D1, U2→D1, A3→D1, D1→U1, D2→U1')).toEqual(['D2: U1', 'U1+D1: A3,D2,U2', 'U2: D1']);
    expect(conflicts('U1→D1, U2, D1→U2')).toEqual(['D1: U1,U2', 'U1: D1', 'U2: D1']);
    expect(conflicts('U1→✗, D1→✗')).toEqual(['D1: nobody', 'U1: nobody']);
    expect(conflicts('A1→D1, D1→A1')).toEqual(['D1: A1']);
    expect(conflicts('U1→ObjectId, D1→U1')).toEqual(['D1: U1', 'U1: D1']);
  });
});

describe('the customers of any graph of links are those of the oracle', () => {
  it('whatever one, two or three records say of each other', () => {
    expectNoMismatch([1, 2, 3].flatMap((size) => [...everyLinkGraph(size)]));
  });

  it('also where only the state of a delivery record and a login is asked for', () => {
    const pairs = [
      ...everyLinkGraph(2),
      ...everyLinkGraphWithoutAnId(2),
      ...everyLinkGraphWithOneIdInBothSources(2),
    ].filter(({ users, customersV2 }) => users.length === 1 && customersV2.length === 1);
    expect(pairs.length).toBeGreaterThan(50);
    for (const graph of pairs) {
      const { logins, deliveries } = typed(graph);
      const [login, delivery] = [logins[0], deliveries[0]];
      if (login === undefined || delivery === undefined) throw new Error('A pair has both.');
      const expected = oracleLinks(graph.users, graph.customersV2).find((each) => each.delivery !== null);
      expect({ [graph.description]: stateOfPair(login, delivery) }).toEqual({
        [graph.description]: expected?.linkState,
      });
    }
  });

  it('when one of the records has no id', () => {
    expectNoMismatch([1, 2, 3].flatMap((size) => [...everyLinkGraphWithoutAnId(size)]));
  });

  it('when two records of one collection have the same id', () => {
    expectNoMismatch([2, 3].flatMap((size) => [...everyLinkGraphWithASharedId(size)]));
  });

  it('when a login and a delivery record happen to have the same id', () => {
    expectNoMismatch([2, 3].flatMap((size) => [...everyLinkGraphWithOneIdInBothSources(size)]));
  });

  it('in tangles of four to twelve records', () => {
    const random = seededRandom(20_261);
    expectNoMismatch(Array.from({ length: 5_000 }, () => randomLinkGraph(random, 4 + random.below(9))));
  });

  it('in messy collections of 5,000 records', () => {
    for (const seed of [1, 2]) {
      const { users, customersV2 } = randomRecords(seed, 5_000);
      const graph = { description: `randomRecords(${seed}, 5_000)`, users, customersV2, names: new Map() };
      const answer = new Set(gatewaySays(graph));
      const expected = new Set(oracleSays(graph));
      // Only what differs: five thousand lines would hide it.
      expect({
        [graph.description]: [...answer].filter((customer) => !expected.has(customer)),
        oracle: [...expected].filter((customer) => !answer.has(customer)),
      }).toEqual({ [graph.description]: [], oracle: [] });
      expect(answer.size).toBe(expected.size);
    }
  });
});

function typed({ users, customersV2 }: { users: RawDocument[]; customersV2: RawDocument[] }) {
  return { logins: users.map(toLoginRecord), deliveries: customersV2.map(toDeliveryRecord) };
}

/** Shows the first few graphs of which the two tell different stories. */
function expectNoMismatch(graphs: readonly LinkGraph[]): void {
  const mismatches: object[] = [];
  for (const graph of graphs) {
    const answer = gatewaySays(graph);
    const expected = oracleSays(graph);
    if (answer.join('\n') !== expected.join('\n'))
      mismatches.push({ graph: graph.description, answer, expected });
    if (mismatches.length === 5) break;
  }
  expect(mismatches).toEqual([]);
  expect(graphs.length).toBeGreaterThan(0);
}

function gatewaySays(graph: LinkGraph): string[] {
  return linkCustomers(typed(graph))
    .map((customer) => {
      const { state, link, conflictingIds, claimedByLoginOnly } = customer;
      return oneLine(halves(customer, graph.names), state, { ...link, conflictingIds }, claimedByLoginOnly);
    })
    .sort();
}

function oracleSays(graph: LinkGraph): string[] {
  return oracleLinks(graph.users, graph.customersV2)
    .map((customer) => {
      const { linkState, link, claimedByLoginOnly } = customer;
      return oneLine(halves(customer, graph.names), linkState, link, claimedByLoginOnly);
    })
    .sort();
}

function oneLine(
  who: string,
  state: string,
  link: { userId: string | null; customerV2Id: string | null; conflictingIds: readonly string[] },
  claimedByLoginOnly: boolean,
): string {
  const told = `${who} ${state} userId=${link.userId} customerV2Id=${link.customerV2Id}`;
  return `${told} conflictingIds=[${link.conflictingIds}]${claimedByLoginOnly ? ' claimed by the login only' : ''}`;
}

interface Halves {
  readonly login: { readonly _id?: unknown } | null;
  readonly delivery: { readonly _id?: unknown } | null;
}

/** `U1+D1`; without names, the texts of the `_id`s. */
function halves({ login, delivery }: Halves, names: ReadonlyMap<string, string>): string {
  const present = [login, delivery].filter((half) => half !== null);
  return present
    .map((half) => oracleAddressOfId(half._id))
    .map((key) => names.get(key) ?? key)
    .join('+');
}
