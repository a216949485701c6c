import { afterAll, beforeAll, it } from 'vitest';
import { type ExpectedWorld, readExpected } from '../customers/support/expected-customers.ts';
import { fillWithRandomRecords } from '../customers/support/random-fill.ts';
import { startGateway, type TestGateway } from '../support/start-gateway.ts';
import { expectAuditToAgree } from './support/expect-audit-to-agree.ts';

let gateway: TestGateway;
let world: ExpectedWorld;
const minutes = 60_000;

beforeAll(async () => {
  gateway = await startGateway({ fill: fillWithRandomRecords(71, 40_000) });
  world = await readExpected(gateway.foreign);
}, 15 * minutes);
afterAll(() => gateway?.close());

it(
  'the audit of 40,000 random records counts in every category exactly whom it lists there, as the oracle does',
  async () => {
    await expectAuditToAgree(await gateway.logIn(gateway.admin.email), world);
  },
  15 * minutes,
);
