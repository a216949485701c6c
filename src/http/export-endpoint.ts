import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GraphQLInputType } from 'graphql';
import { DateTime } from 'luxon';
import type { Viewer } from '../accounts/viewer.ts';
import { createLoaders } from '../customers/loaders.ts';
import { AppError, badInput } from '../errors.ts';
import { type ExportDependencies, type ExportPiece, exportCustomers } from '../export/export-customers.ts';
import {
  type ExportFormat,
  type ExportOptions,
  exportOptionNames,
  readExportOptions,
  type TypedOptions,
} from '../export/export-options.ts';
import { faultOf, formatError } from '../graphql/format-error.ts';
import { exportAccess, requireAccess } from '../permissions.ts';
import { sendJson } from './responses.ts';
import { ClientGoneError, writeText } from './write-text.ts';

export interface ExportEndpointOptions {
  readonly dependencies: ExportDependencies;
  /** Who sends this `Authorization` header: asked for every page. */
  readonly viewerOf: (authorizationHeader: string | undefined) => Promise<Viewer | null>;
  /** `CustomerFilter` of the schema. */
  readonly filterType: GraphQLInputType;
  readonly report: (error: unknown, requestId: string) => void;
  /** Exports that a process streams at once; further ones are refused. Default: 4. */
  readonly atOnce?: number;
  /** A page that takes longer ends the export. Default: 45 s, longer than any wait for the database. */
  readonly deadlineMs?: number;
  /** A client that takes nothing for so long is given up. Default: 60 s. */
  readonly stallMs?: number;
}

/**
 * `GET /export/customers.csv` and `.ndjson`: a list as a file, streamed. Refusals are JSON as those of the API. Once rows
 * are sent, whatever goes wrong breaks the answer off, which HTTP clients take for the error that it is.
 */
export function createExportEndpoint(options: ExportEndpointOptions) {
  const { atOnce = 4 } = options;
  let running = 0;
  return (format: ExportFormat) =>
    async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      const requestId = randomUUID();
      response.setHeader('x-request-id', requestId);
      response.setHeader('cache-control', 'no-store');
      if (request.method !== 'GET') {
        response.setHeader('allow', 'GET');
        return refuse(response, new AppError('BAD_USER_INPUT', 'Exports are read by GET.'), 405);
      }
      try {
        const viewer = await currentViewer(options, request);
        if (running >= atOnce)
          throw new AppError(
            'RATE_LIMITED',
            'As many exports as there may be are under way. Try again when one is done.',
          );
        running++;
        try {
          await stream(options, { request, response, viewer, format });
        } finally {
          running--;
        }
      } catch (error) {
        if (error instanceof ClientGoneError) return;
        const fault = faultOf(error);
        if (fault !== null) options.report(fault, requestId);
        if (response.headersSent) response.destroy();
        else refuse(response, error);
      }
    };
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly viewer: Viewer;
  readonly format: ExportFormat;
}

async function stream(options: ExportEndpointOptions, exchange: Exchange): Promise<void> {
  const { request, response, viewer, format } = exchange;
  const { dependencies, filterType, deadlineMs = 45_000, stallMs = 60_000 } = options;
  const wanted = readExportOptions(format, typedOptions(request.url ?? ''), filterType);
  const { database } = dependencies;
  const pieces = exportCustomers(
    dependencies,
    (selected) => ({ viewer, loaders: createLoaders(database, selected), selected }),
    wanted,
  );
  // A page was read before it is sent: whether it may be is asked at the last moment.
  const nextPiece = async (): Promise<ExportPiece | null> => {
    const { value } = await pieces.next();
    const { role } = await currentViewer(options, request);
    if (role !== viewer.role) throw new AppError('FORBIDDEN', 'Your role has changed. Begin again.');
    return value ?? null;
  };
  try {
    // What can be refused is refused before the first byte.
    let piece = await beforeDeadline(nextPiece(), deadlineMs);
    sendHead(request, response, wanted, dependencies);
    while (piece !== null) {
      await writeText(response, piece.text, stallMs);
      if (piece.complete) return sendTail(request, response, piece);
      piece = await beforeDeadline(nextPiece(), deadlineMs);
    }
  } finally {
    // A page that is being read is not waited for.
    void pieces.return();
  }
}

