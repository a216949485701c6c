import { expect, it } from 'vitest';
import { killWriters } from './kill-writers.ts';

it('no acknowledged transaction is lost or torn when the server is killed under eight writers', async () => {
  expect(await killWriters(2, (round) => 500 + round * 131)).toBeGreaterThan(50);
});
