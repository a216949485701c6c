import { setFlagsFromString } from 'node:v8';
import { expect, it } from 'vitest';
import { tuneGarbageCollection } from '../src/garbage-collection.ts';

it('this V8 knows how it is told to collect garbage', () => {
  try {
    expect(tuneGarbageCollection()).toBe(true);
  } finally {
    for (const standard of [
      '--heap-growing-percent=0',
      '--parallel-scavenge',
      '--concurrent-array-buffer-sweeping',
    ])
      setFlagsFromString(standard);
  }
});
