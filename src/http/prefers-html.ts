/**
 * Whether an `Accept` header asks for a page rather than for data: it names HTML, and rates it no lower than
 * any JSON type that it names. `*\/*` alone, as command-line clients send it, is not a wish for HTML.
 */
export function prefersHtml(accept: string | undefined): boolean {
  let html = 0;
  let json = 0;
  for (const range of (accept ?? '').split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    if (HTML_TYPES.has(type)) html = Math.max(html, quality(parameters));
    if (JSON_TYPES.has(type)) json = Math.max(json, quality(parameters));
  }
  return html > 0 && html >= json;
}

const HTML_TYPES = new Set(['text/html', 'application/xhtml+xml']);
const JSON_TYPES = new Set(['application/json', 'application/graphql-response+json']);

/** The weight of a media range, 0 to 1 (RFC 9110, 12.4.2); 1 when it has none, 0 when it is not a number. */
function quality(parameters: string[]): number {
  const weight = parameters.find((parameter) => parameter.startsWith('q='));
  return weight === undefined ? 1 : Number(weight.slice(2)) || 0;
}
