// What a newcomer does: start, log in, list, kill, start again. Fails when any of it does, or takes too long.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const dataDirectory = mkdtempSync(join(tmpdir(), 'gateway-smoke-'));
const port = await freePort();
const url = `http://127.0.0.1:${port}`;

let gateway = start();
try {
  await answers();
  const greeting = await gateway.greeting;
  const email = /admin\s+(\S+@\S+)/.exec(greeting)?.[1];
  const password = /password (\S+)/.exec(greeting)?.[1];
  const before = await countCustomers(email, password);
  console.log(
    `First start: ${gateway.readyMs()} ms to the first answer, ${before} customers, ${gateway.residentMb()} MB resident.`,
  );

  gateway.process.kill('SIGKILL');
  await once(gateway.process, 'exit');
  gateway = start();
  await answers();
  const after = await countCustomers(email, password);
  console.log(`After SIGKILL: ${gateway.readyMs()} ms to the first answer, ${after} customers.`);
  if (before !== after || before === 0) throw new Error('The data is not what it was.');

  gateway.process.kill('SIGTERM');
  const [code] = await once(gateway.process, 'exit');
  if (code !== 0) throw new Error(`SIGTERM ended with ${code}.`);
} finally {
  gateway.process.kill('SIGKILL');
  rmSync(dataDirectory, { recursive: true, force: true });
}

function start() {
  const startedAt = Date.now();
  const child = spawn(process.execPath, ['bin/customer-gateway.js', 'serve'], {
    cwd: root,
    env: { ...process.env, DATA_DIR: dataDirectory, PORT: String(port), LOG_LEVEL: 'warn', NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  let readyAt = 0;
  const greeting = new Promise((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
      if (text.includes('with the password')) resolve(text);
    });
  });
  return {
    process: child,
    greeting,
    ready: () => (readyAt ||= Date.now()),
    readyMs: () => readyAt - startedAt,
    residentMb: () => {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
    },
  };
}

async function answers() {
  const deadline = Date.now() + 20_000;
  for (;;) {
    try {
      await ask('{ me { id } }');
      gateway.ready();
      return;
    } catch (error) {
      if (Date.now() > deadline || gateway.process.exitCode !== null) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function countCustomers(email, password) {
  const { login } = await ask(
    'mutation ($i: String!, $p: String!) { login(identifier: $i, password: $p) { accessToken } }',
    {
      i: email,
      p: password,
    },
  );
  const query =
    '{ customers(first: 200) { nodes { id name systems deliveryBoy { name } } count { value } } }';
  const { customers } = await ask(query, {}, login.accessToken);
  if (customers.nodes.length === 0) throw new Error('No customers are listed.');
  return customers.count.value;
}

async function ask(query, variables = {}, accessToken) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(accessToken && { authorization: `Bearer ${accessToken}` }),
    },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: free } = server.address();
  server.close();
  await once(server, 'close');
  return free;
}
