import { afterAll, beforeAll, it } from 'vitest';
import { readExpected } from '../customers/support/expected-customers.ts';
import { fillWithRandomRecords } from '../customers/support/random-fill.ts';
import { startGateway, type TestGateway } from '../support/start-gateway.ts';
import { expectDashboardToAgree } from './support/expect-dashboard-to-agree.ts';

let gateway: TestGateway;
const minutes = 60_000;

beforeAll(async () => {
  gateway = await startGateway({ fill: fillWithRandomRecords(89, 40_000) });
}, 15 * minutes);
afterAll(() => gateway?.close());

it(
  'the dashboard of 40,000 random records says what the oracle does',
  async () => {
    const admin = await gateway.logIn(gateway.admin.email);
    await expectDashboardToAgree(admin, await readExpected(gateway.foreign));
  },
  15 * minutes,
);
