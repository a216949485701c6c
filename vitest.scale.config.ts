import { defineConfig } from 'vitest/config';

/** The rules of the migration for a million records: `npm run test:scale`; `SCALE` is another number of them. */
export default defineConfig({
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['test/**/*.scale.ts'],
    setupFiles: ['reflect-metadata'],
    globalSetup: ['test/support/global-setup.ts'],
    fileParallelism: false,
    execArgv: ['--max-old-space-size=16000'],
    testTimeout: 7_200_000,
    hookTimeout: 60_000,
  },
});
