import { readFile, writeFile } from 'node:fs/promises';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { resolvers } from '../src/app.ts';
import { buildSchema } from '../src/graphql/build-schema.ts';

/** Writes schema/schema.graphql from the code; with `--check` it only says whether the file is current. */
const path = new URL('../schema/schema.graphql', import.meta.url);
const unused = undefined as never;
const schema = await buildSchema(resolvers(unused, unused, unused));
const text = `# Emitted from the code by "npm run schema". Do not edit.\n\n${printSchema(lexicographicSortSchema(schema))}\n`;

if (process.argv.includes('--check')) {
  const current = await readFile(path, 'utf8').catch(() => '');
  if (current !== text) {
    console.error('schema/schema.graphql is not what the code says. Run "npm run schema".');
    process.exitCode = 1;
  }
} else {
  await writeFile(path, text);
}
