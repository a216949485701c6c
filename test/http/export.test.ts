import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportColumnNames, standardColumns } from '../../src/export/export-columns.ts';
import { customerKey } from '../customers/support/customer-answer.ts';
import { type ExpectedCustomer, readExpected } from '../customers/support/expected-customers.ts';
import { fillWithRandomRecords } from '../customers/support/random-fill.ts';
import { walkCustomers } from '../customers/support/walk-customers.ts';
import { startGateway, type TestGateway } from '../support/start-gateway.ts';
import { accessTokenOf, readExport } from './support/export-client.ts';

describe('an export over HTTP, of 400 random records', () => {
  let gateway: TestGateway;
  let admin: string;
  let analyst: string;
  let customers: ExpectedCustomer[];
  beforeAll(async () => {
    gateway = await startGateway({
      fill: async (database) => {
        await fillWithRandomRecords(101, 400)(database);
        await database.db.collection('customers_v2').insertMany([
          {
            id: 'formula',
            name: '=HYPERLINK("http://x","y")',
            phone: '+91 98765 43211',
            address: '@SUM(A1)\r\n"second", line',
          },
          { id: 'dashes', name: '-2+3', phone: '+91-98765-43211', address: '\t=1+1', area: '＝1+1' },
          {
            id: 'unicode',
            name: 'प्रिया "Pri;ya" 👩‍🚀',
            phone: '+919876543212',
            address: 'Zoë’s  ',
            area: 'ß\u2028ü',
          },
        ]);
      },
    });
    admin = await accessTokenOf(gateway, gateway.admin.email);
    analyst = await accessTokenOf(gateway, gateway.people.analystEmail);
    customers = (await readExpected(gateway.foreign)).customers;
  });
  afterAll(() => gateway?.close());

  const get = (
    format: string,
    parameters: Record<string, string> | string = {},
    token: string | null = admin,
  ) => readExport(gateway.url, format, parameters, token);
  const linesOf = (text: string) =>
    text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line));
  const byId = <Row extends { id: string }>(rows: Row[]) =>
    rows.toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));

  it('as NDJSON has every customer of the list, in its order, every column as the API shows it', async () => {
    const answer = await get('ndjson', {
      columns: exportColumnNames.filter((name) => name !== 'cursor').join(','),
    });
    expect([answer.status, answer.broken]).toEqual([200, false]);
    const rows = linesOf(answer.text);
    const proof = rows.pop();
    expect(proof).toEqual({ complete: true, rows: customers.length, cursor: expect.any(String) });
    const walk = await walkCustomers(await gateway.logIn(gateway.admin.email), { first: 200 });
    expect(rows.map(({ id, systems }) => customerKey({ id, systems }))).toEqual(
      walk.customers.map(customerKey),
    );
    expect([rows.length, walk.count]).toEqual([customers.length, customers.length]);
    expect(byId(rows.map(inOneOrder))).toEqual(byId(customers.map(expectedRow)));
  });

  it('as CSV holds the same, of standard columns, read by independent readers', async () => {
    const answer = await get('csv');
    const rows: Record<string, string>[] = parse(answer.text, { columns: true, relax_quotes: false });
    expect(Object.keys(rows[0] ?? {})).toEqual(standardColumns);
    const { text } = await get('ndjson', { columns: standardColumns.join(',') });
    const expected = linesOf(text).slice(0, -1).map(asCells);
    expect(
      rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, cell]) => [name, asTyped(cell)]))),
    ).toEqual(expected);
    expect(rows).toHaveLength(customers.length);
    if (spawnSync('python3', ['--version']).status !== 0) return;
    expect(readByPython(answer.text)).toEqual(parse(answer.text));
  });

  it('is safe in spreadsheets: no cell begins as a formula does, and plain phone numbers stay as they are', async () => {
    const { text } = await get('csv', { columns: 'id,name,phone,address,area' });
    const rows: Record<string, string>[] = parse(text, { columns: true });
    const cells = rows.flatMap((row) => Object.values(row));
    expect(cells.filter((cell) => /^[=+\-@\t\r\n＝＋－＠]/.test(cell) && !/^\+[\d ]+$/.test(cell))).toEqual(
      [],
    );
    const named = (id: string) => rows.find((row) => row.id === id);
    expect(named('formula')).toEqual({
      id: 'formula',
      name: `'=HYPERLINK("http://x","y")`,
      phone: '+91 98765 43211',
      address: `'@SUM(A1)\r\n"second", line`,
      area: '',
    });
    expect(named('dashes')).toEqual({
      id: 'dashes',
      name: "'-2+3",
      phone: "'+91-98765-43211",
      address: "'\t=1+1",
      area: "'＝1+1",
    });
    expect(named('unicode')).toMatchObject({
      name: 'प्रिया "Pri;ya" 👩‍🚀',
      phone: '+919876543212',
      address: 'Zoë’s  ',
      area: 'ß\u2028ü',
    });
  });

  it('says how it is to be kept, and proves that it is whole', async () => {
    const day = new Date().toISOString().slice(0, 10);
    const csv = await get('csv', { bom: 'true', endRow: 'true', columns: 'id,name' });
    expect(csv.headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8; header=present',
      'content-disposition': `attachment; filename="customers-${day}.csv"`,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'transfer-encoding': 'chunked',
    });
    expect(csv.trailers).toEqual({
      'x-export-complete': 'true',
      'x-export-rows': String(customers.length),
      'x-export-cursor': expect.any(String),
    });
    expect(csv.text.startsWith('\uFEFFid,name\r\n')).toBe(true);
    expect(
      csv.text.endsWith(
        `\r\n#complete rows=${customers.length} cursor=${csv.trailers['x-export-cursor']},\r\n`,
      ),
    ).toBe(true);
    const ndjson = await get('ndjson', { billing: 'true', columns: 'id' });
    expect(ndjson.headers).toMatchObject({
      'content-type': 'application/x-ndjson; charset=utf-8',
      'content-disposition': `attachment; filename="billing-${day}.ndjson"`,
    });
  });

  it('goes on behind the cursor of any row, and behind its own end', async () => {
    const whole = linesOf((await get('ndjson', { columns: 'id,cursor', order: 'NAME_ASC' })).text);
    const end = whole.pop();
    const at = 150;
    const rest = linesOf(
      (await get('ndjson', { columns: 'id,cursor', order: 'NAME_ASC', after: whole[at].cursor })).text,
    );
    expect(rest.pop()).toEqual({ complete: true, rows: whole.length - at - 1, cursor: end.cursor });
    expect(rest).toEqual(whole.slice(at + 1));
    expect(end.cursor).toBe(whole.at(-1).cursor);
    const nothing = await get('csv', {
      columns: 'id',
      order: 'NAME_ASC',
      after: end.cursor,
      header: 'false',
    });
    expect([nothing.status, nothing.text, nothing.trailers['x-export-rows']]).toEqual([200, '', '0']);
    const client = await gateway.logIn(gateway.admin.email);
    const { data } = await client(
      `{ customers(first: 1, orderBy: {field: NAME, direction: ASC}, after: "${whole[at].cursor}") { nodes { id } } }`,
    );
    expect(data.customers.nodes).toEqual([{ id: whole[at + 1].id }]);
  });

  it('of a filter goes on behind a cursor of that filter alone, however it is written', async () => {
    const wanted = { columns: 'id,cursor', filter: '{"status": ["PAUSED", "TRIAL"], "hasArea": true}' };
    const whole = linesOf((await get('ndjson', wanted)).text);
    expect(whole.length).toBeGreaterThan(20);
    const after = whole[9].cursor;
    const written = '{"hasArea": true, "search": null, "status": ["TRIAL", "PAUSED"]}';
    const rest = linesOf((await get('ndjson', { ...wanted, filter: written, after })).text);
    expect(rest.slice(0, -1)).toEqual(whole.slice(10, -1));
    const client = await gateway.logIn(gateway.admin.email);
    const { data } = await client(
      `{ customers(first: 1, filter: {hasArea: true, status: [PAUSED, TRIAL]}, after: "${after}") { nodes { id } } }`,
    );
    expect(data.customers.nodes).toEqual([{ id: whole[10].id }]);
    for (const filter of ['{"status": ["PAUSED"], "hasArea": true}', '{"hasArea": true}', '{}'])
      expect(await get('ndjson', { ...wanted, filter, after })).toMatchObject({
        status: 400,
        code: 'BAD_USER_INPUT',
        argument: 'after',
      });
  });

  it('of a filter or an order is exactly that list', async () => {
    for (const [parameters, holds] of [
      [
        { filter: '{"status": ["PAUSED", "TRIAL"], "hasLogin": false}' },
        ({ status, hasLogin }) => (status === 'PAUSED' || status === 'TRIAL') && !hasLogin,
      ],
      [
        { filter: '{"createdAfter": "2020-01-01T00:00:00Z"}', order: 'CREATED_AT_ASC' },
        ({ createdAt }) => createdAt !== null && createdAt > '2020-01-01T00:00:00.000Z',
      ],
      [{ filter: '{"hasArea": false}' }, ({ answer }) => answer.area === null],
      [{ filter: '{"canLogin": true}', billing: 'true', order: 'NAME_DESC' }, ({ canLogin }) => canLogin],
      [{ filter: 'null' }, () => true],
    ] as [Record<string, string>, (customer: ExpectedCustomer) => boolean][]) {
      const rows = linesOf((await get('ndjson', { columns: 'id,systems', ...parameters })).text).slice(0, -1);
      const wanted = customers.filter(holds).map(customerKey);
      expect(rows.map(customerKey).toSorted(), JSON.stringify(parameters)).toEqual(wanted.toSorted());
      expect(wanted.length).toBeGreaterThan(10);
    }
  });

  it('of one column has the same in it as one of all', async () => {
    const wanted = { order: 'NAME_ASC', filter: '{"hasDeliveryBoy": true}' };
    const rowsOf = async (columns: string) => linesOf((await get('ndjson', { ...wanted, columns })).text);
    const whole = (await rowsOf(exportColumnNames.join())).slice(0, -1);
    expect(whole.filter((row) => row.deliveryBoyName && row.deliveryBoyPhone).length).toBeGreaterThan(10);
    for (const column of exportColumnNames) {
      const alone = (await rowsOf(column)).slice(0, -1);
      expect(alone).toEqual(whole.map((row) => ({ [column]: row[column] })));
    }
  });

  it('for analysts is masked as the API is, and finds nobody by a phone or an e-mail', async () => {
    const columns = 'id,systems,phone,phoneE164,email,address,deliveryBoyPhone,canLogin';
    const seen = linesOf((await get('ndjson', { columns }, analyst)).text).slice(0, -1);
    const client = await gateway.logIn(gateway.people.analystEmail);
    const shown = (await walkCustomers(client, { first: 200 })).customers;
    expect(seen).toEqual(
      shown.map(({ id, systems, phone, phoneE164, email, address, deliveryBoy, canLogin }) => ({
        id,
        systems,
        phone,
        phoneE164,
        email,
        address,
        deliveryBoyPhone: deliveryBoy?.phone ?? null,
        canLogin,
      })),
    );
    const open = JSON.stringify(linesOf((await get('ndjson', { columns })).text));
    for (const { phoneE164, email } of customers.map(({ answer }) => answer)) {
      if (phoneE164 !== null) expect(open).toContain(phoneE164);
      if (phoneE164 !== null) expect(JSON.stringify(seen)).not.toContain(phoneE164);
      if (email !== null) expect(JSON.stringify(seen)).not.toContain(email);
    }
    const phone = customers.find(({ phoneE164 }) => phoneE164 !== null)?.phoneE164;
    const filter = JSON.stringify({ search: phone });
    expect(linesOf((await get('ndjson', { filter }, admin)).text).length).toBeGreaterThan(1);
    expect(linesOf((await get('ndjson', { filter }, analyst)).text)).toEqual([
      { complete: true, rows: 0, cursor: null },
    ]);
  });

  it('is for admins and analysts alone, each refused as in the API, before anything is read', async () => {
    const { people } = gateway;
    const customer = await accessTokenOf(gateway, people.customerEmail).catch(() => null);
    const boy = await accessTokenOf(gateway, people.deliveryBoyEmail);
    for (const [token, status, code] of [
      [null, 401, 'UNAUTHENTICATED'],
      ['rubbish', 401, 'UNAUTHENTICATED'],
      [boy, 403, 'FORBIDDEN'],
      ...(customer === null ? [] : [[customer, 403, 'FORBIDDEN'] as const]),
    ] as const) {
      const answer = await get('csv', { columns: 'nonsense' }, token);
      expect([answer.status, answer.code, answer.headers['content-disposition']]).toEqual([
        status,
        code,
        undefined,
      ]);
    }
    await gateway.foreign.accounts.updateOne(
      { _id: (await gateway.app.accounts.authenticator.viewerOf(`Bearer ${analyst}`))?.loginKey ?? '' },
      { $set: { mustChangePassword: true } },
      { upsert: true },
    );
    const temporary = await accessTokenOf(gateway, people.analystEmail);
    expect(await get('csv', {}, temporary)).toMatchObject({ status: 403, code: 'PASSWORD_CHANGE_REQUIRED' });
  });

  it('refuses what it cannot read, naming the parameter, without a word about the database', async () => {
    const cursor = (await get('ndjson', { columns: 'cursor', order: 'NAME_ASC' })).text.split('"')[3] ?? '';
    const time = '2024-01-01T00:00:00Z';
    for (const [parameters, argument, format = 'csv'] of [
      ['filter={', 'filter'],
      ['filter=', 'filter'],
      ['filter=[1]', 'filter'],
      ['filter={"area":{"$ne":null}}', 'filter'],
      ['filter={"$where":"true"}', 'filter'],
      ['filter={"linkState":["NONE"]}', 'filter'],
      ['filter={"createdAfter":"yesterday"}', 'filter'],
      ['filter={"isActive":"true"}', 'filter'],
      [`filter={"search":"${'a'.repeat(201)}"}`, 'filter.search'],
      [`filter=${JSON.stringify({ area: Array.from({ length: 201 }, (_, n) => String(n)) })}`, 'filter.area'],
      ['columns=', 'columns'],
      ['columns=id,password_hash', 'columns'],
      ['columns=id,__proto__', 'columns'],
      ['columns=id,id', 'columns'],
      ['order=name', 'order'],
      ['order=constructor', 'order'],
      ['after=rubbish', 'after'],
      ['after=', 'after'],
      [`after=${cursor}`, 'after'],
      [`after=${cursor}&order=NAME_ASC&billing=true`, 'after'],
      [`after=${cursor}&order=NAME_ASC&filter={"hasArea":true}`, 'after'],
      [`filter={"createdAfter":"${time}","createdBefore":"${time}"}`, 'filter.createdBefore'],
      ['billing=yes', 'billing'],
      ['bom=1', 'bom'],
      ['bom=true', 'bom', 'ndjson'],
      ['header=false', 'header', 'ndjson'],
      ['endRow=true', 'endRow', 'ndjson'],
      ['billing=true&billing=true', 'billing'],
      ['colums=id', 'colums'],
      ['access_token=x', 'access_token'],
    ]) {
      const answer = await get(format ?? '', (parameters ?? '').replaceAll('"', '%22'));
      expect([answer.status, answer.code, answer.argument], parameters?.slice(0, 100)).toEqual([
        400,
        'BAD_USER_INPUT',
        argument,
      ]);
      expect(answer.text).not.toMatch(/mongo|bson|node_modules|Did you mean/i);
    }
    const posted = await readExport(gateway.url, 'csv', {}, admin, 'POST');
    expect([posted.status, posted.headers.allow, posted.code]).toEqual([405, 'GET', 'BAD_USER_INPUT']);
    expect((await get('xlsx')).status).toBe(404);
  });

  it('reaches clients of HTTP/1.0, who know neither chunks nor trailers', async () => {
    const text = await new Promise<string>((resolve) => {
      const { hostname, port } = new URL(gateway.url);
      let answer = '';
      connect(Number(port), hostname)
        .setEncoding('utf8')
        .on('data', (part: string) => {
          answer += part;
        })
        .on('close', () => resolve(answer))
        .write(
          `GET /export/customers.csv?columns=id&endRow=true HTTP/1.0\r\nAuthorization: Bearer ${admin}\r\n\r\n`,
        );
    });
    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(text).not.toMatch(/^trailer:/im);
    expect(text).toContain(`#complete rows=${customers.length} cursor=`);
  });
});

