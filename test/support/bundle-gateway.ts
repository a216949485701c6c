import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { inject } from 'vitest';

/**
 * Bundles the command line into few files, beside what it reads at run time, so that a process of it starts in a fourth of
 * the time that the sources take. Done once for the test files of one worker.
 *
 * @returns What `node` runs.
 */
export function bundleGateway(): Promise<string> {
  bundled ??= bundle(join(inject('bundlesDirectory'), String(process.pid)));
  return bundled;
}

let bundled: Promise<string> | undefined;

async function bundle(directory: string): Promise<string> {
  const outDir = join(directory, 'dist');
  await mkdir(outDir, { recursive: true });
  await writeFile(join(directory, 'package.json'), '{"type": "module"}');
  await symlink(join(root, 'node_modules'), join(directory, 'node_modules'));
  await symlink(join(root, 'templates'), join(directory, 'templates'));
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    ssr: { noExternal: true },
    build: {
      ssr: true,
      outDir,
      target: 'node20',
      minify: false,
      rollupOptions: {
        // The embedded server looks for its worker beside itself.
        input: { main: 'src/cli/main.ts', worker: 'src/embedded-mongo/worker.ts' },
        // Native ones cannot be bundled, and of graphql there may be only one.
        external: ['bcrypt', 'lmdb', /^graphql/],
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
      },
    },
  });
  // The playground is served from where the build puts it, when it has.
  await symlink(join(root, 'dist', 'playground'), join(outDir, 'playground'));
  return join(outDir, 'main.js');
}

const root = fileURLToPath(new URL('../..', import.meta.url));
