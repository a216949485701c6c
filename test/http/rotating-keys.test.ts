import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newKey } from '../../src/accounts/key-rotation.ts';
import { keySetText } from '../../src/accounts/key-set.ts';
import { rotateStoredKeys } from '../../src/cli/keys/rotate-stored-keys.ts';
import { readConfig } from '../../src/config.ts';
import { graphqlClient } from '../support/graphql-client.ts';
import { startGateway, type TestGateway } from '../support/start-gateway.ts';

let directory: string;
let path: string;
let one: TestGateway;
let other: TestGateway;
let aheadMs = 0;
const now = () => new Date(Date.now() + aheadMs);
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rotating-keys-'));
  path = join(directory, 'keys.json');
  await writeFile(path, keySetText([await newKey(null)]));
  one = await startGateway({ now, environment: { SIGNING_KEYS_FILE: path } });
  const MONGODB_DB = one.database.db.databaseName;
  other = await startGateway({
    now,
    environment: { SIGNING_KEYS_FILE: path, MONGODB_DB },
    fill: async () => {},
  });
});
afterAll(async () => {
  await other?.close();
  await one?.close();
  await rm(directory, { recursive: true, force: true });
});

it('two gateways over one file accept each other’s tokens while the keys rotate, and nobody is logged out', async () => {
  const before = await logIn(one);
  await rotateStoredKeys(readConfig({ SIGNING_KEYS_FILE: path }), {}, now());
  aheadMs += 10 * 60_000 + 1_000;
  // Whoever sends a name that nobody knows makes this one look at the file; the other has not looked.
  expect(await who(one, unknownKeyToken)).toBe('UNAUTHENTICATED');
  const after = await logIn(one);
  const late = await logIn(other);
  expect(kidOf(after)).not.toBe(kidOf(before));
  expect(kidOf(late)).toBe(kidOf(before));
  for (const gateway of [one, other]) {
    for (const token of [before, after, late]) expect(await who(gateway, token)).toBe(one.admin.email);
  }
  // By now both know both.
  for (const gateway of [one, other]) {
    const response = await fetch(`${gateway.url}/.well-known/jwks.json`);
    const { keys } = (await response.json()) as { keys: Record<string, string>[] };
    expect(keys.map(({ kid }) => kid)).toEqual([kidOf(after), kidOf(before)]);
    expect(keys.flatMap((key) => Object.keys(key))).not.toContain('d');
  }
});

const unknownKeyToken = [{ alg: 'EdDSA', typ: 'at+jwt', kid: 'nobody knows' }, { sub: 'x' }]
  .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
  .concat('c2lnbmF0dXJl')
  .join('.');

async function logIn({ anonymous, admin }: TestGateway): Promise<string> {
  const { data } = await anonymous(
    'mutation ($i: String!, $p: String!) { login(identifier: $i, password: $p) { accessToken } }',
    { i: admin.email, p: admin.password },
  );
  return data.login.accessToken;
}

/** Who is logged in with a token, or the code of the refusal. */
async function who({ url }: TestGateway, token: string): Promise<string> {
  const { data, code } = await graphqlClient(url, token)('{ me { email } }');
  return code ?? data.me.email;
}

function kidOf(token: string): string | undefined {
  return decodeProtectedHeader(token).kid;
}
