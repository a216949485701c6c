import { Binary, BSON, Decimal128, ObjectId, Timestamp, UUID } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { possibleRecordIds } from '../../src/database/possible-record-ids.ts';
import { keyText, recordKey } from '../../src/database/stored-documents.ts';

describe('the text of an _id', () => {
  it.each([
    'text',
    new ObjectId(),
    4711,
    0.5,
    true,
    new Date('2024-01-01'),
    new Binary(Buffer.from('abc')),
    new UUID(),
    Decimal128.fromString('12.50'),
    new Timestamp({ t: 1, i: 2 }),
  ])('leads to it: %s', (_id) => {
    expect(possibleRecordIds(keyText(_id)).map(recordKey)).toContain(recordKey(_id));
  });

  it.each(['Binary', 'Long', 'Decimal128', 'Timestamp', 'UUID', 'ObjectId', 'Code'])(
    'that calls itself a %s is text alone, which a query takes',
    (_bsontype) => {
      const typed = JSON.stringify({ _bsontype, $gt: '' });
      expect(possibleRecordIds(typed)).toEqual([typed]);
      expect(() => BSON.serialize({ _id: { $in: possibleRecordIds(typed) } })).not.toThrow();
    },
  );

  it.each([
    '{"$gt":""}',
    '["a"]',
    'null',
    '{"$numberLong":"x"}',
    '{"a":1}',
    '{"$regularExpression":{"pattern":".*","options":""}}',
  ])('that is no plain value is text alone: %s', (typed) => {
    expect(possibleRecordIds(typed)).toEqual([typed]);
  });
});
