/** An answer as it came over the wire. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** The body as JSON; null when it is none. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly body: any;
  /** `extensions.code` of the first error. */
  readonly code: string | undefined;
}

/** Sends one request and reads its answer, whatever it is. */
export async function send(url: string, init: RequestInit = {}): Promise<RawAnswer> {
  const response = await fetch(url, { redirect: 'manual', ...init });
  const text = await response.text();
  let body = null;
  try {
    body = JSON.parse(text);
  } catch {
    // Pages and empty answers are no JSON.
  }
  return {
    status: response.status,
    headers: response.headers,
    body,
    code: body?.errors?.[0]?.extensions?.code,
  };
}

/** POSTs a body to `/graphql` as JSON: text as it is, anything else encoded. */
export function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<RawAnswer> {
  return send(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}
