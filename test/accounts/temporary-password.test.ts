import { expect, it } from 'vitest';
import { temporaryPassword } from '../../src/accounts/temporary-password.ts';

it('has twelve characters, none of which can be read as another', () => {
  for (let made = 0; made < 500; made += 1) {
    expect(temporaryPassword()).toMatch(/^[A-HJKMNP-Za-hjkmnp-z2-9]{12}$/);
  }
});

it('is drawn evenly: no character comes much more often than another', () => {
  const counts = new Map<string, number>();
  for (let made = 0; made < 5_000; made += 1) {
    for (const character of temporaryPassword()) counts.set(character, (counts.get(character) ?? 0) + 1);
  }
  const expected = 60_000 / 54;
  expect(counts.size).toBe(54);
  const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  // 53 degrees of freedom: beyond 120 in less than one of a million runs.
  expect(chiSquare).toBeLessThan(120);
});
