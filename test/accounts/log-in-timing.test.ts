import { afterAll, beforeAll, expect, it } from 'vitest';
import { medianCpuMs } from './support/median.ts';
import { openRefusedLogIns, type RefusedLogIns, withoutStandIn } from './support/refused-log-ins.ts';

const cost = 10;
const samples = 15;

let refused: RefusedLogIns;
beforeAll(async () => {
  refused = await openRefusedLogIns(cost);
});
afterAll(() => refused.close());

it('a refusal runs the same database commands for every reason', async () => {
  const { client } = refused.accounts.database;
  const commands: string[] = [];
  client.on('commandStarted', ({ commandName }) => commands.push(commandName));
  const perReason = new Map<string, string[]>();
  for (const [reason, attempt] of Object.entries(refused.attempts())) {
    await refused.forgetFailures();
    commands.length = 0;
    await attempt();
    perReason.set(reason, [...commands]);
  }
  client.removeAllListeners('commandStarted');
  // The last is the journal's, which mostly writes nothing: what it writes nobody learns from the time it takes.
  const usual = ['findAndModify', 'find', 'find', 'find', 'findAndModify', 'update'];
  for (const [reason, ran] of perReason) expect(ran, reason).toEqual(usual);
});

it('a refusal costs as much work for every reason', { timeout: 120_000 }, async () => {
  const medians = await medianCpuMs(refused.attempts(), samples, refused.forgetFailures);
  const { wrong, ...others } = medians;
  for (const [reason, median] of Object.entries(others)) {
    expect(Math.abs(median - wrong), `${reason}: ${median} ms against ${wrong} ms`).toBeLessThan(
      wrong * 0.25,
    );
  }
});

it('and would not without the work that stands in for a missing hash: the measurement tells the difference', {
  timeout: 120_000,
}, async () => {
  const careless = refused.attempts(withoutStandIn(refused.accounts.hasher));
  const { wrong, unknown, plaintext, 'cheaper hash': cheaper } = careless;
  const medians = await medianCpuMs({ wrong, unknown, plaintext, cheaper }, samples, refused.forgetFailures);
  const { wrong: usual, ...others } = medians;
  for (const [reason, median] of Object.entries(others)) expect(median, reason).toBeLessThan(usual * 0.75);
});
