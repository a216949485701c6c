import { ObjectId } from 'mongodb';
import type { SeededRandom } from './seeded-random.ts';

/** A raw document as a driver gives it. */
export interface RawDocument {
  _id: unknown;
  [field: string]: unknown;
}

/** A handful of records and what they claim; `description` in the notation that `linkGraph` reads. */
export interface LinkGraph {
  readonly description: string;
  readonly users: RawDocument[];
  readonly customersV2: RawDocument[];
  /** Names such as `U1`, by the text of `_id`. */
  readonly names: ReadonlyMap<string, string>;
}

/**
 * Builds the documents that a description tells of, such as `U1→D1, A2, D1[id of D2]→✗, D2→null`.
 * `U` is a customer login, `A` an admin login, `D` a delivery record; an own id is the record's name.
 * Ids: `[no id]`, `[id null]`, `[id ""]`, `[id number]`, `[id ObjectId]`, `[id of D2]` (the same text as that record's).
 * Links: none at all, `→null`, `→""`, `→D1` (by id; by the text of `_id` where the record has no id), `→✗` (a text that names
 * nothing), `→ObjectId` (the `_id` of a record of the other source, if there is one), `→number` (0: it is not empty).
 */
export function linkGraph(description: string): LinkGraph {
  const nodes = description.split(', ').map(readNode);
  const users = nodes.filter((node) => node.kind !== 'D');
  const deliveries = nodes.filter((node) => node.kind === 'D');
  const ids = new Map(nodes.map((node) => [node.name, idValue(node)]));
  const keys = new Map([...keysOf(users, '0'), ...keysOf(deliveries, 'd')]);
  const link = (node: Node, others: readonly Node[]) => claimValue(node.target, ids, keys, others);
  return {
    description,
    users: users.map((node) => ({
      _id: keys.get(node.name),
      ...ofId(node),
      role: node.kind === 'A' ? 'admin' : 'customer',
      ...(node.target === undefined ? {} : { customer_v2_id: link(node, deliveries) }),
    })),
    customersV2: deliveries.map((node) => ({
      _id: keys.get(node.name),
      ...ofId(node),
      status: 'active',
      ...(node.target === undefined ? {} : { user_id: link(node, users) }),
    })),
    names: new Map([...keys].map(([name, key]) => [String(key), name])),
  };
}

/** Every graph of `size` records of every kind with every combination of links; each record has an id of its own. */
export function* everyLinkGraph(size: number): Generator<LinkGraph> {
  for (const names of everyCast(size)) yield* everyCombination(names, new Map());
}

/** The same, with each of the records in turn without an id. */
export function* everyLinkGraphWithoutAnId(size: number): Generator<LinkGraph> {
  for (const names of everyCast(size)) {
    for (const name of names) {
      for (const missing of ['[no id]', '[id ""]', '[id ObjectId]']) {
        yield* everyCombination(names, new Map([[name, missing]]));
      }
    }
  }
}

/** The same, with each two records of one source having one id. */
export function* everyLinkGraphWithASharedId(size: number): Generator<LinkGraph> {
  yield* everyLinkGraphWithTwins(size, true);
}

/** The same, with each login and each delivery record in turn having one id, which both have to themselves nonetheless. */
export function* everyLinkGraphWithOneIdInBothSources(size: number): Generator<LinkGraph> {
  yield* everyLinkGraphWithTwins(size, false);
}

/** Any graph of `size` records, with missing and shared ids here and there. */
export function randomLinkGraph(random: SeededRandom, size: number): LinkGraph {
  const names = castNames(
    Array.from({ length: size }, () => random.pick(['U', 'U', 'U', 'A', 'D', 'D', 'D'])),
  );
  // Few targets make records meet; a claim on nothing and an odd value stay rare enough not to drown the rest.
  const records = names.map((name) => {
    const others = names.filter((other) => isUser(other) !== isUser(name));
    const link =
      random.chance(0.7) && others.length > 0 ? `→${random.pick(others)}` : random.pick(claimsOnNobody);
    return `${name}${random.chance(0.15) ? random.pick(oddIds(name, names)) : ''}${link}`;
  });
  return linkGraph(records.join(', '));
}

