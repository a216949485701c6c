import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newKey } from '../../../src/accounts/key-rotation.ts';
import { keySetText } from '../../../src/accounts/key-set.ts';
import { loadSigningKeys } from '../../../src/accounts/signing-keys.ts';
import { listKeys } from '../../../src/cli/keys/list-keys.ts';
import { rotateStoredKeys } from '../../../src/cli/keys/rotate-stored-keys.ts';
import { readConfig } from '../../../src/config.ts';
import { runCommand } from './support/command.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'gateway-keys-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const now = new Date('2026-03-01T10:00:00.200Z');
const laterBy = (minutes: number) => new Date(Date.parse('2026-03-01T10:00:01Z') + minutes * 60_000);
const week = 7 * 24 * 60;

describe('keys in a file', () => {
  it('are rotated in place: the new one signs in ten minutes, the old one is kept for a week and a day more', async () => {
    const { path, config, before } = await keyFile();
    const { told, printed } = await rotateStoredKeys(config, {}, now);
    const [added, old] = await keysIn(path);
    expect(added.nbf * 1000).toBe(laterBy(10).getTime());
    expect(old).toMatchObject({ kid: before.kid, exp: laterBy(10 + week + 24 * 60).getTime() / 1000 });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(printed).toBeNull();
    expect(told).toEqual([
      `The new key ${added.kid} signs from ${laterBy(10).toISOString()}.`,
      `The key ${before.kid} is kept until ${laterBy(10 + week + 24 * 60).toISOString()}.`,
      `${path} is written; running gateways read it within 10 seconds.`,
    ]);
    await expect(rotateStoredKeys(config, { after: 1 }, now)).rejects.toThrow('is new already');
    expect(await listKeys(config, { json: false, now })).toBe(
      `${path}\n  ${added.kid}  signs from ${laterBy(10).toISOString()}\n  ${old.kid}  signs until ${laterBy(10 + week + 24 * 60).toISOString()}`,
    );
    const json = await listKeys(config, { json: true, now });
    expect(JSON.parse(json).keys.map(({ kid }: { kid: string }) => kid)).toEqual([added.kid, old.kid]);
    for (const { d } of [added, old]) expect(json + told.join()).not.toContain(d);
  });

  it('of a mounted secret are printed, and what is written stays', async () => {
    const { path, config, before } = await keyFile();
    const text = await readFile(path, 'utf8');
    const { told, printed } = await rotateStoredKeys(config, { print: true, after: 5 }, now);
    expect(await readFile(path, 'utf8')).toBe(text);
    const [added, old] = JSON.parse(printed ?? '').keys;
    expect([added.nbf * 1000, old.kid]).toEqual([laterBy(5).getTime(), before.kid]);
    expect(told.at(-1)).toContain(`in ${path}, before ${laterBy(5).toISOString()}`);
  });

  it('that have leaked are dropped at once', async () => {
    const { path, config, before } = await keyFile();
    const { told } = await rotateStoredKeys(config, { compromised: true }, now);
    const left = await keysIn(path);
    expect(left).toHaveLength(1);
    expect([left[0].nbf, left[0].kid === before.kid]).toEqual([undefined, false]);
    expect(told).toContain(`The key ${before.kid} is dropped.`);
  });
});

it('keys in the environment are printed with the next one, to be stored within an hour', async () => {
  const SIGNING_KEYS = keySetText([await newKey(null)], 'line');
  const { told, printed } = await rotateStoredKeys(readConfig({ SIGNING_KEYS }), {}, now);
  const [added, old] = JSON.parse(printed ?? '').keys;
  expect(printed).not.toContain('\n');
  expect([added.nbf * 1000, old.kid]).toEqual([laterBy(60).getTime(), JSON.parse(SIGNING_KEYS).keys[0].kid]);
  expect(told.at(-1)).toMatch(
    /^Nothing is stored yet\. Store what is printed as SIGNING_KEYS of every process/,
  );
  for (const { d } of [added, old]) expect(told.join()).not.toContain(d);
  const at = (minutes: number) => ({
    signingKeys: printed,
    dataDirectory: '',
    production: true,
    now: () => laterBy(minutes),
  });
  expect((await loadSigningKeys(at(59))).current.kid).toBe(old.kid);
  expect((await loadSigningKeys(at(60))).current.kid).toBe(added.kid);
});

describe('the command', () => {
  it('prints key sets alone on stdout, and nothing secret beside them', async () => {
    const made = await runCommand(['keys', 'new'], {});
    expect([made.code, made.stderr]).toEqual([0, '']);
    const rotated = await runCommand(['keys', 'rotate'], { SIGNING_KEYS: made.stdout.trim() });
    expect(rotated.code).toBe(0);
    for (const { d } of JSON.parse(rotated.stdout).keys) expect(rotated.stderr).not.toContain(d);
    expect(JSON.parse(rotated.stdout).keys[1].d).toBe(JSON.parse(made.stdout).keys[0].d);
  });

  it('asks before everything is refused that was made with the keys', async () => {
    const { path } = await keyFile();
    const text = await readFile(path, 'utf8');
    const asked = await runCommand(['keys', 'rotate', '--compromised'], { SIGNING_KEYS_FILE: path });
    expect([asked.code, asked.stderr]).toEqual([2, expect.stringContaining('--yes')]);
    expect(await readFile(path, 'utf8')).toBe(text);
  });

  it('tells in one line what is not there, and refuses a wrong usage', async () => {
    const [none, wrong] = await Promise.all([
      runCommand(['keys', 'list'], { DATA_DIR: join(directory, 'nowhere') }),
      runCommand(['keys', 'rotate', '--after', '0'], {}),
    ]);
    expect([none.code, none.stderr]).toEqual([
      1,
      expect.stringMatching(/^customer-gateway: There are no keys yet.*\n$/),
    ]);
    expect([wrong.code, wrong.stdout]).toEqual([2, '']);
  });
});

let files = 0;

/** A file of one's own with one key. */
async function keyFile() {
  files += 1;
  const path = join(directory, `mounted-${files}`, 'keys.json');
  await mkdir(join(path, '..'));
  const before = await newKey(null);
  await writeFile(path, keySetText([before]));
  return { path, before, config: readConfig({ SIGNING_KEYS_FILE: path }) };
}

async function keysIn(path: string) {
  return JSON.parse(await readFile(path, 'utf8')).keys;
}