/** A row of NDJSON with its sets in one order. */
function inOneOrder(row: Record<string, unknown> & { id: string }) {
  const sorted = (value: unknown) => (Array.isArray(value) ? value.toSorted() : value);
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, sorted(value)])) as typeof row;
}

/** What the oracle makes of every column. */
function expectedRow({ answer }: ExpectedCustomer) {
  const { link, login, delivery, deliveryBoy, differences: _, ...values } = answer;
  return {
    ...values,
    statusText: (delivery?.statusText ?? null) as string | null,
    systems: values.systems.toSorted(),
    linkState: link.state,
    userId: link.userId,
    customerV2Id: link.customerV2Id,
    conflictingIds: link.conflictingIds.toSorted(),
    credentialsSentAt: login?.credentialsSentAt ?? null,
    lastLoginAt: login?.lastLoginAt ?? null,
    deliveryBoyId: deliveryBoy?.id ?? null,
    deliveryBoyName: deliveryBoy?.name ?? null,
    deliveryBoyPhone: deliveryBoy?.phone ?? null,
  };
}

function asCells(row: Record<string, unknown>): Record<string, string> {
  const text = (value: unknown) =>
    value === null ? '' : Array.isArray(value) ? value.join(' ') : String(value);
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, text(value)]));
}

/** A cell as it was before a spreadsheet was kept from calculating it, by the rule of the documentation. */
function asTyped(cell: string): string {
  return /^'[=+\-@\t\r\n＝＋－＠]/.test(cell) ? cell.slice(1) : cell;
}

function readByPython(text: string): string[][] {
  const directory = mkdtempSync(join(tmpdir(), 'gateway-export-'));
  try {
    const path = join(directory, 'export.csv');
    writeFileSync(path, text);
    const script =
      'import csv,json,sys; print(json.dumps(list(csv.reader(open(sys.argv[1], newline="", encoding="utf-8"), strict=True))))';
    return JSON.parse(execFileSync('python3', ['-c', script, path], { encoding: 'utf8' }));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