async function currentViewer(options: ExportEndpointOptions, request: IncomingMessage): Promise<Viewer> {
  const viewer = await options.viewerOf(request.headers.authorization);
  requireAccess(exportAccess, { viewer, authenticationError: null });
  if (viewer === null) throw new AppError('UNAUTHENTICATED', 'Log in first.');
  return viewer;
}

function typedOptions(url: string): TypedOptions {
  const at = url.indexOf('?');
  const parameters = new URLSearchParams(at < 0 ? '' : url.slice(at));
  const typed: Partial<Record<(typeof exportOptionNames)[number], string>> = {};
  for (const [given, value] of parameters) {
    const name = exportOptionNames.find((known) => known === given);
    if (name === undefined)
      throw badInput(
        given.slice(0, 50),
        `There is no such parameter. There are: ${exportOptionNames.join(', ')}.`,
      );
    if (typed[name] !== undefined) throw badInput(name, `${name} can be given once.`);
    typed[name] = value;
  }
  return typed;
}

/** @throws AppError UNAVAILABLE when it takes longer. */
async function beforeDeadline<Result>(work: Promise<Result>, deadlineMs: number): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new AppError('UNAVAILABLE', 'This takes too long now. Try again.')),
      deadlineMs,
    );
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

function sendHead(
  request: IncomingMessage,
  response: ServerResponse,
  { format, billing, header }: ExportOptions,
  { now, settings }: ExportDependencies,
): void {
  const day = DateTime.fromJSDate(now(), { zone: settings.legacyTimezone }).toFormat('yyyy-MM-dd');
  const fileName = `${billing ? 'billing' : 'customers'}-${day}.${format}`;
  response.setHeader(
    'content-type',
    format === 'csv'
      ? `text/csv; charset=utf-8; header=${header ? 'present' : 'absent'}`
      : 'application/x-ndjson; charset=utf-8',
  );
  response.setHeader('content-disposition', `attachment; filename="${fileName}"`);
  if (takesTrailers(request)) response.setHeader('trailer', Object.values(trailers).join(', '));
  response.flushHeaders();
}

function sendTail(request: IncomingMessage, response: ServerResponse, { rows, cursor }: ExportPiece): void {
  if (takesTrailers(request)) {
    response.addTrailers({
      [trailers.complete]: 'true',
      [trailers.rows]: String(rows),
      ...(cursor !== null && { [trailers.cursor]: cursor }),
    });
  }
  response.end();
}

const trailers = {
  complete: 'x-export-complete',
  rows: 'x-export-rows',
  cursor: 'x-export-cursor',
} as const;

/** About as long as an export of a few hundred thousand customers takes. */
const retryAfterSeconds = '30';

/** HTTP/1.0 has neither chunks nor trailers. */
function takesTrailers(request: IncomingMessage): boolean {
  return request.httpVersionMajor > 1 || request.httpVersionMinor >= 1;
}

function refuse(response: ServerResponse, error: unknown, status?: number): void {
  const { message, extensions } = formatError({ message: '' }, error);
  const code = String(extensions?.code);
  if (code === 'UNAUTHENTICATED') response.setHeader('www-authenticate', 'Bearer');
  if (code === 'RATE_LIMITED') response.setHeader('retry-after', retryAfterSeconds);
  sendJson(response, status ?? statusOf[code] ?? 500, { errors: [{ message, extensions }] });
}

const statusOf: Readonly<Record<string, number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  PASSWORD_CHANGE_REQUIRED: 403,
  BAD_USER_INPUT: 400,
  QUERY_TOO_EXPENSIVE: 400,
  RATE_LIMITED: 429,
  UNAVAILABLE: 503,
};
