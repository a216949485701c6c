// Builds dist/: the compiled gateway and the playground. With --if-stale only what is older than its sources.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const ifStale = process.argv.includes('--if-stale');

const parts = [
  {
    name: 'gateway',
    sources: ['src', 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json'],
    except: join('src', 'playground'),
    stamp: 'dist/.gateway-built',
    clean: ['dist/.tsbuildinfo'],
    command: ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'],
  },
  {
    name: 'playground',
    sources: ['src/playground', 'vite.playground.config.ts', 'package-lock.json'],
    stamp: 'dist/.playground-built',
    clean: [],
    command: [
      'node_modules/vite/bin/vite.js',
      'build',
      '--config',
      'vite.playground.config.ts',
      '--logLevel',
      'warn',
    ],
  },
];

for (const part of parts) {
  const stamp = join(root, part.stamp);
  const builtAt = existsSync(stamp) ? statSync(stamp).mtimeMs : 0;
  if (ifStale && newest(part) < builtAt) continue;
  console.error(`Building the ${part.name} …`);
  for (const path of part.clean) rmSync(join(root, path), { force: true });
  const { status } = spawnSync(process.execPath, part.command, { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
  writeFileSync(stamp, '');
}

function newest({ sources, except }) {
  let time = 0;
  const visit = (path) => {
    if (path === except) return;
    const status = statSync(join(root, path));
    if (status.isDirectory()) for (const entry of readdirSync(join(root, path))) visit(join(path, entry));
    time = Math.max(time, status.mtimeMs);
  };
  for (const source of sources) visit(source);
  return time;
}
