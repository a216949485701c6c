import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LinkAnswer, type Linking, openLinking, told } from './support/open-linking.ts';

let linking: Linking;
beforeAll(async () => {
  linking = await openLinking();
});
afterAll(() => linking?.close());

const clearing = (system: 'USERS' | 'CUSTOMERS_V2', id: string) =>
  `clearLink(system: ${system}, id: "${id}")`;
const unlinking = (id: string) => `unlinkCustomer(id: "${id}")`;

/** What was asked, and who is answered; or the code of the refusal, and what its message has to name. */
type Step = readonly [call: string, outcome: readonly string[] | string, named?: string];

/** Every row of the worked examples of docs/domain.md, and what each mutation makes of it. */
const examples: Readonly<Record<string, readonly Step[]>> = {
  'U1→D1, D1→U1': [
    ['link U1 D1', ['U1+D1 LINKED']],
    ['clear USERS U1', ['U1+D1 HALF_LINKED']],
    ['clear CUSTOMERS_V2 D1', ['U1+D1 HALF_LINKED']],
    ['unlink D1', ['U1 ORPHANED_USER', 'D1 ORPHANED_V2']],
    ['unlink U1', ['U1 ORPHANED_USER', 'D1 ORPHANED_V2']],
  ],
  'U1→D1, D1': [
    ['link U1 D1', ['U1+D1 LINKED']],
    ['clear USERS U1', ['U1 ORPHANED_USER', 'D1 ORPHANED_V2']],
    ['clear CUSTOMERS_V2 D1', 'CONFLICT', clearing('USERS', 'U1')],
    ['unlink U1', ['U1 ORPHANED_USER', 'D1 ORPHANED_V2']],
  ],
  'U1, D1→U1': [
    ['link U1 D1', ['U1+D1 LINKED']],
    ['clear USERS U1', 'CONFLICT', clearing('CUSTOMERS_V2', 'D1')],
    ['clear CUSTOMERS_V2 D1', ['U1 ORPHANED_USER', 'D1 ORPHANED_V2']],
    ['unlink D1', ['U1 ORPHANED_USER', 'D1 ORPHANED_V2']],
  ],
  'U1→null, D1→""': [
    ['link U1 D1', ['U1+D1 LINKED']],
    ['clear USERS U1', 'CONFLICT', 'nothing to clear'],
    ['unlink U1', 'CONFLICT', 'only a login'],
    ['unlink D1', 'CONFLICT', 'only a delivery record'],
  ],
  'U1→✗, D1': [
    ['link U1 D1', 'CONFLICT', clearing('USERS', 'U1')],
    ['clear USERS U1', ['U1 ORPHANED_USER']],
    ['unlink U1', 'CONFLICT', 'DANGLING'],
  ],
  'U1→✗, D1→U1': [
    ['link U1 D1', 'CONFLICT', clearing('USERS', 'U1')],
    ['clear USERS U1', ['U1+D1 HALF_LINKED']],
    ['clear CUSTOMERS_V2 D1', ['U1 DANGLING', 'D1 ORPHANED_V2']],
    ['unlink D1', 'CONFLICT', 'clearLink'],
  ],
  'U1→D1, U2→D1, D1': [
    ['link U1 D1', 'CONFLICT', clearing('USERS', 'U2')],
    ['clear USERS U1', ['U1 ORPHANED_USER', 'U2+D1 HALF_LINKED']],
    ['unlink D1', 'CONFLICT', 'clearLink'],
  ],
  'U1→D1, D1→U1, U2→D1': [
    ['link U1 D1', ['U1+D1 LINKED']],
    ['link U2 D1', 'CONFLICT', unlinking('D1')],
    ['clear USERS U2', ['U1+D1 LINKED', 'U2 ORPHANED_USER']],
    ['clear USERS U1', ['D1 CONFLICT', 'U1 CONFLICT']],
    ['unlink D1', ['U1 ORPHANED_USER', 'U2+D1 HALF_LINKED']],
  ],
  'U1→D1, D1, D2→U1': [
    ['link U1 D1', 'CONFLICT', clearing('CUSTOMERS_V2', 'D2')],
    ['link U1 D2', 'CONFLICT', clearing('USERS', 'U1')],
    ['clear USERS U1', ['U1+D2 HALF_LINKED', 'D1 ORPHANED_V2']],
    ['clear CUSTOMERS_V2 D2', ['U1+D1 HALF_LINKED', 'D2 ORPHANED_V2']],
  ],
  'U1→D1, D1→U2, U2': [
    ['link U1 D1', 'CONFLICT', clearing('CUSTOMERS_V2', 'D1')],
    ['link U2 D1', 'CONFLICT', clearing('USERS', 'U1')],
    ['clear CUSTOMERS_V2 D1', ['U1+D1 HALF_LINKED', 'U2 ORPHANED_USER']],
  ],
  'A1→D1, D1→A1': [
    ['link A1 D1', 'CONFLICT', 'setRole'],
    ['clear USERS A1', ['D1 CONFLICT']],
    ['clear CUSTOMERS_V2 D1', ['D1 CONFLICT']],
    ['unlink D1', 'CONFLICT', 'clearLink'],
    ['unlink A1', 'NOT_FOUND'],
  ],
  'A1→D1, D1': [
    ['link A1 D1', 'CONFLICT', 'setRole'],
    ['clear USERS A1', ['D1 ORPHANED_V2']],
  ],
  'A1→✗': [['clear USERS A1', []]],
  'U1→D1, A2→D1, D1': [
    ['link U1 D1', 'CONFLICT', clearing('USERS', 'A2')],
    ['clear USERS A2', ['U1+D1 HALF_LINKED']],
    ['clear USERS U1', ['D1 CONFLICT', 'U1 ORPHANED_USER']],
  ],
  'U1→ObjectId, D1→U1': [
    ['link U1 D1', 'CONFLICT', clearing('USERS', 'U1')],
    ['clear USERS U1', ['U1+D1 HALF_LINKED']],
    ['clear CUSTOMERS_V2 D1', ['D1 ORPHANED_V2', 'U1 CONFLICT']],
  ],
  'U1[no id]→D1, D1': [
    ['link 650000000000000000000000 D1', 'CONFLICT', 'has no id'],
    ['clear USERS 650000000000000000000000', ['650000000000000000000000 CONFLICT', 'D1 ORPHANED_V2']],
  ],
  'U1→D1, U2[id of U1]→✗, D1': [
    ['link U1 D1', 'CONFLICT', '_id'],
    ['clear USERS U1', 'CONFLICT', '_id'],
    ['clear USERS key of U2', ['key of U2 CONFLICT']],
    ['clear USERS 650000000000000000000000', ['650000000000000000000000 CONFLICT', 'D1 ORPHANED_V2']],
  ],
  'U1→D1, D1, D2[id of D1]→U1': [
    ['link U1 D1', 'CONFLICT', '_id'],
    ['link U1 key of D2', 'CONFLICT', 'shares its id'],
    ['clear CUSTOMERS_V2 key of D2', ['key of D2 CONFLICT', 'U1 CONFLICT']],
  ],
};

