import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { resetPassword } from '../../src/accounts/reset-password.ts';
import {
  type AskedFor,
  type ForgottenPasswords,
  openForgottenPasswords,
} from './support/forgotten-passwords.ts';
import { medianCpuMs } from './support/median.ts';
import { ask, newPassword } from './support/recovery.ts';

let forgotten: ForgottenPasswords;
beforeAll(async () => {
  forgotten = await openForgottenPasswords();
  await forgotten.asked.throttled();
});
afterAll(() => forgotten?.close());
beforeEach(() => forgotten.settle());

async function commandsOf(work: () => Promise<unknown>): Promise<string[]> {
  const { client } = forgotten.accounts.database;
  const commands: string[] = [];
  client.on('commandStarted', ({ commandName }) => commands.push(commandName));
  await work();
  client.removeAllListeners('commandStarted');
  return commands;
}

async function perKind(asked: ForgottenPasswords['asked']) {
  const commands = new Map<string, string[]>();
  const answers = new Set<string>();
  for (const [kind, asking] of Object.entries(asked)) {
    await forgotten.settle();
    const ran = await commandsOf(async () => answers.add(await asking()));
    commands.set(kind, ran);
  }
  return { commands, answers };
}

it('whoever is asked for, the answer is the same and the same database commands were run for it', async () => {
  const { commands, answers } = await perKind(forgotten.asked);
  expect(answers.size).toBe(1);
  for (const [kind, ran] of commands) expect(ran, kind).toEqual(['findAndModify', 'update']);
});

it('and would not be, were the message made before the answer: the commands tell who is known', async () => {
  const { commands } = await perKind(forgotten.askedAtOnce);
  const unknown = commands.get('unknown') ?? [];
  for (const kind of ['known by e-mail', 'known by phone', 'several', 'no hash', 'locked'] as AskedFor[]) {
    expect(commands.get(kind)?.length, kind).toBeGreaterThan(unknown.length + 5);
  }
});

it('costs as much work whoever is asked for, and would not were the message made before the answer', {
  timeout: 60_000,
}, async () => {
  const { 'known by e-mail': known, unknown, inactive, several } = forgotten.asked;
  const medians = await medianCpuMs({ known, unknown, inactive, several }, 25, forgotten.settle);
  const shown = JSON.stringify(medians);
  for (const median of Object.values(medians)) {
    expect(Math.abs(median - medians.unknown), shown).toBeLessThan(Math.max(1, medians.unknown * 0.5));
  }
  const atOnce = forgotten.askedAtOnce;
  const careless = await medianCpuMs(
    { known: atOnce['known by e-mail'], unknown: atOnce.unknown },
    10,
    forgotten.settle,
  );
  expect(careless.known - careless.unknown, JSON.stringify(careless)).toBeGreaterThan(1);
});

it('a wrong code runs the same commands whether somebody is known by the identifier, has a code, or neither', async () => {
  await ask(forgotten.accounts, '9845300001');
  const kinds = { 'has a code': '9845300001', 'known, none sent': '9845300003', unknown: '9845388888' };
  const guess = (identifier: string) =>
    resetPassword(forgotten.accounts, {
      token: 'ABCDEFGH',
      identifier,
      newPassword,
      clientAddress: '192.0.2.5',
    }).then(
      () => expect.fail('a guess was right'),
      (error: { code?: string; message?: string }) => `${error.code} ${error.message}`,
    );
  for (const [kind, identifier] of Object.entries(kinds)) {
    const ran = await commandsOf(async () => {
      expect(await guess(identifier), kind).toBe('INVALID_OR_EXPIRED_TOKEN Invalid or expired token.');
    });
    expect(ran, kind).toEqual(['findAndModify', 'find', 'find', 'find', 'findAndModify']);
  }
});
