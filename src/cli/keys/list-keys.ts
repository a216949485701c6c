import { keyState } from '../../accounts/key-rotation.ts';
import type { Config } from '../../config.ts';
import { readStoredKeys } from './stored-keys.ts';

/** Every key, its name and what it does, as lines or JSON; never a private half. */
export async function listKeys(
  config: Config,
  { json, now }: { readonly json: boolean; readonly now: Date },
): Promise<string> {
  const { keys, path } = await readStoredKeys(config);
  const listed = keys.map((key) => ({
    kid: key.kid,
    state: keyState(key, keys, now),
    private: key.d !== undefined,
    signsFrom: key.signsFrom?.toISOString() ?? null,
    removedAt: key.removedAt?.toISOString() ?? null,
  }));
  const origin = path ?? 'SIGNING_KEYS';
  if (json) return JSON.stringify({ origin, keys: listed }, null, 2);
  const width = Math.max(...listed.map(({ kid }) => kid.length));
  return [
    origin,
    ...listed.map(
      (key) => `  ${key.kid.padEnd(width)}  ${key.state}${key.private ? '' : ', public half only'}`,
    ),
  ].join('\n');
}
