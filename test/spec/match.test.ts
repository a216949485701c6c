import { Binary, Long } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { Mismatch, match, matchExactly, type NamedThings } from './match.ts';

const lsid = { id: new Binary(Buffer.alloc(16, 7), 4) };
const things: NamedThings = { get: (name) => ({ saved: 5 })[name], lsidOf: () => lsid };

type Row = [why: string, expected: unknown, actual: unknown];

const same: Row[] = [
  ['numbers of other types', { n: 1, m: 2 }, { n: Long.fromNumber(1), m: 2n }],
  ['fields more at the root', { a: 1 }, { a: 1, b: 2 }],
  ['fields more in each document of a root array', [{ a: 1 }], [{ a: 1, b: 2 }]],
  ['maps', { 0: { a: 1 } }, new Map([[0, { a: 1 }]])],
  ['$$exists', { a: { $$exists: true }, b: { $$exists: false } }, { a: null }],
  ['$$type', { a: { $$type: ['string', 'long'] } }, { a: 5 }],
  ['$$unsetOrMatches, unset', { $$unsetOrMatches: { a: 1 } }, undefined],
  ['$$unsetOrMatches, set', { a: { $$unsetOrMatches: 1 } }, { a: 1 }],
  ['$$matchesEntity', { a: { $$matchesEntity: 'saved' } }, { a: 5 }],
  ['$$matchesHexBytes', { a: { $$matchesHexBytes: 'ff00' } }, { a: Buffer.from([255, 0]) }],
  ['$$sessionLsid', { lsid: { $$sessionLsid: 'session0' } }, { lsid }],
  ['$$lte', { a: { $$lte: 5 } }, { a: 5 }],
];

const different: Row[] = [
  ['another number', { a: 1 }, { a: 2 }],
  ['another type', { a: 1 }, { a: '1' }],
  ['null for a missing field', { a: null }, {}],
  ['fields more in a nested document', { a: { b: 1 } }, { a: { b: 1, c: 2 } }],
  ['arrays of another length', { a: [1] }, { a: [1, 2] }],
  ['no array', { a: [] }, { a: {} }],
  ['$$exists', { a: { $$exists: true } }, {}],
  ['$$exists: false', { a: { $$exists: false } }, { a: null }],
  ['$$type', { a: { $$type: 'string' } }, { a: 5 }],
  ['$$unsetOrMatches', { a: { $$unsetOrMatches: 1 } }, { a: 2 }],
  ['$$matchesEntity', { a: { $$matchesEntity: 'saved' } }, { a: 6 }],
  ['$$matchesHexBytes', { a: { $$matchesHexBytes: 'ff00' } }, { a: Buffer.from([255]) }],
  [
    '$$sessionLsid',
    { lsid: { $$sessionLsid: 'session0' } },
    { lsid: { id: new Binary(Buffer.alloc(16), 4) } },
  ],
  ['$$lte', { a: { $$lte: 5 } }, { a: 6 }],
  ['an operator it does not know', { a: { $$later: 5 } }, { a: 5 }],
];

describe('the matcher of the unified test format', () => {
  it.each(same)('lets pass: %s', (_, expected, actual) => {
    match(expected, actual, things);
  });

  it.each(different)('finds: %s', (_, expected, actual) => {
    expect(() => match(expected, actual, things)).toThrow(Mismatch);
  });

  it('allows no field more in an outcome', () => {
    expect(() => matchExactly([{ a: 1 }], [{ a: 1, b: 2 }], things, 'outcome')).toThrow(Mismatch);
  });
});
