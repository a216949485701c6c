import { describe, expect, it } from 'vitest';
import { runCommand } from './support/command.ts';

const nowhere = { DATA_DIR: '/nonexistent/never-opened' };

describe('the command', () => {
  it.concurrent('lists its subcommands on stdout and exits 0 when it is asked for help', async () => {
    const { code, stdout, stderr } = await runCommand(['--help'], nowhere);
    expect([code, stderr]).toEqual([0, '']);
    const listed = [...stdout.matchAll(/^ {2}([a-z-]+) /gm)].map(([, name]) => name);
    expect(listed).toEqual(
      expect.arrayContaining([
        'serve',
        'status',
        'create-admin',
        'import',
        'import-customers',
        'demo',
        'migrate',
        'reindex',
        'mongo',
      ]),
    );
  });

  it.concurrent.each([
    ['an unknown subcommand', ['serv'], /unknown command 'serv'/],
    [
      'a required option left out',
      ['create-admin', '--email', 'a@example.com'],
      /--name <name>' not specified/,
    ],
    ['a port that is none', ['mongo', '--data', '/nonexistent', '--port', '70000'], /It is no port/],
  ])('exits 2 with the reason on stderr, and nothing on stdout, given %s', async (_, args, reason) => {
    const { code, stdout, stderr } = await runCommand(args, nowhere);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(reason);
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});
