import { type IncomingHttpHeaders, type IncomingMessage, request as sendRequest } from 'node:http';
import type { TestGateway } from '../../support/start-gateway.ts';

/** An answer as a client of HTTP reads it, trailers and breaks included. */
export interface ExportAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly trailers: NodeJS.Dict<string>;
  /** It was broken off: HTTP itself says so. */
  readonly broken: boolean;
  readonly code: string | undefined;
  readonly argument: string | undefined;
}

/** Reads `/export/customers.<format>` to its end, or to where it breaks off. */
export async function readExport(
  url: string,
  format: string,
  parameters: Readonly<Record<string, string>> | string,
  accessToken: string | null,
  method = 'GET',
): Promise<ExportAnswer> {
  const response = await openExport(url, format, parameters, accessToken, method);
  let text = '';
  let broken = false;
  response.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  response.on('error', () => {
    broken = true;
  });
  await new Promise((resolve) => response.once('close', resolve));
  const refusal = /^\{"errors"/.test(text) ? JSON.parse(text).errors[0].extensions : {};
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    text,
    trailers: response.trailers,
    broken: broken || !response.complete,
    code: refusal.code,
    argument: refusal.argument,
  };
}

/** Resolves once the head of the answer is there; the body waits for whoever reads it. */
export function openExport(
  url: string,
  format: string,
  parameters: Readonly<Record<string, string>> | string,
  accessToken: string | null,
  method = 'GET',
): Promise<IncomingMessage> {
  const query = typeof parameters === 'string' ? parameters : new URLSearchParams(parameters).toString();
  return new Promise((resolve, reject) => {
    sendRequest(`${url}/export/customers.${format}${query === '' ? '' : `?${query}`}`, {
      method,
      agent: false,
      headers: accessToken === null ? {} : { authorization: `Bearer ${accessToken}` },
    })
      .once('response', resolve)
      .once('error', reject)
      .end();
  });
}

export async function accessTokenOf(
  gateway: Pick<TestGateway, 'anonymous' | 'people'>,
  identifier: string,
): Promise<string> {
  const { data } = await gateway.anonymous(
    'mutation ($i: String!, $p: String!) { login(identifier: $i, password: $p) { accessToken } }',
    { i: identifier, p: gateway.people.password },
  );
  return data.login.accessToken;
}
