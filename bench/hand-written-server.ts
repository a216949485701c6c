import { createServer } from 'node:http';
import { type Document, MongoClient, ObjectId } from 'mongodb';
import { serveBenchmark, serverSettings } from './serve-benchmark.ts';

/**
 * The least that answers the two workloads: no log-in, no GraphQL, no check of what the index says; the finds that are
 * needed, with the fields that are shown. It is the limit that the gateway is held against.
 */
const settings = serverSettings();
const client = await new MongoClient(settings.mongodbUri, {
  monitorCommands: settings.countCommands,
}).connect();
const db = client.db(settings.database);
const index = db.collection<StoredDocument>('customer_index');
const users = db.collection<StoredDocument>('users');
const records = db.collection<StoredDocument>('customers_v2');

/** As the older application stores them: `_id` is one or the other. */
interface StoredDocument extends Document {
  _id: string | ObjectId;
}

const server = createServer((request, response) => {
  const [, , id] = request.url?.split('/') ?? [];
  const answer = id === undefined ? list() : lookUp(decodeURIComponent(id));
  answer.then(
    (data) => {
      response.setHeader('content-type', 'application/json; charset=utf-8');
      response.end(JSON.stringify({ data }));
    },
    (error) => {
      console.error(error);
      response.writeHead(500).end();
    },
  );
});
await serveBenchmark(server, client);

async function list(): Promise<Document> {
  const rows = await index
    .find({}, { projection: rowFields })
    .sort({ createdAtKey: -1, _id: -1 })
    .limit(pageSize + 1)
    .toArray();
  const page = rows.slice(0, pageSize);
  const [logins, deliveries] = await Promise.all([
    users.find({ _id: { $in: valuesOf(page, 'userKey') } }, { projection: loginFields }).toArray(),
    records.find({ _id: { $in: valuesOf(page, 'v2Key') } }, { projection: deliveryFields }).toArray(),
  ]);
  const nodes = await customers(page, logins, deliveries);
  return { customers: { nodes, pageInfo: { hasNextPage: rows.length > pageSize } } };
}

async function lookUp(id: string): Promise<Document> {
  const row = await index.findOne({ ids: id }, { projection: rowFields });
  if (row === null) return { customer: null };
  const { userId, customerV2Id } = row.link;
  const [logins, deliveries] = await Promise.all([
    users
      .find(
        { $or: [{ _id: row.userKey }, { id: userId }, { customer_v2_id: customerV2Id }] },
        { projection: loginFields },
      )
      .toArray(),
    records
      .find(
        { $or: [{ _id: row.v2Key }, { id: customerV2Id }, { user_id: userId }] },
        { projection: deliveryFields },
      )
      .toArray(),
  ]);
  const [customer] = await customers([row], logins, deliveries);
  return { customer };
}

async function customers(rows: Document[], logins: Document[], deliveries: Document[]): Promise<Document[]> {
  const loginsByKey = byText(logins, '_id');
  const deliveriesByKey = byText(deliveries, '_id');
  const boyIds = [...new Set(valuesOf(deliveries, 'delivery_boy_id'))];
  const boys =
    boyIds.length === 0 ? [] : await users.find({ id: { $in: boyIds } }, { projection: boyFields }).toArray();
  const boysById = byText(boys, 'id');
  return rows.map((row) =>
    customer(row, loginsByKey.get(String(row.userKey)), deliveriesByKey.get(String(row.v2Key)), boysById),
  );
}

function customer(
  row: Document,
  login: Document | undefined,
  delivery: Document | undefined,
  boysById: Map<string, Document>,
): Document {
  const status = delivery === undefined ? statusOfLogin(login) : (statuses[delivery.status] ?? 'OTHER');
  const boy = boysById.get(delivery?.delivery_boy_id);
  return {
    id: row.id,
    name: text(delivery?.name) ?? text(login?.name),
    phone: text(delivery?.phone) ?? text(login?.phone),
    email: address(delivery?.email) ?? address(login?.email),
    address: text(delivery?.address),
    area: text(delivery?.area),
    status,
    isActive: status === 'ACTIVE',
    createdAt: time(delivery ?? login),
    login: login === undefined ? null : { userId: row.link.userId, isActive: login.is_active !== false },
    delivery:
      delivery === undefined
        ? null
        : { customerV2Id: row.link.customerV2Id, statusText: text(delivery.status) },
    deliveryBoy: boy?.role === 'delivery_boy' ? { id: boy.id, name: text(boy.name) } : null,
  };
}

const pageSize = 50;
const rowFields = { _id: 0, id: 1, userKey: 1, v2Key: 1, 'link.userId': 1, 'link.customerV2Id': 1 };
const loginFields = { name: 1, phone: 1, email: 1, is_active: 1, created_at: 1 };
const deliveryFields = {
  name: 1,
  phone: 1,
  email: 1,
  address: 1,
  area: 1,
  status: 1,
  delivery_boy_id: 1,
  created_at: 1,
};
const boyFields = { _id: 0, id: 1, name: 1, role: 1 };
const statuses: Record<string, string> = {
  active: 'ACTIVE',
  trial: 'TRIAL',
  paused: 'PAUSED',
  inactive: 'INACTIVE',
};

function statusOfLogin(login: Document | undefined): string {
  return login?.is_active === false ? 'INACTIVE' : 'ACTIVE';
}

function valuesOf(documents: Document[], field: string): (string | ObjectId)[] {
  return documents.map((document) => document[field]).filter((value) => value != null && value !== '');
}

function byText(documents: Document[], field: string): Map<string, Document> {
  return new Map(documents.map((document) => [String(document[field]), document]));
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value : null;
}

function address(value: unknown): string | null {
  const email = typeof value === 'string' ? value.trim() : '';
  return email.includes('@') && !email.toLowerCase().endsWith('@delivery.local') ? email : null;
}

function time(record: Document | undefined): Date | null {
  const stored: unknown = record?.created_at;
  if (typeof stored === 'string') return new Date(hasZone.test(stored) ? stored : `${stored}Z`);
  return record?._id instanceof ObjectId ? record._id.getTimestamp() : null;
}

const hasZone = /(?:Z|[+-]\d\d:\d\d)$/;
