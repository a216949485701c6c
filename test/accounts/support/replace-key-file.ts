import { readFile } from 'node:fs/promises';
import { replaceKeyFile } from '../../../src/accounts/key-file.ts';
import { replaceKeys } from '../../../src/accounts/key-rotation.ts';
import { keySetText, parseKeySet } from '../../../src/accounts/key-set.ts';

/** Replaces a file of keys again and again until the process is killed. */
const path = process.argv[2] ?? '';
process.send?.('begun');
for (;;) {
  const before = await readFile(path, 'utf8');
  const { keys } = await replaceKeys(await parseKeySet(before, path));
  await replaceKeyFile(path, before, keySetText(keys));
}
