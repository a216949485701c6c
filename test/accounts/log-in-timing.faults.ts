import { afterAll, beforeAll, expect, it } from 'vitest';
import { medianMs } from './support/median.ts';
import {
  openRefusedLogIns,
  type RefusalReason,
  type RefusedLogIns,
  withoutStandIn,
} from './support/refused-log-ins.ts';

const samples = 200;

let refused: RefusedLogIns;
beforeAll(async () => {
  refused = await openRefusedLogIns(10);
});
afterAll(() => refused.close());

it('a refusal takes as long for every reason: 200 times each, the medians differ by at most 5 ms or 3 %', async () => {
  const medians = await medianMs(refused.attempts(), samples, refused.forgetFailures);
  console.info(shown(medians));
  expect(differenceOf(medians), shown(medians)).toBeLessThanOrEqual(allowedOf(medians));
});

it('and would not without the work that stands in for a missing hash', async () => {
  const careless = refused.attempts(withoutStandIn(refused.accounts.hasher));
  const medians = await medianMs(careless, samples, refused.forgetFailures);
  console.info(shown(medians));
  const { wrong, ...others } = medians;
  for (const reason of ['unknown', 'plaintext', 'no hash', 'cheaper hash'] as const) {
    expect(wrong - others[reason], `${reason}: ${shown(medians)}`).toBeGreaterThan(allowedOf(medians));
  }
});

type Medians = Readonly<Record<RefusalReason, number>>;

function differenceOf(medians: Medians): number {
  return Math.max(...Object.values(medians)) - Math.min(...Object.values(medians));
}

function allowedOf(medians: Medians): number {
  return Math.max(5, 0.03 * Math.max(...Object.values(medians)));
}

function shown(medians: Medians): string {
  return Object.entries(medians)
    .map(([reason, median]) => `${reason} ${median.toFixed(1)} ms`)
    .join(', ');
}
