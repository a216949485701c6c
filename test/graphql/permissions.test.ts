import { defaultFieldResolver, isIntrospectionType, isObjectType } from 'graphql';
import { ObjectId } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolvers } from '../../src/app.ts';
import { recordKey } from '../../src/database/stored-documents.ts';
import { buildSchema } from '../../src/graphql/build-schema.ts';
import { permissions, withPermissions } from '../../src/permissions.ts';
import type { GraphqlClient } from '../support/graphql-client.ts';
import { emittedSchema, everyPathToARecord, everyRootOperation } from '../support/root-fields.ts';
import { startGateway, type TestGateway } from '../support/start-gateway.ts';

type Caller = 'nobody' | 'ADMIN' | 'ANALYST' | 'DELIVERY_BOY' | 'CUSTOMER' | 'temporary';

/** Written from the security requirements, not from the table under test: who may use which root field. */
const expected: Record<string, Partial<Record<Caller, 'allowed'>>> = {
  'Query.me': {
    nobody: 'allowed',
    ADMIN: 'allowed',
    ANALYST: 'allowed',
    DELIVERY_BOY: 'allowed',
    CUSTOMER: 'allowed',
    temporary: 'allowed',
  },
  'Query.customer': { ADMIN: 'allowed', ANALYST: 'allowed', CUSTOMER: 'allowed' },
  'Query.customers': { ADMIN: 'allowed', ANALYST: 'allowed' },
  'Query.findCustomer': { ADMIN: 'allowed', ANALYST: 'allowed' },
  'Query.loginDiagnosis': { ADMIN: 'allowed', ANALYST: 'allowed' },
  'Query.failedNotifications': { ADMIN: 'allowed' },
  'Query.deliveryBoys': { ADMIN: 'allowed', ANALYST: 'allowed' },
  'Query.myDeliveries': { DELIVERY_BOY: 'allowed' },
  'Mutation.assignDeliveryBoy': { ADMIN: 'allowed' },
  'Mutation.assignDeliveryBoys': { ADMIN: 'allowed' },
  'Mutation.assignArea': { ADMIN: 'allowed' },
  'Mutation.unassignDeliveryBoy': { ADMIN: 'allowed' },
  'Query.auditEvents': { ADMIN: 'allowed' },
  'Query.linkageAudit': { ADMIN: 'allowed', ANALYST: 'allowed' },
  'Query.dataQualityReport': { ADMIN: 'allowed', ANALYST: 'allowed' },
  'Query.dashboard': { ADMIN: 'allowed', ANALYST: 'allowed' },
  'Query.billingCustomers': { ADMIN: 'allowed', ANALYST: 'allowed' },
  'Query.backfillRun': { ADMIN: 'allowed', ANALYST: 'allowed' },
  'Query.backfillRuns': { ADMIN: 'allowed', ANALYST: 'allowed' },
  'Mutation.startBackfill': { ADMIN: 'allowed' },
  'Mutation.pauseBackfill': { ADMIN: 'allowed' },
  'Mutation.resumeBackfill': { ADMIN: 'allowed' },
  'Mutation.cancelBackfill': { ADMIN: 'allowed' },
  'Mutation.retryBackfillFailures': { ADMIN: 'allowed' },
  'Query.releaseRun': { ADMIN: 'allowed' },
  'Query.releasePreview': { ADMIN: 'allowed' },
  'Query.repairRun': { ADMIN: 'allowed' },
  'Mutation.releaseCredentials': { ADMIN: 'allowed' },
  'Mutation.pauseRelease': { ADMIN: 'allowed' },
  'Mutation.resumeRelease': { ADMIN: 'allowed' },
  'Mutation.cancelRelease': { ADMIN: 'allowed' },
  'Mutation.revertBatch': { ADMIN: 'allowed' },
  'Mutation.createStaff': { ADMIN: 'allowed' },
  'Mutation.setRole': { ADMIN: 'allowed' },
  'Mutation.setLoginActive': { ADMIN: 'allowed' },
  'Mutation.unlockLogin': { ADMIN: 'allowed' },
  'Mutation.login': {
    nobody: 'allowed',
    ADMIN: 'allowed',
    ANALYST: 'allowed',
    DELIVERY_BOY: 'allowed',
    CUSTOMER: 'allowed',
    temporary: 'allowed',
  },
  'Mutation.resendNotification': { ADMIN: 'allowed' },
  'Mutation.refreshSession': {
    nobody: 'allowed',
    ADMIN: 'allowed',
    ANALYST: 'allowed',
    DELIVERY_BOY: 'allowed',
    CUSTOMER: 'allowed',
    temporary: 'allowed',
  },
  'Mutation.logout': {
    nobody: 'allowed',
    ADMIN: 'allowed',
    ANALYST: 'allowed',
    DELIVERY_BOY: 'allowed',
    CUSTOMER: 'allowed',
    temporary: 'allowed',
  },
  'Mutation.changePassword': {
    ADMIN: 'allowed',
    ANALYST: 'allowed',
    DELIVERY_BOY: 'allowed',
    CUSTOMER: 'allowed',
    temporary: 'allowed',
  },
  'Mutation.createCustomer': { ADMIN: 'allowed' },
  'Mutation.importCustomers': { ADMIN: 'allowed' },
  'Mutation.createLogin': { ADMIN: 'allowed' },
  'Mutation.createDeliveryRecord': { ADMIN: 'allowed' },
  'Mutation.setEmail': { ADMIN: 'allowed', ANALYST: 'allowed', DELIVERY_BOY: 'allowed', CUSTOMER: 'allowed' },
  'Mutation.confirmEmail': {
    nobody: 'allowed',
    ADMIN: 'allowed',
    ANALYST: 'allowed',
    DELIVERY_BOY: 'allowed',
    CUSTOMER: 'allowed',
    temporary: 'allowed',
  },
  'Mutation.forgotPassword': {
    nobody: 'allowed',
    ADMIN: 'allowed',
    ANALYST: 'allowed',
    DELIVERY_BOY: 'allowed',
    CUSTOMER: 'allowed',
    temporary: 'allowed',
  },
  'Mutation.resetPassword': {
    nobody: 'allowed',
    ADMIN: 'allowed',
    ANALYST: 'allowed',
    DELIVERY_BOY: 'allowed',
    CUSTOMER: 'allowed',
    temporary: 'allowed',
  },
  'Mutation.resendCredentials': { ADMIN: 'allowed' },
  'Mutation.updateCustomer': { ADMIN: 'allowed' },
  'Mutation.linkCustomer': { ADMIN: 'allowed' },
  'Mutation.unlinkCustomer': { ADMIN: 'allowed' },
  'Mutation.clearLink': { ADMIN: 'allowed' },
  'Mutation.confirmLink': { CUSTOMER: 'allowed' },
  'Mutation.requestLinkCode': { CUSTOMER: 'allowed' },
};
const refusal: Record<Caller, string> = {
  nobody: 'UNAUTHENTICATED',
  temporary: 'PASSWORD_CHANGE_REQUIRED',
  ADMIN: 'FORBIDDEN',
  ANALYST: 'FORBIDDEN',
  DELIVERY_BOY: 'FORBIDDEN',
  CUSTOMER: 'FORBIDDEN',
};
const refusals = ['UNAUTHENTICATED', 'PASSWORD_CHANGE_REQUIRED', 'FORBIDDEN'];

