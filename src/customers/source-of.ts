import type { LinkedCustomer } from '../customer-index/link-graph.ts';
import type { PasswordFacts } from '../customer-index/temporary-password-state.ts';
import type { CustomerSource } from './customer-view.ts';

/** A customer whose links are decided, as it is shown. */
export function sourceOf(customer: LinkedCustomer, facts: PasswordFacts): CustomerSource {
  return {
    ...customer,
    id: customer.link[customer.delivery === null ? 'userId' : 'customerV2Id'] ?? '',
    ...facts,
  };
}
