import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/**
 * Builds the playground to `dist/playground`, with everything that it needs: editor, workers, fonts, styles.
 * The page asks no other origin for anything. `npx vite --config vite.playground.config.ts` serves the sources
 * at http://localhost:5173/playground/ for work on the page itself, with a gateway on port 4000 behind it.
 */
export default defineConfig({
  root: 'src/playground',
  base: '/playground/',
  plugins: [react()],
  worker: { format: 'es' },
  // CommonJS below the GraphQL worker, which the development server would hand out as it is.
  optimizeDeps: { include: ['graphql-language-service', 'picomatch-browser'] },
  server: { proxy: { '/graphql': 'http://localhost:4000' } },
  build: {
    outDir: '../../dist/playground',
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    license: { fileName: 'licenses.md' },
    rolldownOptions: { checks: { moduleLevelDirective: false } },
    // Monaco is one library of this size; it is loaded once and cached for ever.
    chunkSizeWarningLimit: 4096,
  },
});