describe('permissions', () => {
  let gateway: TestGateway;
  const callers = new Map<Caller, GraphqlClient>();

  beforeAll(async () => {
    gateway = await startGateway();
    const { people } = gateway;
    callers.set('nobody', gateway.anonymous);
    callers.set('ADMIN', await gateway.logIn(people.adminEmail));
    callers.set('ANALYST', await gateway.logIn(people.analystEmail));
    callers.set('DELIVERY_BOY', await gateway.logIn(people.deliveryBoyEmail));
    callers.set('CUSTOMER', await gateway.logIn(people.customerEmail));
    callers.set('temporary', await temporaryCaller());
  });
  afterAll(() => gateway.close());

  /** An admin whose password is temporary. */
  async function temporaryCaller(): Promise<GraphqlClient> {
    const email = 'temporary@example.com';
    const admin = await gateway.foreign.users.findOne({ email: gateway.people.adminEmail });
    const _id = new ObjectId();
    await gateway.foreign.users.insertOne({ ...admin, _id, id: 'temporary-admin', email, phone: null });
    await gateway.foreign.accounts.insertOne({ _id: recordKey(_id), mustChangePassword: true });
    return gateway.logIn(email);
  }

  const operations = everyRootOperation(emittedSchema());

  it('expects something of every root field', () => {
    expect(operations.map(({ root, field }) => `${root}.${field}`).sort()).toEqual(
      Object.keys(expected).sort(),
    );
  });

  it.each(operations)(
    'allows $root $field to whom it is for, and refuses everybody else',
    async ({ root, field, text }) => {
      for (const [caller, client] of callers) {
        // A session of its own: it ends.
        if (field === 'logout' && caller !== 'nobody') continue;
        const answer = await client(text);
        const allowed = expected[`${root}.${field}`]?.[caller] === 'allowed';
        if (allowed) expect(refusals, `${caller} ${text}`).not.toContain(answer.code);
        else expect(answer.code, `${caller} ${text}`).toBe(refusal[caller]);
      }
    },
  );

  it('refuses by another name as well', async () => {
    const answer = await callers.get('temporary')?.(
      '{ a: me { id } b: customers { nodes { id } } c: findCustomer(identifier: "x") { __typename } }',
    );
    expect(answer?.errors.map((error) => error.extensions.code)).toEqual([
      'PASSWORD_CHANGE_REQUIRED',
      'PASSWORD_CHANGE_REQUIRED',
    ]);
    expect(answer?.data.a.id).toBeTypeOf('string');
  });

  it('names every field with a resolver of its own, so that none loads records unguarded', async () => {
    const schema = await buildSchema(resolvers(undefined as never, undefined as never, undefined as never));
    const unnamed: string[] = [];
    for (const type of Object.values(schema.getTypeMap())) {
      if (!isObjectType(type) || isIntrospectionType(type)) continue;
      for (const field of Object.values(type.getFields())) {
        const loads = field.resolve !== undefined && field.resolve !== defaultFieldResolver;
        const table: Record<string, object> = permissions;
        if (loads && !(field.name in (table[type.name] ?? {}))) unnamed.push(`${type.name}.${field.name}`);
      }
    }
    expect(unnamed).toEqual([]);
  });

  it('leaves rows of lists without a wrapper', async () => {
    const schema = withPermissions(
      await buildSchema(resolvers(undefined as never, undefined as never, undefined as never)),
    );
    const customer = schema.getType('Customer');
    const wrapped = isObjectType(customer)
      ? Object.values(customer.getFields()).filter((field) => field.resolve !== undefined)
      : null;
    expect(wrapped).toEqual([]);
  });

  it('shows a customer nobody but themself, by every path from a root to a record', async () => {
    const client = callers.get('CUSTOMER') as GraphqlClient;
    const own = (await client('{ me { customer { id link { userId customerV2Id } deliveryBoy { id } } } }'))
      .data.me.customer;
    const ownIds = [own.id, own.link.userId, own.link.customerV2Id, own.deliveryBoy?.id];
    const others = await gateway.foreign.customerIndex
      .find({ id: { $nin: ownIds } })
      .limit(40)
      .toArray();
    const paths = everyPathToARecord(emittedSchema(), [
      'Customer',
      'DeliveryBoy',
      'DeliveryBoyContact',
      'Login',
      'DeliveryRecord',
      'Viewer',
    ]);
    expect(paths.length).toBeGreaterThan(20);
    for (const path of paths) {
      for (const other of others.slice(0, path[0] === 'customer' ? 40 : 1)) {
        const answer = await client(pathOperation(path, other.id));
        const ids = [
          ...JSON.stringify(answer.data ?? {}).matchAll(/"(?:id|userId|customerV2Id)":"([^"]+)"/g),
        ].map((match) => match[1]);
        expect(
          ids.filter((id) => !ownIds.includes(id)),
          `${path.join('.')} of ${other.id}`,
        ).toEqual([]);
      }
    }
  });
});

const idFields: Record<string, string> = { login: 'userId', delivery: 'customerV2Id' };

/** Asks for the ids at the end of a path. */
function pathOperation(path: readonly string[], id: string): string {
  const values: Record<string, string> = {
    customer: `(id: "${id}")`,
    findCustomer: `(identifier: "${id}")`,
    loginDiagnosis: `(identifier: "${id}")`,
  };
  const [root = '', ...rest] = path;
  const last = path.at(-1)?.split(':').at(-1) ?? '';
  const inner = rest.reduceRight(
    (below, step) => {
      const [member, field] = step.includes(':') ? step.split(':') : [null, step];
      return member === null ? `{ ${field} ${below} }` : `{ ... on ${member} { ${field} ${below} } }`;
    },
    `{ ${idFields[last] ?? 'id'} }`,
  );
  return `{ ${root}${values[root] ?? ''} ${inner} }`;
}
