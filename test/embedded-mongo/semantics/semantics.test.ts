import { type Db, MongoClient, MongoServerError } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../server/start-test-server.ts';
import { Refused, type Table } from './table.ts';
import { allTables } from './tables/all-tables.ts';

let server: TestServer;
let client: MongoClient;
let db: Db;
let connections = 0;
beforeAll(async () => {
  server = await startTestServer();
  client = new MongoClient(server.mongo.uri, {
    promoteValues: false,
    promoteLongs: false,
    bsonRegExp: true,
    maxPoolSize: 1,
  });
  client.on('connectionCreated', () => {
    connections++;
  });
  await client.connect();
  db = client.db('semantics');
});
afterAll(async () => {
  await client.close();
  await server.close();
});

describe.each(areas())('%s', (_, tables) => {
  for (const table of tables) {
    describe(table.page, () => {
      const name = `t${allTables.indexOf(table)}`;
      beforeAll(async () => {
        if (table.documents?.length) await db.collection(name).insertMany([...table.documents]);
      });
      for (const { title, expected, run } of table.rows) {
        it(title, async () => {
          const collection = db.collection(name);
          if (!(expected instanceof Refused)) return expect(await run(collection)).toEqual(expected);
          const answer = await run(collection).catch((error: unknown) => error);
          expect(answer).toBeInstanceOf(MongoServerError);
          const { code, message } = answer as MongoServerError;
          expect(`${Number(code)} ${message}`).toMatch(new RegExp(`^${expected.code} `));
          expect(message).toContain(expected.message);
          expect(Number((await db.command({ ping: 1 })).ok)).toBe(1);
        });
      }
    });
  }
});

describe('the tables', () => {
  it('have 400 rows at least', () => {
    expect(allTables.reduce((sum, table) => sum + table.rows.length, 0)).toBeGreaterThanOrEqual(400);
  });

  it('ran on one connection, which no refusal ended', () => {
    expect(connections).toBe(1);
  });
});

function areas(): [string, Table[]][] {
  const byArea = new Map<string, Table[]>();
  for (const table of allTables) byArea.set(table.area, [...(byArea.get(table.area) ?? []), table]);
  return [...byArea].map(([area, tables]) => [`${area}`, tables]);
}
