// Everything that has to hold before a change lands, in the order of speed. Says at the end what failed.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const steps = [
  ['types', 'tsc --noEmit -p tsconfig.json'],
  ['types of the playground', 'tsc --noEmit -p src/playground/tsconfig.json'],
  ['lint and format', 'biome check --error-on-warnings .'],
  ['import directions', 'depcruise src --config .dependency-cruiser.cjs --output-type err'],
  ['schema drift', 'node --import tsx scripts/emit-schema.ts --check'],
  ["the embedded server's table", 'node --import tsx scripts/emit-embedded-table.ts --check'],
  ['codegen drift', 'graphql-codegen --config codegen.yml --check'],
  ['tests', 'vitest run'],
];

const root = fileURLToPath(new URL('..', import.meta.url));
const path = `${root}node_modules/.bin:${process.env.PATH}`;
const failed = [];
for (const [name, command] of steps) {
  console.log(`\n── ${name}: ${command}`);
  const { status } = spawnSync(command, {
    cwd: root,
    shell: true,
    stdio: 'inherit',
    env: { ...process.env, PATH: path },
  });
  if (status !== 0) failed.push(name);
}
console.log(failed.length === 0 ? '\nAll checks hold.' : `\nFailed: ${failed.join(', ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;
