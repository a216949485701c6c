import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../src/cli/demo/seeded-random.ts';
import { ValueSplitter } from '../../../src/cli/import/value-splitter.ts';

type Found = { line: number; text: string; broken: string | null };

/** Splits a text that arrives in pieces of so many bytes. */
function split(text: string, pieceBytes = text.length + 1): Found[] {
  const splitter = new ValueSplitter();
  const bytes = Buffer.from(text);
  const found = [];
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    found.push(...splitter.push(bytes.subarray(at, at + pieceBytes)));
  }
  found.push(...splitter.end());
  return found.map(({ line, bytes: value, broken }) => ({ line, text: value.toString().trim(), broken }));
}

const whole = (line: number, text: string): Found => ({ line, text, broken: null });

const layouts: Record<string, [text: string, found: Found[]]> = {
  'a list on one line': [
    '[{"a":1},{"a":[2,{"b":"]}"}]}, {"a":3}]',
    [whole(1, '{"a":1}'), whole(1, '{"a":[2,{"b":"]}"}]}'), whole(1, '{"a":3}')],
  ],
  'a list with a document a line': [
    '[{"a":1},\n{"a":2},\n{"a":3}]\n',
    [whole(1, '{"a":1}'), whole(2, '{"a":2}'), whole(3, '{"a":3}')],
  ],
  'a list over many lines': [
    '[\n  {\n    "a": 1\n  },\n  {\n    "a": {\n      "b": 2\n    }\n  }\n]',
    [whole(2, '{\n    "a": 1\n  }'), whole(5, '{\n    "a": {\n      "b": 2\n    }\n  }')],
  ],
  'a document a line': [
    '{"a":1}\n{"a":2}\n\n{"a":3}',
    [whole(1, '{"a":1}'), whole(2, '{"a":2}'), whole(4, '{"a":3}')],
  ],
  'a document a line, with the line ends of Windows': [
    '{"a":1}\r\n{"a":2}\r\n',
    [whole(1, '{"a":1}'), whole(2, '{"a":2}')],
  ],
  'documents over many lines, one after another': [
    '{\n\t"a": [\n\t\t{\n\t\t\t"b": 1\n\t\t}\n\t]\n}\n{\n\t"a": 2\n}\n',
    [whole(1, '{\n\t"a": [\n\t\t{\n\t\t\t"b": 1\n\t\t}\n\t]\n}'), whole(8, '{\n\t"a": 2\n}')],
  ],
  'documents over many lines without indentation': [
    '{\n"a": [\n{"b": 1},\n{"b": 2}\n],\n"c":\n{"d": 3}\n}\n{\n"a": 2\n}',
    [whole(1, '{\n"a": [\n{"b": 1},\n{"b": 2}\n],\n"c":\n{"d": 3}\n}'), whole(9, '{\n"a": 2\n}')],
  ],
  'documents one after another on one line': [
    '{"a":1}{"a":2} {"a":3}',
    [whole(1, '{"a":1}'), whole(1, '{"a":2}'), whole(1, '{"a":3}')],
  ],
  'brackets, quotes and backslashes inside texts': [
    '[{"a":"}],{\\"\\\\"},{"b":"\\\\\\""}]',
    [whole(1, '{"a":"}],{\\"\\\\"}'), whole(1, '{"b":"\\\\\\""}')],
  ],
  'a list of nothing': [' [ \n ] \n', []],
  'nothing at all': [' \n\n', []],
};

