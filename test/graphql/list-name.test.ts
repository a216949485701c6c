import { describe, expect, it } from 'vitest';
import { listName } from '../../src/graphql/list-name.ts';

const time = new Date('2026-03-01T10:00:00Z');

describe('the name of a list in cursors', () => {
  it.each<[string, object, object]>([
    ['the order of arguments', { a: '1', b: true }, { b: true, a: '1' }],
    ['the order of values', { a: ['x', 'y'] }, { a: ['y', 'x'] }],
    ['a value that is given twice', { a: ['x', 'y'] }, { a: ['x', 'y', 'x'] }],
    ['null instead of nothing', { a: ['x'], b: null, c: undefined }, { a: ['x'] }],
    ['another object of the same time', { a: time }, { a: new Date(time) }],
  ])('is the same whatever %s', (_, one, other) => {
    expect(listName('list', one)).toBe(listName('list', other));
  });

  it('is another for every other choice of rows', () => {
    const choices = [
      ...[{}, { a: 'x' }, { b: 'x' }, { a: ['x'] }, { a: [] }, { a: ['x', 'y'] }, { a: ['xy'] }],
      ...[{ a: ['x","y'] }, { a: 'x', b: 'y' }, { a: 'y', b: 'x' }, { a: true }, { a: false }, { a: 'true' }],
      ...[{ a: time }, { a: new Date(time.getTime() + 1) }, { a: '' }],
    ];
    expect(new Set(choices.map((choice) => listName('list', choice))).size).toBe(choices.length);
    expect(listName('other', { a: 'x' })).not.toBe(listName('list', { a: 'x' }));
  });

  it('of all rows is what is listed, as before there were filters in it', () => {
    expect(listName('customers:NAME:ASC', { a: null })).toBe('customers:NAME:ASC');
  });
});