const claimsOnNobody = ['', '→null', '→""', '→✗', '→ObjectId', '→number'];

function oddIds(name: string, names: readonly string[]): string[] {
  const others = names.filter((other) => other !== name);
  return ['[no id]', '[id null]', '[id ""]', '[id number]', ...others.map((other) => `[id of ${other}]`)];
}

function* everyLinkGraphWithTwins(size: number, sameSource: boolean): Generator<LinkGraph> {
  for (const names of everyCast(size)) {
    for (const [at, first] of names.entries()) {
      for (const second of names.slice(at + 1)) {
        if ((isUser(first) === isUser(second)) !== sameSource) continue;
        yield* everyCombination(names, new Map([[second, `[id of ${first}]`]]));
      }
    }
  }
}

/** Every choice of `size` kinds, order aside, as names: `['U1', 'A2', 'D1']`. */
function everyCast(size: number): string[][] {
  const choices = (length: number, kinds: readonly string[]): string[][] =>
    length === 0
      ? [[]]
      : kinds.flatMap((kind, at) => choices(length - 1, kinds.slice(at)).map((rest) => [kind, ...rest]));
  return choices(size, ['U', 'A', 'D']).map(castNames);
}

function castNames(kinds: readonly string[]): string[] {
  let users = 0;
  let deliveries = 0;
  return kinds.map((kind) => `${kind}${kind === 'D' ? ++deliveries : ++users}`);
}

function* everyCombination(names: readonly string[], ids: ReadonlyMap<string, string>): Generator<LinkGraph> {
  let descriptions: string[][] = [[]];
  for (const name of names) {
    const others = names.filter((other) => isUser(other) !== isUser(name)).map((other) => `→${other}`);
    const records = [...claimsOnNobody, ...others].map((link) => `${name}${ids.get(name) ?? ''}${link}`);
    descriptions = descriptions.flatMap((before) => records.map((record) => [...before, record]));
  }
  for (const description of descriptions) yield linkGraph(description.join(', '));
}

interface Node {
  readonly name: string;
  readonly kind: string;
  readonly id: string | undefined;
  readonly target: string | undefined;
}

function readNode(text: string): Node {
  const parts = /^(([UAD])\d+)(?:\[(.+)\])?(?:→(.+))?$/.exec(text);
  const [, name, kind, id, target] = parts ?? [];
  if (name === undefined || kind === undefined) throw new Error(`"${text}" describes no record.`);
  return { name, kind, id, target };
}

function isUser(name: string): boolean {
  return !name.startsWith('D');
}

/** ObjectIds, and a text here and there: both occur. */
function keysOf(nodes: readonly Node[], digit: string): [string, unknown][] {
  return nodes.map((node, at) => [
    node.name,
    at % 3 === 1
      ? `key of ${node.name}`
      : ObjectId.createFromHexString(`65${digit}${String(at).padStart(21, '0')}`),
  ]);
}

function ofId(node: Node): { id?: unknown } {
  return node.id === 'no id' ? {} : { id: idValue(node) };
}

function idValue(node: Node): unknown {
  switch (node.id) {
    case undefined:
      return node.name;
    case 'no id':
      return undefined;
    case 'id null':
      return null;
    case 'id ""':
      return '';
    case 'id number':
      return 7;
    case 'id ObjectId':
      return noRecordsKey;
    default:
      return node.id.replace('id of ', '');
  }
}

function claimValue(
  target: string | undefined,
  ids: ReadonlyMap<string, unknown>,
  keys: ReadonlyMap<string, unknown>,
  others: readonly Node[],
): unknown {
  switch (target) {
    case 'null':
      return null;
    case '""':
      return '';
    case '✗':
      return 'nobody';
    case 'ObjectId':
      return (
        others.map((other) => keys.get(other.name)).find((key) => key instanceof ObjectId) ?? noRecordsKey
      );
    case 'number':
      return 0;
    default: {
      const id = target === undefined ? undefined : ids.get(target);
      return typeof id === 'string' && id !== '' ? id : String(keys.get(target ?? ''));
    }
  }
}

const noRecordsKey = ObjectId.createFromHexString('ffffffffffffffffffffffff');
