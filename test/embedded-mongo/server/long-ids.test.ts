import type { Document } from 'mongodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestServer, type TestServer } from './start-test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

it('an _id longer than keys are kept is found in a list, told from others that begin alike, and written by it', async () => {
  const rows = server.db.collection<{ _id: string; seen?: boolean }>('long_ids');
  const long = 'x'.repeat(2_500);
  const [first, second, third] = [`${long}a`, `${long}b`, `${long}c`] as const;
  await rows.insertMany([first, second, third].map((_id) => ({ _id })));
  const found = async (filter: Document) =>
    (await rows.find(filter).sort({ _id: 1 }).toArray()).map(({ _id }) => _id);
  expect(await found({ _id: { $in: [first] } })).toEqual([first]);
  expect(await found({ _id: { $in: [third, first, 'y'] } })).toEqual([first, third]);
  expect(await found({ $or: [{ _id: { $in: [second] } }, { _id: 'z' }] })).toEqual([second]);
  expect(await rows.countDocuments({ _id: { $in: [first, second] } })).toBe(2);
  const { matchedCount } = await rows.updateMany({ _id: { $in: [first, third] } }, { $set: { seen: true } });
  expect(matchedCount).toBe(2);
  expect((await rows.deleteMany({ _id: { $in: [second] } })).deletedCount).toBe(1);
  expect(await found({})).toEqual([first, third]);
});
