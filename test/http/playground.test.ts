import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createPlaygroundHandler, type PlaygroundOptions } from '../../src/http/playground.ts';

const BROWSER_ACCEPT = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8';
const PAGE = '<!doctype html><title>page</title><!-- gateway-schema --><p>body</p>';
const SCRIPT = `console.log(${'"a"+'.repeat(200)}"");`;
const PASSED_ON = 418;

let parent: string;
let directory: string;
let server: Server | undefined;
let port: number;

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'playground-'));
  directory = join(parent, 'dist');
  await mkdir(join(directory, 'assets'), { recursive: true });
  await writeFile(join(parent, 'secret.txt'), 'secret');
  await writeFile(join(directory, 'index.html'), PAGE);
  await writeFile(join(directory, 'favicon.svg'), '<svg/>');
  await writeFile(join(directory, 'assets', 'index-AbC_12-x.js'), SCRIPT);
  await writeFile(join(directory, 'assets', 'font-12345678.woff2'), 'w');
  await start({ directory });
});

afterEach(async () => {
  await stop();
  await rm(parent, { recursive: true, force: true });
});

describe('the page', () => {
  test('is what a browser gets at /graphql, revalidated each time', async () => {
    const answer = await get('/graphql', { accept: BROWSER_ACCEPT });
    expect(answer.status).toBe(200);
    expect(answer.text).toBe(PAGE);
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(answer.headers['cache-control']).toBe('no-cache');
    expect(answer.headers.vary).toBe('accept, accept-encoding');
    const etag = String(answer.headers.etag);
    const again = await get('/graphql', { accept: BROWSER_ACCEPT, 'if-none-match': etag });
    expect(again).toMatchObject({ status: 304, text: '' });
  });

  test.each([
    ['a POST', '/graphql', { accept: BROWSER_ACCEPT }, 'POST'],
    ['an operation in the address', '/graphql?query=%7Bme%7Bid%7D%7D', { accept: BROWSER_ACCEPT }, 'GET'],
    ['a trusted document in the address', '/graphql?documentId=sha256:1', { accept: BROWSER_ACCEPT }, 'GET'],
    ['a command-line client', '/graphql', { accept: '*/*' }, 'GET'],
    ['no Accept header', '/graphql', {}, 'GET'],
    ['a client that prefers JSON', '/graphql', { accept: 'application/json, text/html;q=0.5' }, 'GET'],
    ['a client that refuses HTML', '/graphql', { accept: 'text/html;q=0' }, 'GET'],
    ['another path', '/graphqlx', { accept: BROWSER_ACCEPT }, 'GET'],
    ['a path that only begins alike', '/playgrounds/a.js', { accept: BROWSER_ACCEPT }, 'GET'],
  ])('is not for %s: the request is passed on', async (_case, path, headers, method) => {
    expect((await get(path, headers, method)).status).toBe(PASSED_ON);
  });

  test('allows no foreign origin, no inline script and no frame around it', async () => {
    const { headers } = await get('/graphql', { accept: BROWSER_ACCEPT });
    expect(headers['content-security-policy']).toBe(
      "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self' 'unsafe-inline'; " +
        "font-src 'self' data:; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; " +
        "base-uri 'none'; form-action 'none'",
    );
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['referrer-policy']).toBe('no-referrer');
  });

  test('carries the schema it was given, and no description in it can close the element', async () => {
    await start({ directory, introspection: { description: '</script><script>alert(1)</script> $& $1' } });
    const { text } = await get('/graphql', { accept: BROWSER_ACCEPT });
    const json = /<script type="application\/json" id="gateway-schema">(.*?)<\/script>/.exec(text)?.[1] ?? '';
    expect(JSON.parse(json)).toEqual({ description: '</script><script>alert(1)</script> $& $1' });
    expect(text.match(/<script/g)).toHaveLength(1);
  });

  test('says how to build it when it was not built, and appears once it was', async () => {
    await rm(directory, { recursive: true });
    const missing = await get('/graphql', { accept: BROWSER_ACCEPT });
    expect(missing.status).toBe(503);
    expect(missing.text).toContain('npm run build');
    expect(missing.headers['cache-control']).toBe('no-store');
    expect((await get('/playground/favicon.svg')).status).toBe(404);
    await mkdir(directory);
    await writeFile(join(directory, 'index.html'), 'new');
    expect((await get('/graphql', { accept: BROWSER_ACCEPT })).text).toBe('new');
  });

  test('follows a new build without a restart', async () => {
    await get('/graphql', { accept: BROWSER_ACCEPT });
    await writeFile(join(directory, 'index.html'), 'rebuilt');
    await utimes(join(directory, 'index.html'), new Date(), new Date(Date.now() + 5000));
    await writeFile(join(directory, 'assets', 'late-12345678.js'), 'late');
    expect((await get('/graphql', { accept: BROWSER_ACCEPT })).text).toBe('rebuilt');
    expect((await get('/playground/assets/late-12345678.js')).text).toBe('late');
  });
});

