import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Vite would load graphql's ES build for our files, and node its CommonJS build for the libraries: two that do not fit.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/browser/**'],
    setupFiles: ['reflect-metadata'],
    globalSetup: ['test/support/global-setup.ts'],
    maxWorkers: 2,
    // Files of one worker share their modules: loading the gateway for each took a third of the time.
    isolate: false,
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
});
