import { expect, it } from 'vitest';
import { killWriters } from './kill-writers.ts';

it('no acknowledged transaction is lost or torn in 100 kills under eight writers', async () => {
  const acknowledged = await killWriters(100, (round) => 100 + ((round * 37) % 300));
  console.info(`${acknowledged} transactions were acknowledged`);
  expect(acknowledged).toBeGreaterThan(1000);
});