describe('the files', () => {
  test('with a hash in their name are cached for ever, others are revalidated', async () => {
    const script = await get('/playground/assets/index-AbC_12-x.js?v=1');
    expect(script).toMatchObject({ status: 200, text: SCRIPT });
    expect(script.headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(script.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(script.headers['x-content-type-options']).toBe('nosniff');
    const icon = await get('/playground/favicon.svg');
    expect(icon.headers['content-type']).toBe('image/svg+xml; charset=utf-8');
    expect(icon.headers['cache-control']).toBe('no-cache');
    expect((await get('/playground/assets/font-12345678.woff2')).headers['content-type']).toBe('font/woff2');
  });

  test('are gzipped for those who accept it', async () => {
    const path = '/playground/assets/index-AbC_12-x.js';
    const small = await get(path, { 'accept-encoding': 'br, gzip' });
    expect(small.headers['content-encoding']).toBe('gzip');
    expect(small.headers.vary).toBe('accept-encoding');
    expect(Number(small.headers['content-length'])).toBe(small.body.length);
    expect(gunzipSync(small.body).toString()).toBe(SCRIPT);
    expect((await get(path, { 'accept-encoding': 'gzip;q=0' })).headers['content-encoding']).toBeUndefined();
  });

  test('answer HEAD like GET, without a body', async () => {
    const answer = await get('/playground/favicon.svg', {}, 'HEAD');
    expect(answer).toMatchObject({ status: 200, text: '' });
    expect(answer.headers['content-length']).toBe('6');
  });

  test('cannot be changed: other methods are refused', async () => {
    const answer = await get('/playground/favicon.svg', {}, 'DELETE');
    expect(answer.status).toBe(405);
    expect(answer.headers.allow).toBe('GET, HEAD');
  });

  test('lead back to the page from the folder', async () => {
    for (const path of ['/playground', '/playground/', '/playground/index.html']) {
      const answer = await get(path);
      expect(answer.status).toBe(302);
      expect(answer.headers.location).toBe('/graphql');
    }
  });

  test.each([
    '/playground/../secret.txt',
    '/playground/..%2fsecret.txt',
    '/playground/%2e%2e/secret.txt',
    '/playground/%2e%2e%2fsecret.txt',
    '/playground/..%5csecret.txt',
    '/playground/..\\secret.txt',
    '/playground/assets/../../secret.txt',
    '/playground//etc/passwd',
    '/playground/%2fetc%2fpasswd',
    '/playground/favicon.svg%00.html',
    '/playground/%zz',
    '/playground/assets',
    '/playground/assets/',
    '/playground/link.txt',
    '/playground/__proto__',
  ])('outside the folder cannot be reached by %s', async (path) => {
    await symlink(join(parent, 'secret.txt'), join(directory, 'link.txt'));
    const answer = await get(path);
    expect(answer.status).toBe(404);
    expect(answer.text).not.toContain('secret');
    expect(answer.headers['content-security-policy']).toContain("default-src 'none'");
  });
});

async function start(options: PlaygroundOptions): Promise<void> {
  await stop();
  const handle = createPlaygroundHandler(options);
  server = createServer((incoming, response) => {
    handle(incoming, response).then((handled) => {
      if (!handled) response.writeHead(PASSED_ON).end();
    });
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
}

async function stop(): Promise<void> {
  server?.closeAllConnections();
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
  server = undefined;
}

interface Answer {
  status: number | undefined;
  headers: IncomingHttpHeaders;
  body: Buffer;
  text: string;
}

/** Sends the path as it is: `fetch` would tidy up `..` before sending. */
function get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const body = Buffer.concat(chunks);
        resolve({
          status: response.statusCode,
          headers: response.headers,
          body,
          text: body.toString('utf8'),
        });
      });
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}
