import { connect } from 'node:net';
import { join } from 'node:path';
import { BSON, type Collection, type Document, MinKey } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { opMessage, readReplies } from '../server/raw-client.ts';
import { startTestServer, type TestServer } from '../server/start-test-server.ts';

// The driver writes BSON's old type undefined as null, so that documents with it come by hand.
let server: TestServer;
let rows: Collection;
beforeAll(async () => {
  server = await startTestServer();
  rows = server.db.collection('rows');
  const undefinedValue = new MinKey();
  const reply = await commandWithUndefined({
    insert: 'rows',
    documents: [
      { _id: 1, v: undefinedValue },
      { _id: 2, v: null },
      { _id: 3 },
      { _id: 4, v: [undefinedValue] },
      { _id: 5, v: 1 },
    ],
    $db: 'test',
  });
  expect(reply).toMatchObject({ ok: 1, n: 5 });
});
afterAll(() => server.close());

describe('undefined, null and missing', () => {
  const found: [filter: Document, ids: number[]][] = [
    [{ v: null }, [1, 2, 3, 4]],
    [{ v: { $ne: null } }, [5]],
    [{ v: { $in: [null] } }, [1, 2, 3, 4]],
    [{ v: { $nin: [null, 7] } }, [5]],
    [{ v: { $gte: null } }, [1, 2, 3, 4]],
    [{ v: { $exists: true } }, [1, 2, 4, 5]],
    [{ v: { $exists: false } }, [3]],
    [{ v: { $type: 'undefined' } }, [1, 4]],
    [{ v: { $type: 6 } }, [1, 4]],
    [{ v: { $type: 'null' } }, [2]],
    [{ v: { $elemMatch: { $eq: null } } }, [4]],
    [{ 'v.x': null }, [1, 2, 3, 5]],
    [{ $expr: { $eq: ['$v', null] } }, [2]],
  ];
  for (const [means, hint] of [
    ['a scan', { $natural: 1 }],
    ['an index', { v: 1 }],
  ] as const) {
    it.each(found)(`%j finds the same by ${means}`, async (filter, ids) => {
      await rows.createIndex({ v: 1 });
      const documents = await rows.find(filter, { hint, sort: { _id: 1 } }).toArray();
      expect(documents.map(({ _id }) => _id)).toEqual(ids);
    });

    it(`stand in this order by ${means}`, async () => {
      const documents = await rows.find({}, { hint, sort: { v: 1, _id: 1 } }).toArray();
      expect(documents.map(({ _id }) => _id)).toEqual([1, 4, 2, 3, 5]);
    });
  }

  it('a comparison with undefined is refused', async () => {
    for (const filter of [
      { v: new MinKey() },
      { v: { $gt: new MinKey() } },
      { v: { $in: [new MinKey()] } },
    ]) {
      expect(await commandWithUndefined({ find: 'rows', filter, $db: 'test' })).toMatchObject({
        ok: 0,
        code: 2,
        errmsg: 'cannot compare to undefined',
      });
    }
  });
});

/** Sends a command with undefined in the place of each MinKey: both types have no bytes but their own. */
async function commandWithUndefined(command: Document): Promise<Document> {
  const bytes = Buffer.from(BSON.serialize(command));
  for (let at = bytes.indexOf(0xff); at >= 0; at = bytes.indexOf(0xff, at + 1)) bytes[at] = 0x06;
  const socket = connect({ path: join(server.dataDir, 'mongo.sock') });
  socket.write(opMessage(0, Buffer.concat([Buffer.from([0]), bytes])));
  const [reply] = await readReplies(socket, 1);
  socket.destroy();
  return reply as Document;
}
