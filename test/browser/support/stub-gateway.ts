import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSchema, GraphQLError, graphql } from 'graphql';
import { createPlaygroundHandler } from '../../../src/http/playground.ts';

/** Stands in for the gateway with a few customers in memory; the same shape as the real helper. */
export async function startGateway() {
  const admin = { email: 'admin@example.com', password: 'correct horse battery' };
  const handlePlayground = createPlaygroundHandler({ directory: 'dist/playground' });
  const schema = buildSchema(SDL);
  const server = createServer(async (request, response) => {
    if (await handlePlayground(request, response)) return;
    if (request.url !== '/graphql' || request.method !== 'POST') {
      response.writeHead(404).end();
      return;
    }
    let body = '';
    for await (const chunk of request) body += chunk;
    const { query, variables, operationName } = JSON.parse(body);
    const isLoggedIn = request.headers.authorization === 'Bearer stub-token';
    const answer = await graphql({
      schema,
      source: query,
      variableValues: variables,
      operationName,
      rootValue: root(admin, isLoggedIn),
    });
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    admin,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function root(admin: { email: string; password: string }, isLoggedIn: boolean) {
  const viewer = { id: 'u1', name: 'Asha Rao', role: 'ADMIN', mustChangePassword: false };
  const staff = <T>(answer: T): T => {
    if (!isLoggedIn) throw new GraphQLError('Log in first.', { extensions: { code: 'UNAUTHENTICATED' } });
    return answer;
  };
  const page = <T>(nodes: T[]) => ({
    nodes,
    count: { value: nodes.length, precision: 'EXACT' },
    pageInfo: { hasNextPage: false, hasPreviousPage: false, endCursor: null },
  });
  return {
    me: () => (isLoggedIn ? viewer : null),
    customers: () => staff(page(CUSTOMERS)),
    customer: () => staff(CUSTOMERS[0]),
    deliveryBoys: () =>
      staff(page([{ ...BOY, isActive: true, customers: page(CUSTOMERS.filter((c) => c.deliveryBoy)) }])),
    findCustomer: ({ identifier }: { identifier: string }) => staff(find(identifier)),
    login: ({ identifier, password }: { identifier: string; password: string }) => {
      if (identifier !== admin.email || password !== admin.password) {
        throw new GraphQLError('No log-in with this identifier and password.', {
          extensions: { code: 'INVALID_CREDENTIALS' },
        });
      }
      const expiresAt = new Date(Date.now() + 900_000).toISOString();
      return { accessToken: 'stub-token', expiresAt, mustChangePassword: false, viewer };
    },
  };
}

function find(identifier: string) {
  const found = (customer: unknown, kind: string) => ({ customer, matchedBy: [kind] });
  if (identifier.includes('@')) return { __typename: 'CustomerFound', ...found(CUSTOMERS[0], 'EMAIL') };
  if (/\d/.test(identifier)) return { __typename: 'CustomerFound', ...found(CUSTOMERS[1], 'PHONE') };
  return {
    __typename: 'CustomerAmbiguous',
    identifier,
    totalCandidates: 2,
    candidates: CUSTOMERS.slice(0, 2).map((customer) => found(customer, 'NAME')),
  };
}

const BOY = { id: 'b1', name: 'Ravi Patil', phone: '98765 00001' };

const CUSTOMERS = ['Priya Deshmukh', 'Rahul Sharma', 'Meera Joshi'].map((name, index) => ({
  id: `c${index}`,
  name,
  phone: `98765 4321${index}`,
  email: `${name.split(' ')[0]?.toLowerCase()}@example.com`,
  address: `${index + 1} MG Road`,
  area: 'Kothrud',
  status: 'ACTIVE',
  isActive: true,
  systems: [['USERS', 'CUSTOMERS_V2'], ['CUSTOMERS_V2'], ['USERS']][index],
  canLogin: index !== 1,
  loginBlockers: index === 1 ? ['NO_LOGIN'] : [],
  canResetPassword: true,
  billingIssues: [],
  differences: [],
  link: {
    state: ['LINKED', 'ORPHANED_V2', 'ORPHANED_USER'][index],
    userId: index === 1 ? null : `u${index}`,
    customerV2Id: index === 2 ? null : `c${index}`,
    conflictingIds: [],
  },
  login:
    index === 1 ? null : { userId: `u${index}`, role: 'CUSTOMER', isActive: true, mustChangePassword: false },
  delivery: index === 2 ? null : { customerV2Id: `c${index}`, name, statusText: 'active' },
  deliveryBoy: index === 2 ? null : BOY,
}));

const SDL = `
scalar DateTime
enum Order { ASC DESC }
enum OrderField { NAME CREATED_AT }
enum LinkState { LINKED HALF_LINKED ORPHANED_USER ORPHANED_V2 DANGLING CONFLICT }
input CustomerOrder { field: OrderField! direction: Order! }
input CustomerFilter { search: String linkState: [LinkState!] canLogin: Boolean }
type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
type Count { value: Int! precision: String! }
type Customer {
  id: ID! name: String phone: String phoneE164: String email: String address: String area: String status: String!
  isActive: Boolean! createdAt: DateTime systems: [String!]! link: CustomerLink! login: Login delivery: DeliveryRecord
  canLogin: Boolean! loginBlockers: [String!]! canResetPassword: Boolean! billingIssues: [String!]!
  deliveryBoy: DeliveryBoyContact differences: [FieldDifference!]!
}
type CustomerLink { state: LinkState! userId: ID customerV2Id: ID conflictingIds: [ID!]! }
type Login {
  userId: ID! name: String email: String phone: String role: String! isActive: Boolean! mustChangePassword: Boolean!
  credentialsSentAt: DateTime lastLoginAt: DateTime
}
type DeliveryRecord {
  customerV2Id: ID! name: String phone: String email: String address: String area: String statusText: String
  createdAt: DateTime
}
type FieldDifference { field: String! usersValue: String customersV2Value: String }
type CustomerConnection { nodes: [Customer!]! pageInfo: PageInfo! count: Count! }
union CustomerLookup = CustomerFound | CustomerAmbiguous | CustomerNotFound
type CustomerFound { customer: Customer! matchedBy: [String!]! }
type CustomerAmbiguous { identifier: String! candidates: [CustomerFound!]! totalCandidates: Int! }
type CustomerNotFound { identifier: String! nearMisses: [CustomerFound!]! }
type DeliveryBoyContact { id: ID! name: String phone: String }
type DeliveryBoy {
  id: ID! name: String phone: String isActive: Boolean!
  customers(first: Int, after: String, filter: CustomerFilter): CustomerConnection!
}
type DeliveryBoyConnection { nodes: [DeliveryBoy!]! pageInfo: PageInfo! count: Count! }
"The log-in's answer."
type Session { accessToken: String! expiresAt: DateTime! mustChangePassword: Boolean! viewer: Viewer! }
type Viewer {
  id: ID! role: String! name: String email: String phone: String mustChangePassword: Boolean! customer: Customer
}
type Query {
  me: Viewer
  customer(id: ID!): Customer
  findCustomer(identifier: String!): CustomerLookup
  customers(first: Int, after: String, filter: CustomerFilter, orderBy: CustomerOrder): CustomerConnection
  deliveryBoys(first: Int, after: String, search: String): DeliveryBoyConnection
}
type Mutation {
  login(identifier: String!, password: String!): Session!
  changePassword(currentPassword: String!, newPassword: String!): Session!
}
`;
