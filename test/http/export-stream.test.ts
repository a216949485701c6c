import { once } from 'node:events';
import { createServer, IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Duplex, Writable } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Viewer } from '../../src/accounts/viewer.ts';
import { createLoaders } from '../../src/customers/loaders.ts';
import { AppError } from '../../src/errors.ts';
import { exportColumns } from '../../src/export/export-columns.ts';
import { exportCustomers } from '../../src/export/export-customers.ts';
import type { ExportOptions } from '../../src/export/export-options.ts';
import { createCursorCodec } from '../../src/graphql/cursor.ts';
import { inputType } from '../../src/graphql/input-type.ts';
import { createExportEndpoint, type ExportEndpointOptions } from '../../src/http/export-endpoint.ts';
import { ClientGoneError, writeText } from '../../src/http/write-text.ts';
import { type OpenApp, openApp } from '../customers/support/open-app.ts';
import { emittedSchema } from '../support/root-fields.ts';
import { openExport, readExport } from './support/export-client.ts';

const pageRows = 10;
const people = 100;
const viewer: Viewer = {
  loginKey: 'admin',
  loginId: 'admin',
  id: 'admin',
  role: 'ADMIN',
  name: null,
  email: null,
  phone: null,
  pendingEmail: null,
  mustChangePassword: false,
  sessionId: 'session',
};

