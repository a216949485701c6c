import type { ClientSession } from 'mongodb';
import type { LinkedCustomer } from '../customer-index/link-graph.ts';
import { readAccountFacts } from '../customer-index/neighbourhood.ts';
import { passwordFacts } from '../customer-index/temporary-password-state.ts';
import type { CustomerSource } from '../customers/customer-view.ts';
import { sourceOf } from '../customers/source-of.ts';
import type { Database } from '../database/collections.ts';

/** Customers whose links are decided, as they are shown. One command, none where nobody has a login. */
export async function sourcesOf(
  database: Database,
  customers: readonly LinkedCustomer[],
  session?: ClientSession,
): Promise<CustomerSource[]> {
  const logins = customers.map(({ login }) => login).filter((login) => login !== null);
  const accounts = await readAccountFacts(database, logins, session);
  return customers.map((customer) =>
    sourceOf(customer, passwordFacts(customer.login && accounts.get(customer.login.key), customer.login)),
  );
}
