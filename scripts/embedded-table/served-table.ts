import { type Db, type Document, MongoServerError } from 'mongodb';
import {
  accumulatorNames,
  commandNames,
  expressionNames,
  indexOptions,
  projectionOperators,
  queryOperators,
  stageNames,
  updateOperators,
} from './mongodb-names.ts';

/** What the marks in the README say, around the table. */
export const tableBegin = '<!-- Asked of the server by scripts/emit-embedded-table.ts. Do not edit. -->';
export const tableEnd = '<!-- End of what the server was asked. -->';

/**
 * A table of MongoDB 7.0's names, each served or refused. It is made by using every one on the server itself, so it
 * says what the server does; the database given loses what it has.
 */
export async function servedTable(db: Db): Promise<string> {
  const rows = [
    await row('commands', commandNames, (name) => knowsCommand(db, name)),
    await row('pipeline stages', stageNames, (name) => knowsStage(db, name)),
    await row('accumulators', accumulatorNames, (name) => knowsAccumulator(db, name)),
    await row('expressions', expressionNames, (name) => knowsExpression(db, name)),
    await row('query operators', Object.keys(queryOperators), async (name) => {
      await db
        .collection('rows')
        .find(queryOperators[name] ?? {})
        .toArray();
    }),
    await row('projections', Object.keys(projectionOperators), async (name) => {
      await db
        .collection('rows')
        .find({ f: 1 }, { projection: projectionOperators[name] ?? {} })
        .toArray();
    }),
    await row('update operators', Object.keys(updateOperators), (name) => update(db, name)),
    await row('indexes', Object.keys(indexOptions), async (name) => {
      await db.command({ createIndexes: 'rows', indexes: [{ ...indexOptions[name], name }] });
    }),
  ];
  return ['| | served | refused |', '|---|---|---|', ...rows].join('\n');
}

/** Uses each name; what throws is refused. */
async function row(title: string, names: string[], use: (name: string) => Promise<unknown>): Promise<string> {
  const served: string[] = [];
  const refused: string[] = [];
  for (const name of names) {
    try {
      await use(name);
      served.push(name);
    } catch (error) {
      if (!(error instanceof MongoServerError)) throw error;
      refused.push(name);
    }
  }
  const shown = (list: string[]): string => list.map((name) => `\`${name}\``).join(' ');
  return `| ${title} | ${shown(served)} | ${shown(refused)} |`;
}

const commandNotFound = 59;
const unknownStage = 40_324;
const unknownAccumulator = 15_952;
const unknownExpression = 168;
const notImplemented = 238;

/** Used without arguments: what the server says of those shows that it knows the name. */
async function knowsCommand(db: Db, name: string): Promise<void> {
  await unless(db.command({ [name]: 1 }), [commandNotFound, notImplemented]);
}

async function knowsStage(db: Db, name: string): Promise<void> {
  await unless(run(db, { [name]: {} }), [unknownStage, notImplemented]);
}

async function knowsAccumulator(db: Db, name: string): Promise<void> {
  await unless(run(db, { $group: { _id: null, a: { [name]: {} } } }), [unknownAccumulator, notImplemented]);
}

async function knowsExpression(db: Db, name: string): Promise<void> {
  await unless(run(db, { $addFields: { a: { [name]: {} } } }), [unknownExpression, notImplemented]);
}

function run(db: Db, stage: Document): Promise<unknown> {
  return db.command({ aggregate: 'rows', pipeline: [stage], cursor: {} });
}

/** Throws the errors with these codes; others are about arguments. */
async function unless(answer: Promise<unknown>, codes: number[]): Promise<void> {
  try {
    await answer;
  } catch (error) {
    if (!(error instanceof MongoServerError) || codes.includes(Number(error.code))) throw error;
  }
}

async function update(db: Db, name: string): Promise<void> {
  const rows = db.collection('rows');
  await rows.deleteMany({});
  await rows.insertOne({ f: [1], n: 1 });
  const filters = name === '$[<identifier>]' ? { arrayFilters: [{ i: 1 }] } : {};
  await rows.updateOne({ f: 1 }, updateOperators[name] ?? {}, filters);
}
