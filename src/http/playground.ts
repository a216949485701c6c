import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { prefersHtml } from './prefers-html.ts';
import { createStaticFiles, type StaticFile } from './static-files.ts';

export interface PlaygroundOptions {
  /** The folder that the playground's build wrote: `dist/playground`. */
  directory: string;
  /**
   * The `data` of an introspection query. When given, it is written into the page, for everyone who opens it;
   * leave it out where the schema is not public, and the page asks for it with the viewer's own rights.
   */
  introspection?: object;
}

/** Resolves to true when it answered, to false when the request is somebody else's. */
export type PlaygroundHandler = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;

/**
 * Serves the playground: its page at `GET /graphql` to whoever prefers HTML and sends no operation in the
 * address, and the files of its build at `GET /playground/*`. HEAD is answered like GET, without a body.
 */
export function createPlaygroundHandler(options: PlaygroundOptions): PlaygroundHandler {
  const files = createStaticFiles(options.directory);

  return async (request, response) => {
    const [pathname = '', search = ''] = (request.url ?? '').split('?', 2);
    const isPage = pathname === '/graphql';
    if (!isPage && pathname !== '/playground' && !pathname.startsWith('/playground/')) return false;
    const isRead = request.method === 'GET' || request.method === 'HEAD';

    if (isPage) {
      if (!isRead || holdsOperation(search) || !prefersHtml(request.headers.accept)) return false;
      const page = await files.find('index.html');
      if (page === undefined) sendText(request, response, 503, NOT_BUILT);
      else await sendPage(request, response, page, options.introspection);
    } else if (!isRead) {
      sendText(request, response, 405, 'Only GET and HEAD are answered here.\n', { allow: 'GET, HEAD' });
    } else {
      await sendAsset(request, response, files, pathname.slice('/playground/'.length));
    }
    return true;
  };
}

const NOT_BUILT =
  'The playground has not been built. Run `npm run build`, then reload this page.\nThe API itself is at this address and answers POST requests.\n';

/** Where `index.html` wants the embedded schema. */
const SCHEMA_MARK = '<!-- gateway-schema -->';

/**
 * No foreign origin and no inline script. Monaco writes style elements and carries its icon font as a data
 * URL; forms are sent by script, so nothing may be submitted natively.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self' data:",
  "img-src 'self' data:",
  "connect-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

const SECURITY_HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** GET carries an operation as text, by hash, or by id: that is for the API, whatever is accepted. */
function holdsOperation(search: string): boolean {
  const parameters = new URLSearchParams(search);
  return ['query', 'extensions', 'documentId'].some((name) => parameters.has(name));
}

async function sendPage(
  request: IncomingMessage,
  response: ServerResponse,
  page: StaticFile,
  introspection: object | undefined,
): Promise<void> {
  if (introspection === undefined) {
    await sendFile(request, response, page, { vary: 'accept, accept-encoding' });
    return;
  }
  // `<` is escaped so that no description in the schema can close the element.
  const json = JSON.stringify(introspection).replaceAll('<', '\\u003c');
  const element = `<script type="application/json" id="gateway-schema">${json}</script>`;
  const html = (await page.read()).toString('utf8').replace(SCHEMA_MARK, () => element);
  send(
    request,
    response,
    200,
    { 'content-type': page.contentType, 'cache-control': 'no-cache', vary: 'accept' },
    html,
  );
}

async function sendAsset(
  request: IncomingMessage,
  response: ServerResponse,
  files: ReturnType<typeof createStaticFiles>,
  name: string,
): Promise<void> {
  if (name === '' || name === 'index.html') {
    send(request, response, 302, { location: '/graphql', 'cache-control': 'no-cache' }, '');
    return;
  }
  const file = await files.find(name);
  if (file === undefined) sendText(request, response, 404, 'There is no such file in the playground.\n');
  else await sendFile(request, response, file, { vary: 'accept-encoding' });
}

async function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  file: StaticFile,
  extra: OutgoingHttpHeaders,
): Promise<void> {
  const { etag, gzip } = await file.variants();
  const headers: OutgoingHttpHeaders = {
    ...extra,
    etag,
    'content-type': file.contentType,
    'cache-control': file.isHashed ? 'public, max-age=31536000, immutable' : 'no-cache',
  };
  if (namesTag(request.headers['if-none-match'], etag)) {
    send(request, response, 304, headers, undefined);
  } else if (gzip !== null && acceptsGzip(request.headers['accept-encoding'])) {
    send(request, response, 200, { ...headers, 'content-encoding': 'gzip' }, gzip);
  } else {
    send(request, response, 200, headers, await file.read());
  }
}

function namesTag(ifNoneMatch: string | undefined, etag: string): boolean {
  return ifNoneMatch?.split(',').some((tag) => tag.trim() === etag || tag.trim() === '*') ?? false;
}

function acceptsGzip(acceptEncoding: string | string[] | undefined): boolean {
  return /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/i.test(String(acceptEncoding ?? ''));
}

function sendText(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  text: string,
  extra: OutgoingHttpHeaders = {},
): void {
  const headers = { ...extra, 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' };
  send(request, response, status, headers, text);
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  headers: OutgoingHttpHeaders,
  body: string | Buffer | undefined,
): void {
  const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
  response.writeHead(status, { ...SECURITY_HEADERS, ...headers, ...length });
  response.end(request.method === 'HEAD' ? undefined : body);
}