describe.each([1, 2, 3, 7, 1_000])('in pieces of %i bytes', (pieceBytes) => {
  test.each(Object.entries(layouts))('reads %s', (_name, [text, found]) => {
    expect(split(text, pieceBytes)).toEqual(found);
  });

  test('characters of several bytes stay whole', () => {
    expect(split('[{"a":"प्रिया 🥛"}]', pieceBytes)).toEqual([whole(1, '{"a":"प्रिया 🥛"}')]);
  });

  test('one document a line: a line that is broken costs that line alone', () => {
    const found = split('{"a":1}\n{"a":\n{"a":"no end\n}}}\n{"a":5}\n', pieceBytes);
    expect(found.map(({ line, text }) => [line, text])).toEqual([
      [1, '{"a":1}'],
      [2, '{"a":'],
      [3, '{"a":"no end'],
      [4, '}}}'],
      [5, '{"a":5}'],
    ]);
  });

  test('one document a line: the first line may be the broken one', () => {
    const found = split('{"a":1,\n{"a":2}\n{"a":"3\n{"a":4}\n', pieceBytes);
    expect(found.map(({ line, text, broken }) => [line, text, broken !== null])).toEqual([
      [1, '{"a":1,', true],
      [2, '{"a":2}', false],
      [3, '{"a":"3', true],
      [4, '{"a":4}', false],
    ]);
  });

  test('a list with a document a line: one that never closes costs that document alone', () => {
    const found = split('[{"a":1},\n{"a":[1,2},\n{"a":3,\n{"a":4},\n{"a":"5},\n{"a":6}]', pieceBytes);
    expect(found.map(({ line, broken }) => [line, broken !== null])).toEqual([
      [1, false],
      [2, true],
      [3, true],
      [4, false],
      [5, true],
      [6, false],
    ]);
  });

  test('a list over many lines: one that never closes costs that document alone', () => {
    const text = '[\n  {\n    "a": {\n      "b": 1\n  },\n  {\n    "a": {\n      "b": 2\n    }\n  }\n]';
    const found = split(text, pieceBytes);
    expect(found.map(({ line, broken }) => [line, broken !== null])).toEqual([
      [2, true],
      [6, false],
    ]);
  });

  test('half a document never passes for one: a bracket closed too early spoils the whole document', () => {
    for (const text of [
      '[{"a":1},\n{"b":2}, "c":{"d":3}},\n{"a":4}]',
      '[{"a":1},\n{"b":2}}, "c":3},\n{"a":4}]',
      '{"a":1}\n{"b":2}, "c":{"d":3}}\n{"a":4}\n',
      '{\n"a":1}\n{\n"b":2},\n"c":{"d":3}}\n{"a":4}\n',
      '{\n"a":1}\n{\n"b":2}\n  },\n"c":{"d":3}}\n{"a":4}\n',
    ]) {
      const found = split(text, pieceBytes);
      expect(found).toHaveLength(3);
      expect(found.filter(({ text: value }) => value === '{"b":2}' || value === '{"d":3}')).toEqual([]);
      expect(found.at(-1)).toMatchObject({ text: '{"a":4}', broken: null });
    }
  });

  test('an indented part of a broken document never passes for a document', () => {
    const text =
      '[\n  {\n    "a": [\n      1\n      {\n        "b": 2\n      }\n    ]\n  },\n  {\n    "a": 3\n  }\n]';
    expect(split(text, pieceBytes).map(({ line, broken }) => [line, broken !== null])).toEqual([
      [2, true],
      [10, false],
    ]);
  });

  test('elements that are no documents are handed over, each with its line', () => {
    expect(split('[1,\n"a,]b", null,[2,[3]],\n{"a":1}]', pieceBytes)).toEqual([
      whole(1, '1'),
      whole(2, '"a,]b"'),
      whole(2, 'null'),
      whole(2, '[2,[3]]'),
      whole(3, '{"a":1}'),
    ]);
  });

  test('a file that was cut off says so: inside a document, and between two', () => {
    expect(split('[{"a":1},\n{"a":', pieceBytes).at(-1)).toMatchObject({ line: 2, text: '{"a":' });
    expect(split('[{"a":1},\n{"a":', pieceBytes).at(-1)?.broken).toContain('ends inside');
    expect(split('[{"a":1},\n', pieceBytes).at(-1)?.broken).toContain('not closed');
    expect(split('{"a":1}\n{\n"a":"', pieceBytes).at(-1)).toMatchObject({ line: 3, text: '"a":"' });
  });

  test('what follows a list is handed over as broken, not dropped', () => {
    const found = split('[{"a":1}]\n{"a":2}\n', pieceBytes);
    expect(found).toMatchObject([whole(1, '{"a":1}'), { line: 2, text: '{"a":2}' }]);
    expect(found[1]?.broken).toContain('after the end of the list');
  });

  test('a file that is no JSON is one broken line after another', () => {
    expect(split('id,name\n1,Ravi\n', pieceBytes)).toEqual([whole(1, 'id,name'), whole(2, '1,Ravi')]);
  });
});

test('whatever is wrong with a file, no byte of a value is lost, and how it arrives in pieces does not matter', () => {
  const random = seededRandom(5);
  const documents = Array.from({ length: 12 }, (_unused, n) => ({
    n,
    a: { b: [1, { c: 'x{[,"' }], d: null },
    t: '\\"',
  }));
  const write = (indent?: number | string) => documents.map((one) => JSON.stringify(one, null, indent));
  const files = [
    write().join('\n'),
    `[${write().join(',')}]`,
    `[${write().join(',\n')}]`,
    write(2).join('\n'),
    JSON.stringify(documents, null, 2),
    `[${write('\t').join(',\n')}]`,
  ];
  // Blanks, commas and the list's own brackets part values, and belong to none.
  const bare = (text: string) => text.replace(/[\s,[\]]/g, '');
  for (const file of files) {
    for (let round = 0; round < 200; round++) {
      const at = random.integer(0, file.length - 1);
      const put = random.pick(['', '{', '}', '[', ']', '"', '\n', ',', '\\', 'x']);
      const spoilt = file.slice(0, at) + put + file.slice(at + random.integer(0, 1));
      const found = split(spoilt);
      expect(bare(found.map(({ text }) => text).join(''))).toBe(bare(spoilt));
      expect(split(spoilt, random.integer(1, 40))).toEqual(found);
    }
  }
});
