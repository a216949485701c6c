import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** The stories told in a real browser: `npm run test:browser`. They need Chromium (`apt-get install chromium`). */
export default defineConfig({
  // As Node itself resolves it: by `module`, graphql would be loaded twice, once as ESM and once as CommonJS.
  resolve: { alias: [{ find: /^graphql$/, replacement: fileURLToPath(import.meta.resolve('graphql')) }] },
  test: {
    include: ['test/browser/**/*.test.ts'],
    setupFiles: ['reflect-metadata'],
    globalSetup: ['test/support/global-setup.ts', 'test/browser/support/build-playground.ts'],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
