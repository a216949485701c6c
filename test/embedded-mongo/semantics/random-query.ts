import { Decimal128, type Document, Double, Long } from 'mongodb';
import type { SeededRandom } from '../../support/seeded-random.ts';

const scalars: readonly unknown[] = [
  0,
  1,
  2,
  3,
  4,
  2.5,
  -1,
  new Double(3),
  Long.fromNumber(2),
  Long.fromString('9007199254740993'),
  new Double(9007199254740992),
  Decimal128.fromString('2.50'),
  Decimal128.fromString('1'),
  Number.NaN,
  Number.NEGATIVE_INFINITY,
  'a',
  'b',
  'abc',
  'A',
  '',
  'a\0b',
  null,
  true,
  false,
  new Date(1000),
  new Date(-1),
  { x: 1 },
  {},
  [],
];

/** The paths that documents have, and indexes, filters and orders are about. */
const paths = [
  'a',
  'b',
  'c',
  'o',
  'o.x',
  'o.y',
  'list',
  'list.k',
  'list.v',
  'list.0',
  'list.1.k',
  'u',
  '_id',
];

/** A document of mixed types: fields are missing, null, arrays of scalars, arrays of documents. */
export function randomDocument(random: SeededRandom, id: number): Document {
  const document: Document = { _id: id };
  for (const field of ['a', 'b', 'c']) {
    if (random.chance(0.1)) continue;
    document[field] = random.chance(0.15) ? randomArray(random, 3) : random.pick(scalars);
  }
  if (random.chance(0.7)) document.o = randomInner(random);
  if (random.chance(0.1)) document.o = [randomInner(random), randomInner(random)];
  if (random.chance(0.5)) {
    document.list = Array.from({ length: random.below(4) }, () =>
      random.chance(0.5) ? { k: random.below(4), v: random.below(4) } : random.pick(scalars),
    );
  }
  // A unique index is on it.
  if (random.chance(0.8)) document.u = random.chance(0.5) ? id : String(id % 100).padStart(2 + id / 100, 'u');
  return document;
}

function randomInner(random: SeededRandom): Document {
  const inner: Document = {};
  if (random.chance(0.9)) inner.x = random.below(4);
  if (random.chance(0.9)) inner.y = random.chance(0.3) ? [random.below(3), random.below(3)] : random.below(4);
  return inner;
}

function randomArray(random: SeededRandom, limit: number): unknown[] {
  return Array.from({ length: random.below(limit) }, () => random.pick(scalars));
}

/** A filter of any of the operators, with `$or`, `$and` and `$nor` up to a depth. */
export function randomFilter(random: SeededRandom, depth = 2): Document {
  const filter: Document = {};
  for (let count = random.below(3); count > 0; count--) filter[random.pick(paths)] = randomCondition(random);
  if (depth === 0) return filter;
  const branches = () => Array.from({ length: 1 + random.below(3) }, () => randomFilter(random, depth - 1));
  if (random.chance(0.25)) filter.$or = branches();
  if (random.chance(0.1)) filter.$and = branches();
  if (random.chance(0.05)) filter.$nor = branches();
  if (random.chance(0.05)) filter.$expr = { $gte: ['$a', random.below(4)] };
  return filter;
}

function randomCondition(random: SeededRandom): unknown {
  const value = () => random.pick(scalars);
  const range = () => ({
    [random.pick(['$gt', '$gte'])]: value(),
    ...(random.chance(0.5) ? { [random.pick(['$lt', '$lte'])]: value() } : {}),
  });
  const kinds: (() => unknown)[] = [
    value,
    value,
    range,
    range,
    () => ({ $lte: value() }),
    () => ({ $in: [value(), value(), random.chance(0.2) ? /^a/ : value()] }),
    () => ({ $nin: [value(), value()] }),
    () => ({ $exists: random.chance(0.5) }),
    () => ({ $ne: value() }),
    () => ({ $not: range() }),
    () => ({ $type: random.pick(['number', 'string', 'array', 'null', 'object', 'long']) }),
    () => ({ $size: random.below(3) }),
    () => ({ $mod: [2, random.below(2)] }),
    () => ({ $all: [value(), value()].slice(random.below(2)) }),
    () => ({ $elemMatch: { $gte: random.below(3), $lt: 3 + random.below(3) } }),
    () => ({ $elemMatch: { k: random.below(4), v: { $gte: random.below(4) } } }),
    () => ({ $elemMatch: { $eq: value() } }),
    () => random.pick([/^a/, /^ab/i, /b/, /^$/]),
    () => ({ $regex: '^a', $ne: value() }),
    () => randomArray(random, 3),
  ];
  return random.pick(kinds)();
}

/** An order that leaves no ties. */
export function randomSort(random: SeededRandom): Document {
  const sort: Document = {};
  const sortable = paths.filter((path) => path !== '_id' && !/\d/.test(path));
  for (let count = random.below(3); count > 0; count--)
    sort[random.pick(sortable)] = random.chance(0.5) ? 1 : -1;
  sort._id = random.chance(0.5) ? 1 : -1;
  return sort;
}

/** A projection, often one that an index could answer alone. */
export function randomProjection(random: SeededRandom): Document {
  const kinds: (() => Document)[] = [
    () => ({}),
    () => ({ _id: 1 }),
    () => ({ a: 1 }),
    () => ({ a: 1, _id: 0 }),
    () => ({ a: 1, b: 1, c: 1, _id: 0 }),
    () => ({ 'o.x': 1, 'o.y': 1 }),
    () => ({ 'list.k': 1, u: 1 }),
    () => ({ a: 0, list: 0 }),
    () => ({ b: 1, n: { $type: '$a' } }),
    () => ({ list: { $slice: 1 } }),
  ];
  return random.pick(kinds)();
}

/** A change of some documents. */
export function randomUpdate(random: SeededRandom): Document {
  const field = random.pick(['a', 'b', 'c', 'o.x']);
  const kinds: (() => Document)[] = [
    () => ({ $set: { [field]: random.pick(scalars) } }),
    () => ({ $unset: { [field]: 1 } }),
    () => ({ $set: { list: [random.pick(scalars), { k: random.below(4) }] } }),
    () => ({ $set: { a: [random.pick(scalars)], c: random.pick(scalars) } }),
  ];
  return random.pick(kinds)();
}
