import { build } from 'vite';

/** Builds `dist/playground` from the sources as they are now, once for the whole run. */
export async function setup(): Promise<void> {
  await build({ configFile: 'vite.playground.config.ts', mode: 'production', logLevel: 'warn' });
}
