import { readFile } from 'node:fs/promises';
import { afterEach, expect, it, vi } from 'vitest';
import { reportFailure } from '../../src/cli/report-failure.ts';

afterEach(() => vi.restoreAllMocks());

it('what the system refuses is told in a line; what nobody expected comes with its stack', async () => {
  const said: unknown[][] = [];
  vi.spyOn(console, 'error').mockImplementation((...line) => void said.push(line));
  const refused = await readFile('/nowhere/at/all').catch((error: Error) => error);
  const unexpected = new TypeError('undefined is not a function');
  expect([reportFailure(refused), reportFailure(unexpected)]).toEqual([1, 1]);
  expect(said).toEqual([
    ["customer-gateway: ENOENT: no such file or directory, open '/nowhere/at/all'"],
    ['customer-gateway:', unexpected],
  ]);
});
