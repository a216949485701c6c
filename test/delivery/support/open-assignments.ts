import { randomUUID } from 'node:crypto';
import type { Document } from 'mongodb';
import { expect } from 'vitest';
import { indexSettingsOf } from '../../../src/build-use-cases.ts';
import { readConfig } from '../../../src/config.ts';
import { rebuildIndex } from '../../../src/customer-index/sweep-index.ts';
import { type OpenApp, openApp, person } from '../../customers/support/open-app.ts';
import type { GraphqlClient } from '../../support/graphql-client.ts';

// biome-ignore lint/suspicious/noExplicitAny: an answer is of one of seven shapes
export type AssignmentAnswer = { __typename: string } & Record<string, any>;

/** An answer, or the code and field of an error. */
export type Answered = AssignmentAnswer & { code?: string; message?: string };

/** The app, two admins, and whoever a test stores. */
export interface Assignments extends OpenApp {
  readonly admin: GraphqlClient;
  readonly otherAdmin: GraphqlClient;
  assign(customer: string, deliveryBoy: string, client?: GraphqlClient): Promise<Answered>;
  assignAll(
    input: readonly { customer: string; deliveryBoy: string }[],
    client?: GraphqlClient,
  ): Promise<AssignmentAnswer[]>;
  assignArea(area: string, deliveryBoy: string, onlyUnassigned?: boolean): Promise<AssignmentAnswer[]>;
  unassign(customer: string): Promise<Answered>;
  /** Stores a delivery boy, a customer's login or a delivery record; answers the document. */
  boy(fields?: Document): Promise<Document>;
  login(fields?: Document): Promise<Document>;
  record(fields?: Document): Promise<Document>;
  /** The same for many delivery records at once. */
  records(count: number, fields?: Document): Promise<Document[]>;
  /** `delivery_boy_id` of a record as stored. */
  storedBoy(record: Document): Promise<unknown>;
  /** The index is what a rebuild makes of the records. */
  expectIndexAsRebuilt(): Promise<void>;
}

export async function openAssignments(
  environment: Readonly<Record<string, string>> = {},
): Promise<Assignments> {
  const app = await openApp(environment);
  const { database } = app;
  await app.add({
    users: [
      person('admin-1', { role: 'admin', name: 'First Admin' }),
      person('admin-2', { role: 'admin', name: 'Second Admin' }),
    ],
  });
  const admin = await app.logIn('admin-1@example.com');
  const otherAdmin = await app.logIn('admin-2@example.com');
  const one = async (client: GraphqlClient, text: string, variables: Document): Promise<Answered> => {
    const { data, errors } = await client(`mutation ${text} ${answerFragment}`, variables);
    const [error] = errors;
    if (error === undefined) return data.answer;
    return { __typename: 'Error', ...error.extensions, message: error.message };
  };
  const many = async (client: GraphqlClient, text: string, variables: Document) => {
    const { data, errors } = await client(`mutation ${text} ${answerFragment}`, variables);
    if (errors.length > 0) throw new Error(JSON.stringify(errors[0]));
    return data.answer as AssignmentAnswer[];
  };
  let people = 0;
  const next = () => {
    people += 1;
    return people;
  };
  return {
    ...app,
    admin,
    otherAdmin,
    assign: (customer, deliveryBoy, client = admin) =>
      one(client, assignText, { input: { customer, deliveryBoy } }),
    assignAll: (input, client = admin) => many(client, assignAllText, { input }),
    assignArea: (area, deliveryBoy, onlyUnassigned) =>
      many(admin, areaText, { area, deliveryBoy, ...(onlyUnassigned !== undefined && { onlyUnassigned }) }),
    unassign: (customer) => one(admin, unassignText, { customer }),
    async boy(fields = {}) {
      const at = next();
      const stored = person(randomUUID(), {
        role: 'delivery_boy',
        name: `Boy Number${at}`,
        phone: `98333${10_000 + at}`,
        email: `boy.${at}@example.com`,
        ...fields,
      });
      await app.add({ users: [stored] });
      return stored;
    },
    async login(fields = {}) {
      const at = next();
      const stored = person(randomUUID(), {
        name: `Login Number${at}`,
        phone: `98444${10_000 + at}`,
        email: `login.${at}@example.com`,
        ...fields,
      });
      await app.add({ users: [stored] });
      return stored;
    },
    async record(fields = {}) {
      const stored = deliveryRecord(next(), fields);
      await app.add({ customersV2: [stored] });
      return stored;
    },
    async records(count, fields = {}) {
      const stored = Array.from({ length: count }, () => deliveryRecord(next(), fields));
      await app.add({ customersV2: stored });
      return stored;
    },
    async storedBoy({ _id }) {
      return (await database.db.collection('customers_v2').findOne({ _id }))?.delivery_boy_id;
    },
    async expectIndexAsRebuilt() {
      const contents = async () => ({
        rows: await database.customerIndex.find().sort({ _id: 1 }).toArray(),
        known: await database.indexedRecords.find().sort({ _id: 1 }).toArray(),
      });
      const before = await contents();
      await rebuildIndex(database, settings);
      expect(await contents()).toEqual(before);
    },
  };
}

/** A delivery record as the older application stores it, with a field that the gateway does not know. */
export function deliveryRecord(at: number, fields: Document = {}): Document {
  return {
    id: randomUUID(),
    name: `Customer Number${at}`,
    phone: `98555${10_000 + at}`,
    email: `customer.${at}@example.com`,
    address: `${at} Lake Road`,
    area: 'Baner',
    status: 'active',
    created_at: '2024-01-01T00:00:00',
    notes: { kept: ['as', 'it', 'is'] },
    ...fields,
  };
}

const settings = indexSettingsOf(readConfig({}));
const assignText =
  '($input: AssignDeliveryBoyInput!) { answer: assignDeliveryBoy(input: $input) { ...Answer } }';
const assignAllText =
  '($input: [AssignDeliveryBoyInput!]!) { answer: assignDeliveryBoys(input: $input) { ...Answer } }';
const areaText = `($area: String!, $deliveryBoy: String!, $onlyUnassigned: Boolean) {
  answer: assignArea(area: $area, deliveryBoy: $deliveryBoy, onlyUnassigned: $onlyUnassigned) { ...Answer }
}`;
const unassignText =
  '($customer: String!) { answer: unassignDeliveryBoy(customer: $customer) { ...Answer } }';
const answerFragment = `fragment Answer on AssignDeliveryBoyResult {
  __typename
  ... on DeliveryBoyAssigned { customer { ...Who } previous { id name phone } }
  ... on AssignmentRefused { code message }
  ... on CustomerAmbiguous { identifier totalCandidates candidates { matchedBy customer { ...Who } } }
  ... on CustomerNotFound { identifier nearMisses { matchedBy customer { ...Who } } }
  ... on DeliveryBoyAmbiguous { identifier candidates { id name phone email isActive } matches { ...Match } }
  ... on DeliveryBoyNotFound { identifier nearMisses { ...Match } }
  ... on NoDeliveryRecord { customer { ...Who } }
}
fragment Match on DeliveryBoyFound { matchedBy deliveryBoy { id name phone email isActive } }
fragment Who on Customer { id name status link { state } canLogin deliveryBoy { id name phone } }`;
