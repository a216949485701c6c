import { defineConfig } from 'vitest/config';

/** The stories told in a real browser: `npm run test:browser`. They need Chromium (`apt-get install chromium`). */
export default defineConfig({
  test: {
    include: ['test/browser/**/*.test.ts'],
    globalSetup: ['test/browser/support/build-playground.ts'],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
