/** What one request of a workload is, on each side, and how dear it may be compared with the hand-written handler. */
export interface Workload {
  readonly name: string;
  /** CPU of the gateway over CPU of the hand-written handler. */
  readonly goal: number;
  /** The body of a `POST /graphql`. */
  readonly body: string;
  /** What the hand-written handler is asked by `GET`. */
  readonly path: string;
}

/** The newest 50 customers. */
export function listWorkload(): Workload {
  const query = `query List { customers(first: 50) { nodes { ${customerFields} } pageInfo { hasNextPage } } }`;
  return {
    name: 'list: customers(first: 50)',
    goal: 1.5,
    body: JSON.stringify({ query }),
    path: '/customers',
  };
}

/** One customer by id. */
export function lookUpWorkload(id: string): Workload {
  const query = `query LookUp($id: ID!) { customer(id: $id) { ${customerFields} } }`;
  const body = JSON.stringify({ query, variables: { id } });
  return { name: 'look-up: customer(id:)', goal: 1.6, body, path: `/customers/${encodeURIComponent(id)}` };
}

/** The newest customer of whom both halves are there and name each other: every part of the answer is filled. */
export const linkedCustomerQuery =
  '{ customers(first: 1, filter: { linkState: [LINKED] }) { nodes { id } } }';

export const logInMutation = `mutation ($identifier: String!, $password: String!) {
  login(identifier: $identifier, password: $password) { accessToken }
}`;

/** 15 values, of both halves and of the delivery boy. */
const customerFields = `
  id name phone email address area status isActive createdAt
  login { userId isActive }
  delivery { customerV2Id statusText }
  deliveryBoy { id name }`;