describe('an export of 100 customers, ten at a time', () => {
  let app: OpenApp;
  const servers: Server[] = [];
  beforeAll(async () => {
    app = await openApp();
    await app.add({
      customersV2: Array.from({ length: people }, (_, n) => ({
        _id: `d${n}`,
        id: `d${n}`,
        name: `Person ${n}`,
        status: 'active',
        created_at: `2024-01-01T00:00:${String(n % 60).padStart(2, '0')}`,
      })),
    });
  });
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });
  afterAll(() => app.close());

  const dependencies = () => ({
    database: app.database,
    settings: { defaultPhoneRegion: 'IN', legacyTimezone: 'UTC' } as const,
    cursors: createCursorCodec(Buffer.from('a secret of the test')),
    now: () => new Date(),
    billingStatuses: ['ACTIVE', 'TRIAL', 'PAUSED', 'INACTIVE', 'OTHER'] as const,
    pageRows,
  });
  /** Serves the endpoint; every page asks who the viewer is, which a test answers. */
  const serve = async (
    viewerOf: (asked: number) => Promise<Viewer | null>,
    options: Partial<ExportEndpointOptions> = {},
  ) => {
    const asked = { times: 0 };
    const reported: unknown[] = [];
    const handled: Promise<void>[] = [];
    const endpoint = createExportEndpoint({
      dependencies: dependencies(),
      viewerOf: () => viewerOf(++asked.times),
      filterType: inputType(emittedSchema(), 'CustomerFilter'),
      report: (error) => reported.push(error),
      ...options,
    });
    const [csv, ndjson] = [endpoint('csv'), endpoint('ndjson')];
    const server = createServer((request, response) => {
      handled.push((request.url?.includes('.csv') ? csv : ndjson)(request, response));
    }).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, reported, handled };
  };
  /** Once for the request, then once a page. */
  const page = (number: number) => number + 1;
  const rowsOf = (text: string) => text.split('\n').filter((line) => line.startsWith('{"id"')).length;

  it('asks before it sends a page whether the session still holds', async () => {
    const { url, asked } = await serve(async () => viewer);
    const answer = await readExport(url, 'ndjson', { columns: 'id' }, 'token');
    expect([answer.broken, rowsOf(answer.text), asked.times]).toEqual([
      false,
      people,
      page(people / pageRows),
    ]);
  });

  it.each([
    [
      'has ended',
      async () => {
        throw new AppError('UNAUTHENTICATED', 'This session has ended.');
      },
    ],
    ['is nobody any more', async () => null],
    ['has to change the password', async () => ({ ...viewer, mustChangePassword: true })],
    ['has become an analyst', async () => ({ ...viewer, role: 'ANALYST' as const })],
    ['has become a customer', async () => ({ ...viewer, role: 'CUSTOMER' as const })],
  ])(
    'breaks off when the viewer %s in midstream, with nothing behind that proves completeness',
    async (_, then) => {
      for (const format of ['csv', 'ndjson']) {
        const { url, asked, reported } = await serve(async (times) => (times < page(4) ? viewer : then()));
        const answer = await readExport(
          url,
          format,
          { columns: 'id', ...(format === 'csv' && { endRow: 'true' }) },
          'token',
        );
        expect([answer.status, answer.broken]).toEqual([200, true]);
        expect(answer.text).not.toContain('complete');
        expect(answer.trailers).toEqual({});
        expect(asked.times).toBe(page(4));
        expect(reported).toEqual([]);
      }
    },
  );

  it('is told from a whole one by fetch, too', async () => {
    const { url } = await serve(async (times) => (times < page(4) ? viewer : null));
    const response = await fetch(`${url}/export/customers.csv`, { headers: { authorization: 'Bearer x' } });
    await expect(response.text()).rejects.toThrow();
  });

  it('goes on where it broke off, with the cursor of the last row that came', async () => {
    let holds = true;
    const { url } = await serve(async (times) => (times < page(4) || !holds ? viewer : null));
    const first = await readExport(url, 'ndjson', { columns: 'id,cursor' }, 'token');
    holds = false;
    const lines = first.text
      .split('\n')
      .filter((line) => line.startsWith('{"id"'))
      .map((line) => JSON.parse(line));
    const rest = await readExport(
      url,
      'ndjson',
      { columns: 'id,cursor', after: lines.at(-1).cursor },
      'token',
    );
    const ids = [
      ...lines,
      ...rest.text
        .split('\n')
        .filter((line) => line.startsWith('{"id"'))
        .map((line) => JSON.parse(line)),
    ].map(({ id }) => id);
    expect([ids.length, new Set(ids).size]).toEqual([people, people]);
  });

  it('stops reading when the client hangs up, and frees its place', async () => {
    const thirdPage = signal();
    const hungUp = signal();
    const { url, asked, reported, handled } = await serve(
      async (times) => {
        if (times === page(3)) {
          thirdPage.fire();
          await hungUp.fired;
        }
        return viewer;
      },
      { atOnce: 1 },
    );
    const response = await openExport(url, 'csv', {}, 'token');
    await thirdPage.fired;
    const before = asked.times;
    const refused = await readExport(url, 'csv', {}, 'token');
    expect(refused).toMatchObject({ status: 429, code: 'RATE_LIMITED' });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(asked.times).toBe(before + 1);
    response.destroy();
    await expect.poll(() => connectionsTo(servers[0])).toBe(0);
    hungUp.fire();
    await Promise.all(handled);
    // Nobody asks whether a fourth may be sent.
    expect([asked.times, reported]).toEqual([before + 1, []]);
    expect((await readExport(url, 'csv', {}, 'token')).status).toBe(200);
  });

  it('breaks off and is reported when the database fails in midstream, and is refused with a code before', async () => {
    const broken = new TypeError('the database fell over');
    const late = await serve(async (times) => {
      if (times >= page(4)) throw broken;
      return viewer;
    });
    const answer = await readExport(late.url, 'ndjson', {}, 'token');
    expect([answer.status, answer.broken, late.reported]).toEqual([200, true, [broken]]);
    const early = await serve(async (times) => {
      if (times >= page(1)) throw broken;
      return viewer;
    });
    const refused = await readExport(early.url, 'ndjson', {}, 'token');
    expect([refused.status, refused.code, refused.broken]).toEqual([500, 'INTERNAL_SERVER_ERROR', false]);
    expect(refused.text).not.toContain('fell over');
  });

  it('does not wait for ever for a page', async () => {
    const never = new Promise<Viewer>(() => {});
    const first = await serve(async (times) => (times < page(1) ? viewer : never), { deadlineMs: 20 });
    expect(await readExport(first.url, 'csv', {}, 'token')).toMatchObject({
      status: 503,
      code: 'UNAVAILABLE',
    });
    const later = await serve(async (times) => (times < page(3) ? viewer : never), { deadlineMs: 1_000 });
    expect(await readExport(later.url, 'csv', {}, 'token')).toMatchObject({ status: 200, broken: true });
  });

  const options: ExportOptions = {
    format: 'csv',
    filter: null,
    billing: false,
    columns: exportColumns('id,name'),
    order: null,
    after: null,
    bom: false,
    header: true,
    endRow: false,
  };
  const pieces = (asked: { times: number }) =>
    exportCustomers(
      dependencies(),
      (selected) => {
        asked.times++;
        return { viewer, loaders: createLoaders(app.database, selected), selected };
      },
      options,
    );

  it('waits for whoever takes it, however slow: a page is sent when the one before is taken', async () => {
    const asked = { times: 0 };
    let take: (() => void) | null = null;
    const socket = new Duplex({
      writableHighWaterMark: 1,
      read() {},
      write(_chunk, _encoding, done) {
        take = done;
      },
    }) as Socket;
    const request = Object.assign(new IncomingMessage(socket), {
      method: 'GET',
      url: '/export/customers.csv',
      httpVersionMajor: 1,
      httpVersionMinor: 1,
    });
    const response = new ServerResponse(request);
    response.assignSocket(socket);
    // As the server of node does with its own sockets.
    socket.on('drain', () => response.emit('drain'));
    const endpoint = createExportEndpoint({
      dependencies: dependencies(),
      viewerOf: async () => {
        asked.times++;
        return viewer;
      },
      filterType: inputType(emittedSchema(), 'CustomerFilter'),
      report() {},
    });
    const handled = endpoint('csv')(request, response);
    let isHandled = false;
    handled.then(() => {
      isHandled = true;
    });
    const askedWhileStuck: number[] = [];
    while (!isHandled) {
      await expect.poll(() => take !== null || isHandled, { interval: 1 }).toBe(true);
      if (isHandled) break;
      // Time in which pages would be read, were nobody waited for.
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
      askedWhileStuck.push(asked.times);
      const done: () => void = take ?? (() => {});
      take = null;
      done();
    }
    const steps = askedWhileStuck.map((times, index) => times - (askedWhileStuck[index - 1] ?? page(1)));
    expect(asked.times).toBe(page(people / pageRows));
    expect(Math.max(...steps)).toBe(1);
    expect(askedWhileStuck[0]).toBe(page(1));
  });

  it('reads one page ahead of whoever takes it, and no further', async () => {
    const asked = { times: 0 };
    let taken = 0;
    for await (const { complete, rows } of pieces(asked)) {
      taken++;
      expect(rows).toBe(taken * pageRows);
      // Time in which pages would be read, were nobody waited for.
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
      expect(asked.times).toBe(complete ? taken : taken + 1);
    }
    expect(taken).toBe(people / pageRows);
  });

  it('gives up whoever takes nothing', async () => {
    const stuck = new Writable({ highWaterMark: 1, write() {} });
    await expect(writeText(stuck, 'text', 10)).rejects.toThrow(ClientGoneError);
    expect(stuck.destroyed).toBe(true);
    await expect(writeText(stuck, 'text', 10)).rejects.toThrow(ClientGoneError);
  });

  it('has nobody twice, and everybody who stays, while another application writes between pages', async () => {
    const asked = { times: 0 };
    const ids: string[] = [];
    const touched = new Set<string>();
    let first = true;
    let at = 0;
    for await (const piece of pieces(asked)) {
      ids.push(
        ...piece.text
          .split('\r\n')
          .slice(first ? 1 : 0, -1)
          .map((line) => line.split(',')[0] ?? ''),
      );
      first = false;
      at++;
      touched.add(`new ${at}`).add(`d${at}`);
      await app.database.customersV2.insertOne({
        _id: `new ${at}`,
        id: `new ${at}`,
        name: 'New',
        created_at: at % 2 === 0 ? '2030-01-01T00:00:00' : '2001-01-01T00:00:00',
      } as never);
      await app.database.customersV2.deleteOne({ id: `d${at}` });
      await app.database.customersV2.updateOne({ id: `d${50 + at}` }, { $set: { name: 'Renamed' } });
      if (at % 3 === 0) await app.sweep();
    }
    expect(new Set(ids).size).toBe(ids.length);
    const stayed = Array.from({ length: people }, (_, n) => `d${n}`).filter((id) => !touched.has(id));
    expect(ids.filter((id) => !touched.has(id)).toSorted()).toEqual(stayed.toSorted());
  });
});

function connectionsTo(server: Server | undefined): Promise<number> {
  return new Promise((resolve, reject) => {
    server?.getConnections((error, count) => (error ? reject(error) : resolve(count)));
  });
}

function signal(): { readonly fired: Promise<void>; fire(): void } {
  let fire = () => {};
  const fired = new Promise<void>((resolve) => {
    fire = resolve;
  });
  return { fired, fire: () => fire() };
}
