import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  type AskedFor,
  type ForgottenPasswords,
  openForgottenPasswords,
} from './support/forgotten-passwords.ts';
import { medianMs } from './support/median.ts';

const samples = 200;

let forgotten: ForgottenPasswords;
beforeAll(async () => {
  forgotten = await openForgottenPasswords();
  await forgotten.asked.throttled();
});
afterAll(() => forgotten?.close());

type Medians = Readonly<Record<AskedFor, number>>;

it('the answer takes as long whoever is asked for: 200 times each, the medians differ by at most 5 ms or 3 %', async () => {
  const medians = await medianMs(forgotten.asked, samples, forgotten.settle);
  console.info(shown(medians));
  expect(differenceOf(medians), shown(medians)).toBeLessThanOrEqual(allowedOf(medians));
});

it('and would not, were the message made before the answer', async () => {
  const medians = await medianMs(forgotten.askedAtOnce, samples, forgotten.settle);
  console.info(shown(medians));
  for (const kind of ['known by e-mail', 'known by phone', 'several', 'no hash', 'locked'] as const) {
    expect(medians[kind] - medians.unknown, `${kind}: ${shown(medians)}`).toBeGreaterThan(allowedOf(medians));
  }
});

function differenceOf(medians: Medians): number {
  return Math.max(...Object.values(medians)) - Math.min(...Object.values(medians));
}

function allowedOf(medians: Medians): number {
  return Math.max(5, 0.03 * Math.max(...Object.values(medians)));
}

function shown(medians: Medians): string {
  return Object.entries(medians)
    .map(([kind, median]) => `${kind} ${median.toFixed(1)} ms`)
    .join(', ');
}
