import type { GraphqlClient } from '../../support/graphql-client.ts';
import type { NewPerson } from './new-person.ts';

/** What `createCustomer` answered. */
export interface CreateAnswer {
  /** `id` of the login and of the delivery record; null when there is no customer. */
  readonly ids: string | null;
  readonly code: string | undefined;
  /** What else it said, for whoever reads a failed test. */
  readonly text: string;
}

/** Calls `createCustomer` for a person, with their own key. Rejects when there is no answer. */
export async function createPerson(
  admin: GraphqlClient,
  { name, phone, email, key }: NewPerson,
): Promise<CreateAnswer> {
  const input = { name, phone, email, address: '12 MG Road', area: 'Indiranagar', idempotencyKey: key };
  const { data, errors, code } = await admin(mutation, { input });
  const link = data?.createCustomer?.customer?.link;
  const ids = link === undefined ? null : `${link.userId} and ${link.customerV2Id}`;
  return { ids, code, text: JSON.stringify(errors.length > 0 ? errors : data) };
}

const mutation = `mutation ($input: CreateCustomerInput!) {
  createCustomer(input: $input) {
    __typename
    ... on CustomerCreated { customer { link { userId customerV2Id } } }
  }
}`;
