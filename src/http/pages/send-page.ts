import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Html, html } from './html.ts';
import { pageStyle } from './page-style.ts';

/** A page for people whom a link in a message has brought here. */
export interface Page {
  /** Of the window, and its one heading. */
  readonly title: string;
  /** Of the window, where it says more than the heading: it is read out first. */
  readonly windowTitle?: string;
  /** What follows the heading. */
  readonly body: Html;
  /** Default: 200. */
  readonly status?: number;
  /** Further headers. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Sends a page that nothing foreign takes part in, that nobody keeps, finds or frames, and that tells no other page its
 * address. HEAD is answered without a body.
 */
export function sendPage(request: IncomingMessage, response: ServerResponse, page: Page): void {
  const text = documentOf(page);
  response.writeHead(page.status ?? 200, {
    'content-type': 'text/html; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'content-security-policy': contentSecurityPolicy,
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'x-robots-tag': 'noindex, nofollow',
    'cache-control': 'no-store',
    ...page.headers,
  });
  response.end(request.method === 'HEAD' ? undefined : text);
}

function documentOf({ title, windowTitle = title, body }: Page): string {
  const { text } = html`<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${windowTitle}</title>
<style>${pageStyle}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`;
  return `<!doctype html>\n${text}`;
}

/** The one style that a page may have is its own, by its digest. */
const styleDigest = createHash('sha256').update(pageStyle.text).digest('base64');
const contentSecurityPolicy = [
  "default-src 'none'",
  `style-src 'sha256-${styleDigest}'`,
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');
