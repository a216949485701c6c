import { access, mkdir, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';

/**
 * Bundles the command line into few files, beside what it reads at run time, so that a process of it starts in a fourth of
 * the time that the sources take. Done once for all test files of a run, by the worker that asks first; others wait for it.
 *
 * @returns What `node` runs.
 */
export function bundleGateway(): Promise<string> {
  bundled ??= bundleOnce(join(inject('bundlesDirectory'), 'gateway'));
  return bundled;
}

let bundled: Promise<string> | undefined;

async function bundleOnce(directory: string): Promise<string> {
  const outcome = join(directory, 'outcome');
  if (await isFirst(directory)) {
    const failure = await bundle(directory).then(
      () => '',
      (error: unknown) => String(error),
    );
    // Under its name only once it is whole, since others look for it.
    await writeFile(`${outcome}.partial`, failure);
    await rename(`${outcome}.partial`, outcome);
  }
  while (!(await exists(outcome))) await sleep(25);
  const failure = await readFile(outcome, 'utf8');
  if (failure !== '') throw new Error(`The gateway cannot be bundled: ${failure}`);
  return join(directory, 'dist', 'main.js');
}

async function isFirst(directory: string): Promise<boolean> {
  try {
    await mkdir(directory);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function bundle(directory: string): Promise<void> {
  // Loaded here, since whoever finds the bundle needs no bundler.
  const { build } = await import('vite');
  const outDir = join(directory, 'dist');
  await mkdir(outDir);
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
}

const root = fileURLToPath(new URL('../..', import.meta.url));
