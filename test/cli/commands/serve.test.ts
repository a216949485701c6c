import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { graphqlClient } from '../../support/graphql-client.ts';
import { type CommandOutcome, type RunningCommand, runCommand, startCommand } from './support/command.ts';

const password = 'saffron-kettle-harbour-27';
const logIn = `mutation ($identifier: String!, $password: String!) {
  login(identifier: $identifier, password: $password) { accessToken }
}`;

describe('serve', () => {
  let dataDir: string;
  const running: RunningCommand[] = [];

  /** Started first of all, since it waits; and when it ended, in milliseconds after that. */
  let unreachable: Promise<CommandOutcome & { afterMs: number }>;

  beforeAll(async () => {
    const startedAt = performance.now();
    const MONGODB_URI = 'mongodb://gateway:correct-horse@127.0.0.1:9/?directConnection=true';
    unreachable = runCommand(['serve'], { MONGODB_URI }).then((outcome) => ({
      ...outcome,
      afterMs: performance.now() - startedAt,
    }));
    dataDir = await mkdtemp(join(tmpdir(), 'gateway-serve-'));
  });
  afterEach(async () => {
    for (const command of running.splice(0)) {
      command.process.kill('SIGKILL');
      await command.ended;
    }
  });
  afterAll(() => rm(dataDir, { recursive: true, force: true }));

  async function serve(environment: Record<string, string>): Promise<RunningCommand> {
    const command = await startCommand(['serve'], { DATA_DIR: dataDir, PORT: '0', ...environment });
    running.push(command);
    return command;
  }

  /** The address it prints, without the path of the playground. */
  async function addressOf(command: RunningCommand): Promise<string> {
    const [, url = ''] = await command.printed(/Playground\s+(http:\/\/127\.0\.0\.1:\d+)\/graphql/);
    return url;
  }

  it('loads demo data at its first start, prints address and log-ins, and has everything after it was killed', async () => {
    const first = await serve({});
    const url = await addressOf(first);
    await first.printed(/admin\s+admin@example\.com[\s\S]*with the password saffron-kettle-harbour-27/);
    await first.printed(new RegExp(dataDir));
    const client = await loggedIn(url);
    const { data: before } = await client('{ customers { count { value } } me { id } }');
    expect(before.customers.count.value).toBeGreaterThan(300);
    const changed = await client(
      'mutation ($old: String!, $new: String!) { changePassword(currentPassword: $old, newPassword: $new) { accessToken } }',
      { old: password, new: 'marble-lantern-orchard-88' },
    );
    expect(changed.errors).toEqual([]);
    first.process.kill('SIGKILL');
    expect((await first.ended).code).toBeNull();

    const second = await serve({});
    const again = await addressOf(second);
    const token = graphqlClient(again, changed.data.changePassword.accessToken);
    expect((await token('{ customers { count { value } } me { id } }')).data).toEqual(before);
    expect((await graphqlClient(again)(logIn, { identifier: 'admin@example.com', password })).code).toBe(
      'INVALID_CREDENTIALS',
    );

    // What is under way when it is told to stop is answered.
    const underWay = graphqlClient(again)(logIn, { identifier: 'analyst@example.com', password });
    await new Promise((resolve) => setTimeout(resolve, 30));
    const stoppedAt = performance.now();
    second.process.kill('SIGTERM');
    expect((await underWay).errors).toEqual([]);
    expect((await second.ended).code).toBe(0);
    expect(performance.now() - stoppedAt).toBeLessThan(8_000);
  }, 60_000);

  async function loggedIn(url: string) {
    const { data } = await graphqlClient(url)(logIn, { identifier: 'admin@example.com', password });
    return graphqlClient(url, data.login.accessToken);
  }

  it('says in one line that its port is taken, or that it may not listen there, and exits 1', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port } = taken.address() as { port: number };
    const other = await mkdtemp(join(tmpdir(), 'gateway-serve-'));
    try {
      const [onPort, onHost] = await Promise.all([
        runCommand(['serve'], { DATA_DIR: join(other, 'a'), PORT: String(port) }),
        runCommand(['serve'], { DATA_DIR: join(other, 'b'), PORT: '0', HOST: '192.0.2.1' }),
      ]);
      for (const { code, stdout, stderr } of [onPort, onHost]) {
        expect([code, stdout]).toEqual([1, '']);
        expect(ownLines(stderr)).toHaveLength(1);
      }
      expect(onPort.stderr).toContain(`Port ${port} of 127.0.0.1 is taken`);
      expect(onHost.stderr).toContain('192.0.2.1');
    } finally {
      taken.close();
      await rm(other, { recursive: true, force: true });
    }
  }, 60_000);

  it('says in one line without secrets that its database cannot be reached, and exits 1 within 15 seconds', async () => {
    const unreadable = await runCommand(['serve'], {
      MONGODB_URI: 'mongodb://gateway:correct/horse@127.0.0.1:9/',
    });
    const { afterMs, ...waited } = await unreachable;
    expect(afterMs).toBeLessThan(17_000);
    for (const { code, stdout, stderr } of [waited, unreadable]) {
      expect([code, stdout]).toEqual([1, '']);
      expect(ownLines(stderr)).toEqual([
        expect.stringMatching(/^customer-gateway: The database at .+ cannot be reached: .+/),
      ]);
      expect(stderr).not.toMatch(/correct|horse/);
    }
    expect(waited.stderr).toContain('127.0.0.1:9');
  }, 40_000);

  it('tells every problem of its configuration at once, without a stack, and exits 1', async () => {
    const { code, stdout, stderr } = await runCommand(['serve'], {
      NODE_ENV: 'production',
      PORT: 'x',
      MIGRATE: 'yes',
    });
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^customer-gateway: The configuration has 4 problems:\n/);
    for (const name of ['PORT', 'MIGRATE', 'MONGODB_URI', 'SIGNING_KEYS'])
      expect(stderr).toContain(`  ${name}: `);
    expect(stderr.trimEnd().split('\n')).toHaveLength(5);
  });
});

/** Lines of stderr that are no log entries. */
function ownLines(stderr: string): string[] {
  return stderr
    .trimEnd()
    .split('\n')
    .filter((line) => !line.startsWith('{'));
}
