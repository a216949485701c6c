import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { testTitles } from './support/test-titles.ts';

const rows = readFileSync('docs/security.md', 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('|---'))
  .map((line) => line.split('|').slice(1, -1))
  .filter((cells) => cells.at(-1)?.trim() !== 'shown by')
  .map((cells) => ({ what: cells[0]?.trim() ?? '', shownBy: cells.at(-1) ?? '' }));

describe('docs/security.md', () => {
  it('has a test for every threat and every rule', () => {
    expect(rows.length).toBeGreaterThan(60);
    expect(rows.filter(({ shownBy }) => namedTests(shownBy).length === 0).map(({ what }) => what)).toEqual(
      [],
    );
  });

  it('names only files and titles that are there', () => {
    const missing = rows.flatMap(({ shownBy }) => namedTests(shownBy).filter((named) => !isThere(named)));
    expect(missing).toEqual([]);
  });

  it('would be told of a title that is not, so that the check above could fail', () => {
    const file = 'accounts/dump.test.ts';
    expect(isThere({ file, title: 'a dump of every collection holds …' })).toBe(true);
    expect(isThere({ file, title: 'a dump of every collection holds everything' })).toBe(false);
    expect(isThere({ file: 'accounts/no-such.test.ts', title: null })).toBe(false);
    expect(namedTests('`a.test.ts`: "one", "two …"; `b.faults.ts`')).toEqual([
      { file: 'a.test.ts', title: null },
      { file: 'a.test.ts', title: 'one' },
      { file: 'a.test.ts', title: 'two …' },
      { file: 'b.faults.ts', title: null },
    ]);
  });
});

interface NamedTest {
  /** Below `test/`. */
  readonly file: string;
  /** Of a test or a group of them, `…` for what is left out; null: the file is named as a whole. */
  readonly title: string | null;
}

function namedTests(text: string): NamedTest[] {
  const named: NamedTest[] = [];
  let file = '';
  for (const [, path, title] of text.matchAll(/`([\w/.-]+\.(?:test|faults)\.ts)`|"([^"]+)"/g)) {
    file = path ?? file;
    named.push({ file, title: title ?? null });
  }
  return named;
}

const titlesOf = new Map<string, string[]>();

function isThere({ file, title }: NamedTest): boolean {
  const path = `test/${file}`;
  if (!existsSync(path)) return false;
  if (title === null) return true;
  const titles = titlesOf.get(path) ?? testTitles(path);
  titlesOf.set(path, titles);
  // What a title says of its case is written as `%s` or `$name` there, and as it is, or as `…`, here.
  return titles.some(
    (written) =>
      pattern(title, /\s*…\s*/g).test(written) || pattern(written, /%[a-z]|%\.\d+s|\$\w+/g).test(title),
  );
}

function pattern(text: string, gaps: RegExp): RegExp {
  const parts = text.split(gaps).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`);
}
