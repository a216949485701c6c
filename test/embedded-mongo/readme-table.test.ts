import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandNames } from '../../scripts/embedded-table/mongodb-names.ts';
import { servedTable, tableBegin, tableEnd } from '../../scripts/embedded-table/served-table.ts';
import { commands } from '../../src/embedded-mongo/commands/registry.ts';
import { startTestServer, type TestServer } from './server/start-test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

describe("the README's table of what is served", () => {
  it('is what the server does (if not: node --import tsx scripts/emit-embedded-table.ts)', async () => {
    const readme = await readFile(new URL('../../src/embedded-mongo/README.md', import.meta.url), 'utf8');
    expect(readme).toContain(`${tableBegin}\n${await servedTable(server.db)}\n${tableEnd}`);
  });

  it('has every command of the server, and so no command that MongoDB has not', () => {
    expect([...commands.keys()].filter((name) => !commandNames.includes(name))).toEqual([]);
  });
});
