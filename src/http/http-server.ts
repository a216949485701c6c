import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { handleCors } from './cors.ts';
import { sendJson, setSecurityHeaders } from './responses.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export interface HttpServerOptions {
  readonly graphql: Handler;
  /** Answers what is for people: resolves to false when the request is not. */
  readonly playground: (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;
  /** Pages that links in messages lead to, and exports, by their path. */
  readonly pages: ReadonlyMap<string, Handler>;
  /** Whether the gateway can serve now: the database answers and nothing is shutting down. */
  readonly isReady: () => Promise<boolean>;
  readonly publicKeySet: () => object;
  readonly corsOrigins: readonly string[];
  readonly report: (error: unknown) => void;
}

/** The gateway's HTTP surface; it listens when told to. */
export function createHttpServer(options: HttpServerOptions): Server {
  const server = createServer(serverOptions, (request, response) => {
    answer(request, response).catch((error) => {
      if (!request.destroyed || response.headersSent) options.report(error);
      if (response.headersSent) response.destroy();
      else
        sendJson(response, 500, {
          errors: [
            {
              message: 'Something went wrong in the gateway.',
              extensions: { code: 'INTERNAL_SERVER_ERROR' },
            },
          ],
        });
    });
  });
  server.keepAliveTimeout = 65_000;
  return server;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    setSecurityHeaders(response);
    if (handleCors(request, response, options.corsOrigins)) return;
    const [path = '/'] = (request.url ?? '/').split('?', 1);
    switch (path) {
      case '/health/live':
        return sendJson(response, 200, { status: 'live' });
      case '/health/ready': {
        const ready = await options.isReady();
        return sendJson(response, ready ? 200 : 503, { status: ready ? 'ready' : 'unavailable' });
      }
      case '/.well-known/jwks.json':
        // Shorter than a new key is known before it signs (`publishedBeforeMs`).
        return sendJson(response, 200, options.publicKeySet(), 'public, max-age=300');
      case '/': {
        response.writeHead(302, { location: '/graphql' }).end();
        return;
      }
    }
    const page = options.pages.get(path);
    if (page !== undefined) return page(request, response);
    if (await options.playground(request, response)) return;
    if (path === '/graphql') return options.graphql(request, response);
    sendJson(response, 404, {
      errors: [{ message: 'There is nothing here.', extensions: { code: 'NOT_FOUND' } }],
    });
  }
}

/** A client that sends its request slowly is not waited for longer than this. */
const serverOptions = { requestTimeout: 30_000, headersTimeout: 15_000 };
