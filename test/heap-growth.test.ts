import { setFlagsFromString } from 'node:v8';
import { expect, it } from 'vitest';
import { limitHeapGrowth } from '../src/heap-growth.ts';

it('this V8 can be told how much its heap may grow', () => {
  try {
    expect(limitHeapGrowth()).toBe(true);
  } finally {
    setFlagsFromString('--heap-growing-percent=0');
  }
});
