import type { IncomingMessage, ServerResponse } from 'node:http';
import { isUnavailable } from '../../database/unavailable.ts';
import { AppError, type ErrorCode } from '../../errors.ts';
import { BodyTooLargeError, readBody } from '../request-body.ts';
import { html } from './html.ts';
import { type Page, sendPage } from './send-page.ts';

/** A page that shows a form, and what becomes of it. */
export interface FormPage {
  /** GET and HEAD: changes nothing, since mail scanners open links too. */
  show(parameters: URLSearchParams): Page;
  /**
   * POST: does it, and says what has become of it. Refusals may be thrown.
   *
   * @param clientAddress Read through the trusted proxies.
   */
  submit(form: URLSearchParams, clientAddress: string): Promise<Page>;
}

export interface FormPageOptions {
  /** Told of what nobody expected. */
  readonly report: (error: unknown) => void;
  readonly clientAddress: (request: IncomingMessage) => string;
}

/** Answers requests for one form page, without any script in the browser. */
export function createFormPageHandler(page: FormPage, { report, clientAddress }: FormPageOptions) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method === 'GET' || request.method === 'HEAD') {
      const [, search = ''] = (request.url ?? '').split('?', 2);
      return sendPage(request, response, page.show(new URLSearchParams(search)));
    }
    if (request.method !== 'POST') return sendPage(request, response, wrongMethod);
    if (!isForm(request.headers['content-type'])) return sendPage(request, response, wrongType);
    let body: string;
    try {
      body = await readBody(request, maxFormBytes);
    } catch (error) {
      if (!(error instanceof BodyTooLargeError)) throw error;
      return sendPage(request, response, tooLarge);
    }
    const submit = () => page.submit(new URLSearchParams(body), clientAddress(request));
    sendPage(request, response, await submitted(submit, report));
  };
}

/** The longest of them is a token and a new password, each character of it escaped. */
const maxFormBytes = 4_096;

function isForm(contentType: string | undefined): boolean {
  return contentType?.split(';', 1)[0]?.trim().toLowerCase() === 'application/x-www-form-urlencoded';
}

async function submitted(submit: () => Promise<Page>, report: (error: unknown) => void): Promise<Page> {
  try {
    return await submit();
  } catch (error) {
    if (error instanceof AppError) return failure(statuses[error.code] ?? 400, error.message);
    report(error);
    return isUnavailable(error)
      ? failure(503, 'We cannot reach our records now. Go back, and try again in a minute.')
      : failure(500, 'Something went wrong on our side. Go back, and try again.');
  }
}

function failure(status: number, message: string): Page {
  return { status, title: 'That did not work', body: html`<p role="alert">${message}</p>` };
}

const statuses: Partial<Record<ErrorCode, number>> = {
  CONFLICT: 409,
  RATE_LIMITED: 429,
  UNAVAILABLE: 503,
};

const wrongMethod: Page = {
  ...failure(405, 'This page is opened by its link.'),
  headers: { allow: 'GET, HEAD, POST' },
};
const wrongType = failure(415, 'This page takes what its own form sends.');
const tooLarge: Page = {
  ...failure(413, 'That is more than this page takes.'),
  headers: { connection: 'close' },
};