const rows = Object.entries(examples).flatMap(([graph, steps]) =>
  steps.map(([call, outcome, named = '']) => ({ graph, call, outcome, named })),
);

describe('every worked example', () => {
  it.each(rows)('$graph: $call makes $outcome', async ({ graph, call, outcome, named }) => {
    await linking.store(graph);
    const before = await linking.world();
    const answer = await make(call);
    if (typeof outcome === 'string') {
      expect(answer).toMatchObject({ code: outcome, customers: [] });
      expect(answer.message).toContain(named);
      expect(await linking.world()).toEqual(before);
    } else {
      expect(answer.message).toBe('');
      expect(answer.customers.map(told).toSorted()).toEqual(outcome.toSorted());
    }
    await linking.expectIndexAsByRules();
  });
});

/** Calls such as `link U1 D1`, `clear USERS key of U2`, `unlink D1`. */
function make(call: string): Promise<LinkAnswer> {
  const [verb, first = '', ...more] = call.split(' ');
  if (verb === 'link') return linking.link(first, more.join(' '));
  if (verb === 'clear') return linking.clear(first as 'USERS', more.join(' '));
  return linking.unlink(first);
}

describe('what is not there', () => {
  it('is named, and nothing is written', async () => {
    await linking.store('U1, D1');
    const calls = [
      [await linking.link('nobody', 'D1'), 'login'],
      [await linking.link('U1', 'nobody'), 'delivery record'],
      [await linking.link('D1', 'U1'), 'login'],
      [await linking.link('U1', ''), 'delivery record'],
      [await linking.link('x'.repeat(5_000), 'D1'), 'login'],
      [await linking.clear('USERS', 'D1'), 'login'],
      [await linking.clear('CUSTOMERS_V2', 'U1'), 'delivery record'],
      [await linking.unlink('nobody'), 'customer'],
      [await linking.link('{"$gt":""}', 'D1'), 'login'],
      [await linking.clear('USERS', '{"$regularExpression":{"pattern":"^k","options":""}}'), 'login'],
    ] as const;
    for (const [{ code, message }, half] of calls) {
      expect({ code, message }).toEqual({ code: 'NOT_FOUND', message: expect.stringContaining(half) });
    }
    expect((await linking.world()).customers.map(({ linkState }) => linkState).toSorted()).toEqual([
      'ORPHANED_USER',
      'ORPHANED_V2',
    ]);
  });
});
