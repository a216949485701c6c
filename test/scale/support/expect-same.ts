import { expect } from 'vitest';

/** Compares lists whatever their order; of a million entries only those are told that differ. */
export function expectSame(actual: readonly string[], expected: readonly string[]): void {
  const missing = [...expected].sort();
  const surplus: string[] = [];
  let place = 0;
  const left: string[] = [];
  for (const entry of [...actual].sort()) {
    while (place < missing.length && (missing[place] ?? '') < entry) left.push(missing[place++] ?? '');
    if (missing[place] === entry) place++;
    else surplus.push(entry);
  }
  left.push(...missing.slice(place));
  expect({ left: left.slice(0, 20), surplus: surplus.slice(0, 20) }).toEqual({ left: [], surplus: [] });
}
