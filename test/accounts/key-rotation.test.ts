import { fork } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAccessTokens } from '../../src/accounts/access-tokens.ts';
import { createCodeDigests } from '../../src/accounts/code-digests.ts';
import { replaceKeyFile } from '../../src/accounts/key-file.ts';
import { keptAfterMs, keyState, replaceKeys, rotateKeys } from '../../src/accounts/key-rotation.ts';
import { keySetText, parseKeySet } from '../../src/accounts/key-set.ts';
import { loadSigningKeys, type SigningKeys } from '../../src/accounts/signing-keys.ts';
import { watchSigningKeys } from '../../src/accounts/watch-signing-keys.ts';
import { createCursorCodec } from '../../src/graphql/cursor.ts';
import { createSecretBox } from '../../src/notifications/secret-box.ts';

let dataDirectory: string;
let path: string;
let clockMs: number;
beforeEach(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), 'key-rotation-'));
  path = join(dataDirectory, 'signing-keys.json');
  clockMs = Date.parse('2026-03-01T10:00:00Z');
});
afterEach(() => rm(dataDirectory, { recursive: true, force: true }));

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const delayMs = 10 * minuteMs;
const keepMs = keptAfterMs(7 * dayMs);
const now = () => new Date(clockMs);

describe('a rotation', () => {
  it('makes a key that everybody knows before it signs', async () => {
    const [one, other] = [await open(), await open()];
    const before = one.keys.current.kid;
    const added = await rotate();
    await one.keys.reload();
    expect(one.keys.current.kid).toBe(before);
    expect(one.keys.verificationKey(added)).toBeDefined();
    clockMs += delayMs - 1;
    expect(one.keys.current.kid).toBe(before);
    clockMs += 1;
    expect(one.keys.current.kid).toBe(added);
    // The other has not read the file again, and does so for a name that it does not know.
    expect(other.keys.current.kid).toBe(before);
    await expect(other.tokens.verify(await one.issue())).resolves.toMatchObject({ loginKey: 'login' });
    await expect(one.tokens.verify(await other.issue())).resolves.toMatchObject({ loginKey: 'login' });
    expect(other.keys.current.kid).toBe(added);
  });

  it('logs nobody out: a token of before holds until it expires', async () => {
    const gateway = await open();
    const token = await gateway.issue();
    await rotate();
    clockMs += delayMs;
    const restarted = await open();
    await gateway.keys.reload();
    for (const { tokens } of [gateway, restarted]) expect((await tokens.verify(token)).sessionId).toBe('s');
    clockMs += 5 * minuteMs;
    await expect(restarted.tokens.verify(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('loses nothing that is derived from a key: sealed passwords, codes, cursors, as long as they can be in use', async () => {
    const gateway = await open();
    const made = await derivedBy(gateway.keys);
    const added = await rotate();
    for (const waitMs of [0, delayMs, keepMs - 1 - delayMs]) {
      clockMs += waitMs;
      for (const keys of [gateway.keys, (await open()).keys]) {
        await keys.reload();
        expect(await isRead(keys, made)).toEqual([true, true, true]);
      }
    }
    const [sealed, digest] = await derivedBy(gateway.keys);
    expect(JSON.parse(Buffer.from(sealed.split('.')[0] ?? '', 'base64url').toString()).kid).toBe(added);
    expect(digest).toContain(added);
    clockMs += delayMs + 1;
    expect(await isRead(gateway.keys, made)).toEqual([false, false, false]);
    expect(await isRead((await open()).keys, made)).toEqual([false, false, false]);
  });

  it('drops a key once nothing made with it can be in use, and serves it no more', async () => {
    const { keys } = await open();
    const first = keys.current.kid;
    const second = await rotate();
    clockMs += delayMs + keepMs;
    await keys.reload();
    expect(kidsOf(keys)).toEqual([second]);
    expect(keys.verificationKey(first)).toBeUndefined();
    const third = await rotate();
    expect((await stored()).map(({ kid }) => kid)).toEqual([third, second]);
  });

  it('keeps a key longer than any temporary password and any code holds', () => {
    expect(keptAfterMs(dayMs)).toBe(8 * dayMs);
    expect(keptAfterMs(90 * dayMs)).toBe(91 * dayMs);
  });

  it('is refused while a new key waits for its time', async () => {
    await open();
    const added = await rotate();
    await expect(rotate()).rejects.toThrow(added);
    clockMs += delayMs;
    await rotate();
    expect(await stored()).toHaveLength(3);
  });

  it('of a leaked key refuses everything made with it at once', async () => {
    const gateway = await open();
    const token = await gateway.issue();
    await gateway.tokens.verify(token);
    const made = await derivedBy(gateway.keys);
    await replaceFile((keys) => replaceKeys(keys));
    await gateway.keys.reload();
    await expect(gateway.tokens.verify(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(await isRead(gateway.keys, made)).toEqual([false, false, false]);
    await expect(gateway.tokens.verify(await gateway.issue())).resolves.toMatchObject({ loginKey: 'login' });
  });

  it('says what each key does', async () => {
    await open();
    const states = async () => {
      const keys = await stored();
      return keys.map((key) => keyState(key, keys, now()));
    };
    expect(await states()).toEqual(['signs']);
    await rotate();
    const until = new Date(clockMs + delayMs + keepMs).toISOString();
    expect(await states()).toEqual([
      `signs from ${new Date(clockMs + delayMs).toISOString()}`,
      `signs until ${until}`,
    ]);
    clockMs += delayMs;
    expect(await states()).toEqual(['signs', `kept until ${until}`]);
    clockMs += keepMs;
    expect(await states()).toEqual(['signs', `expired ${until}`]);
  });
});

describe('the file of the keys', () => {
  it('is replaced at once, and read by its owner alone', async () => {
    await open();
    await chmod(path, 0o644);
    await rotate();
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(dataDirectory)).toEqual(['signing-keys.json']);
  });

  it('is replaced where a link leads', async () => {
    await open();
    const linked = join(dataDirectory, 'linked.json');
    await symlink(path, linked);
    const before = await readFile(linked, 'utf8');
    await replaceKeyFile(linked, before, '{}');
    expect(await readFile(path, 'utf8')).toBe('{}');
    expect((await readdir(dataDirectory)).sort()).toEqual(['linked.json', 'signing-keys.json']);
  });

  it('is not replaced when somebody else has replaced it meanwhile', async () => {
    await open();
    const before = await readFile(path, 'utf8');
    await writeFile(path, `${before}\n`);
    await expect(replaceKeyFile(path, before, '{}')).rejects.toThrow('by somebody else');
    expect(await readFile(path, 'utf8')).toBe(`${before}\n`);
    expect(await readdir(dataDirectory)).toEqual(['signing-keys.json']);
  });

  it('is the old one or the new one whenever a process is killed that replaces it', async () => {
    await open();
    for (let kill = 0; kill < 5; kill += 1) {
      const child = fork(new URL('./support/replace-key-file.ts', import.meta.url), [path], {
        execArgv: ['--import', 'tsx'],
      });
      await new Promise((resolve) => child.once('message', resolve));
      const exited = new Promise((resolve) => child.once('exit', resolve));
      setTimeout(() => child.kill('SIGKILL'), kill * 3);
      await exited;
      expect(await stored()).not.toEqual([]);
      expect((await stat(path)).mode & 0o777).toBe(0o600);
    }
  }, 30_000);

  it('that cannot be read any more changes nothing, and is told once', async () => {
    const { keys } = await open();
    const { kid } = keys.current;
    const told: unknown[] = [];
    const stop = watchSigningKeys(keys, { intervalMs: 2, onError: (error) => told.push(error) });
    try {
      await writeFile(path, '{"keys": [');
      await until(() => told.length > 0);
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(told).toHaveLength(1);
      expect(keys.current.kid).toBe(kid);
      await rm(path);
      await keys.reload().catch(() => {});
      expect(keys.current.kid).toBe(kid);
    } finally {
      stop();
    }
  });

  it('is looked at again without anybody asking', async () => {
    const { keys } = await open();
    const stop = watchSigningKeys(keys, { intervalMs: 2, onError: () => {} });
    try {
      const added = await rotate();
      await until(() => keys.has(added));
      expect(kidsOf(keys)[0]).toBe(added);
    } finally {
      stop();
    }
  });

  it('is read at most once a second for names that nobody knows, whoever sends how many', async () => {
    const { keys } = await open();
    let reads = 0;
    const { reload } = keys;
    keys.reload = () => {
      reads += 1;
      return reload();
    };
    for (let at = 0; at < 100; at += 1) await keys.findVerificationKey(`unknown ${at}`);
    expect(reads).toBe(1);
  });

  it('may be one of your own, which is never made: SIGNING_KEYS_FILE', async () => {
    const own = join(dataDirectory, 'own.json');
    const load = () =>
      loadSigningKeys({ signingKeys: null, signingKeysFile: own, dataDirectory, production: true, now });
    await expect(load()).rejects.toThrow('there is no file');
    await open();
    await writeFile(own, await readFile(path));
    expect((await load()).current.kid).toBe((await stored())[0]?.kid);
  });
});

it('times that are none are refused, without the key in the message', async () => {
  const { kid, x, d } = (await rotateKeys([], { now: now(), delayMs, keepMs })).added;
  for (const times of [{ nbf: 'now' }, { exp: Number.NaN }, { exp: 1e300 }]) {
    const text = JSON.stringify({ keys: [{ kty: 'OKP', crv: 'Ed25519', kid, x, d, ...times }] });
    const refusal = await parseKeySet(text, 'SIGNING_KEYS').then(String, String);
    if ('exp' in times && Number.isNaN(times.exp)) expect(refusal).toContain('no time in seconds');
    expect(refusal).toContain('nbf or exp is no time in seconds');
    expect(refusal).not.toContain(d);
  }
});

/** A gateway over the file, as far as it has to do with keys. */
async function open() {
  const keys = await loadSigningKeys({ signingKeys: null, dataDirectory, production: false, now });
  const tokens = createAccessTokens({ keys, issuer: 'https://gateway.example', now });
  const issue = async () => (await tokens.issue({ loginKey: 'login', sessionId: 's' })).accessToken;
  return { keys, tokens, issue };
}

/** Rotates the keys of the file; answers the name of the new one. */
async function rotate(): Promise<string> {
  return replaceFile((keys) => rotateKeys(keys, { now: now(), delayMs, keepMs }));
}

async function replaceFile(
  change: (keys: Awaited<ReturnType<typeof stored>>) => ReturnType<typeof replaceKeys>,
) {
  const before = await readFile(path, 'utf8');
  const { keys, added } = await change(await stored());
  await replaceKeyFile(path, before, keySetText(keys));
  return added.kid;
}

async function stored() {
  return parseKeySet(await readFile(path, 'utf8'), path);
}

function kidsOf(keys: SigningKeys): unknown[] {
  return keys.publicKeySet().keys.map(({ kid }) => kid);
}

function toolsOf(keys: SigningKeys) {
  return {
    box: createSecretBox(
      () => keys.current.kid,
      (kid) => keys.deriveSecret('notifications', kid),
    ),
    digests: createCodeDigests(
      () => keys.current.kid,
      (kid) => keys.deriveSecret('codes', kid),
    ),
    cursors: createCursorCodec(() => keys.cursorSecrets()),
  };
}

/** What is derived from the key that signs now. */
async function derivedBy(keys: SigningKeys): Promise<readonly [string, string, string]> {
  const { box, digests, cursors } = toolsOf(keys);
  return [
    await box.seal({ password: 'x' }),
    await digests.digest('for', 'ABCD2345'),
    cursors.encode({ list: 'l', key: 'k', row: 'r' }),
  ];
}

async function isRead(keys: SigningKeys, [sealed, digest, cursor]: readonly [string, string, string]) {
  const { box, digests, cursors } = toolsOf(keys);
  let place: unknown = null;
  try {
    place = cursors.decode(cursor, 'l');
  } catch {}
  return [
    (await box.open(sealed)) !== null,
    await digests.matches('for', 'ABCD2345', digest),
    place !== null,
  ];
}

async function until(holds: () => boolean): Promise<void> {
  for (let waited = 0; waited < 5_000 && !holds(); waited += 2)
    await new Promise((done) => setTimeout(done, 2));
  expect(holds()).toBe(true);
}
